// The real clients of Azure, pointed at a simulator: what the tests of this folder drive it with.
import { ComputeManagementClient } from '@azure/arm-compute'
import { NetworkManagementClient } from '@azure/arm-network'
import type { Simulator } from './simulator.ts'

export const subscriptionId = '11111111-1111-1111-1111-111111111111'
export const otherSubscriptionId = '33333333-3333-3333-3333-333333333333'

/** Polls every millisecond; for actions, whose operations end after a number of polls. */
export const quickly = { updateIntervalInMs: 1 }

/** What the client needs of a credential. */
type TokenSource = { getToken(scope: string): Promise<{ token: string; expiresOnTimestamp: number }> }

type ClientSettings = { subscription?: string; credential?: TokenSource }

/** A client whose retries come at once, where the answer does not say when. */
export function computeClient(simulator: Simulator, settings: ClientSettings = {}): ComputeManagementClient {
	const { subscription = subscriptionId, credential = tokensOf(simulator) } = settings
	const client = new ComputeManagementClient(credential, subscription, optionsFor(simulator))
	authorizeOverHttp(client, credential)
	return client
}

export function networkClient(simulator: Simulator, settings: ClientSettings = {}): NetworkManagementClient {
	const { subscription = subscriptionId, credential = tokensOf(simulator) } = settings
	const client = new NetworkManagementClient(credential, subscription, optionsFor(simulator))
	authorizeOverHttp(client, credential)
	return client
}

function optionsFor({ url }: Simulator) {
	const retryOptions = { maxRetries: 3, retryDelayInMs: 1, maxRetryDelayInMs: 1 }
	return { endpoint: url, allowInsecureConnection: true, retryOptions }
}

/** The clients' own authentication refuses plain http, so a policy of ours takes its place. */
function authorizeOverHttp({ pipeline }: Pick<ComputeManagementClient, 'pipeline'>, credential: TokenSource): void {
	pipeline.removePolicy({ name: 'bearerTokenAuthenticationPolicy' })
	pipeline.addPolicy({
		name: 'bearerTokenOverHttp',
		async sendRequest(request, next) {
			const { token } = await credential.getToken('https://management.azure.com/.default')
			request.headers.set('authorization', `Bearer ${token}`)
			return next(request)
		},
	})
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
