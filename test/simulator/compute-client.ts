// The real client of Microsoft.Compute, pointed at a simulator: what the tests of this folder drive it with.
import { ComputeManagementClient } from '@azure/arm-compute'
import type { Simulator } from './simulator.ts'

export const subscriptionId = '11111111-1111-1111-1111-111111111111'

/** Polls every millisecond; for actions, whose operations end after a number of polls. */
export const quickly = { updateIntervalInMs: 1 }

/** What the client needs of a credential. */
type TokenSource = { getToken(scope: string): Promise<{ token: string; expiresOnTimestamp: number }> }

/**
 * A client whose retries come at once, where the answer does not say when.
 * The client's own authentication refuses plain http, so a policy of ours takes its place.
 */
export function computeClient(
	simulator: Simulator,
	{ subscription = subscriptionId, credential = tokensOf(simulator) }: { subscription?: string; credential?: TokenSource } = {},
): ComputeManagementClient {
	const retryOptions = { maxRetries: 3, retryDelayInMs: 1, maxRetryDelayInMs: 1 }
	const client = new ComputeManagementClient(credential, subscription, {
		endpoint: simulator.url,
		allowInsecureConnection: true,
		retryOptions,
	})
	client.pipeline.removePolicy({ name: 'bearerTokenAuthenticationPolicy' })
	client.pipeline.addPolicy({
		name: 'bearerTokenOverHttp',
		async sendRequest(request, next) {
			const { token } = await credential.getToken('https://management.azure.com/.default')
			request.headers.set('authorization', `Bearer ${token}`)
			return next(request)
		},
	})
	return client
}

/**
 * Asks this simulator for one token and keeps it.
 * The library's managed identity cannot serve here: it stays with the first endpoint it used for as long as the process lives,
 * and each test has a simulator of its own.
 */
export function tokensOf(simulator: Simulator): TokenSource {
	let token: Promise<{ token: string; expiresOnTimestamp: number }> | undefined
	return {
		getToken() {
			token ??= askToken(simulator)
			return token
		},
	}
}

async function askToken({ url }: Simulator): Promise<{ token: string; expiresOnTimestamp: number }> {
	const query = 'resource=https://management.azure.com&api-version=2019-08-01'
	const response = await fetch(`${url}/msi/token?${query}`, { headers: { 'x-identity-header': 'x' } })
	const { access_token, expires_on } = (await response.json()) as { access_token: string; expires_on: string }
	return { token: access_token, expiresOnTimestamp: Number(expires_on) * 1000 }
}
