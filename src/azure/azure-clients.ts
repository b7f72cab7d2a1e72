import type { TokenCredential } from '@azure/identity'
import { AZURE_POLL_INTERVAL, AZURE_REQUEST_TIME_MAX, AZURE_RETRIES_MAX, AZURE_THROTTLE_WAIT_MAX } from '../limits.ts'
import { checkSubscriptionId } from '../runbooks/arm-names.ts'
import type { ArmClient, Azure } from '../runbooks/azure.ts'
import { armErrorMemory } from './arm-error-memory.ts'
import { azureFailure } from './azure-failure.ts'
import { type ArmEndpoint, bypassProxy, type Environment, jobCredential, readArmEndpoint } from './azure-identity.ts'
import {
	authorizeOverHttp,
	boundRequest,
	boundThrottling,
	expectJson,
	nameTimeout,
	type PipelinePolicy,
	stayOnHost,
} from './pipeline-policies.ts'

export type JobAzureSettings = {
	/** Where Azure Resource Manager is: an https URL, or http on this machine. */
	endpoint: string
	/** The job's: aborting it ends every request and every wait. */
	signal: AbortSignal
	/** The environment of this process. With an http endpoint the simulator's identity is set there. */
	environment: Environment
	/** Writes a record to the job's Verbose stream. */
	verbose(message: string): void
	/** How often an operation is asked after, milliseconds. */
	pollInterval?: number
}

/** Azure for one job: one credential, and one client per class and subscription. Loads and sends nothing before it is asked for. */
export function azureForJob(settings: JobAzureSettings): Azure {
	const { signal, pollInterval = AZURE_POLL_INTERVAL } = settings
	const memory = armErrorMemory()
	const makeClient = clientMaker(settings, memory.policy)
	const clients = new Map<ArmClient<unknown>, Map<string, unknown>>()
	return {
		client<Client>(type: ArmClient<Client>, subscriptionId: string): Client {
			const key = checkSubscriptionId(subscriptionId, 'subscriptionId').toLowerCase()
			const ofType = clients.get(type) ?? new Map<string, unknown>()
			clients.set(type, ofType)
			if (!ofType.has(key)) ofType.set(key, makeClient(type, subscriptionId))
			return ofType.get(key) as Client
		},
		async wait(begin, ownSignal = signal) {
			const abortSignal = AbortSignal.any([signal, ownSignal])
			const operation = begin({ abortSignal, updateIntervalInMs: pollInterval })
			try {
				// The signal has to stand in both places: one ends the requests, the other the pauses between them.
				return await operation.pollUntilDone({ abortSignal })
			} catch (error) {
				memory.nameFailure(operation, error)
				throw error
			}
		},
		failure: (error) => azureFailure(error, memory.find(error)),
	}
}

/** Everything the clients of one job share is made with the first of them: jobs without Azure must not fail over its settings. */
function clientMaker(settings: JobAzureSettings, remember: PipelinePolicy) {
	let shared: { endpoint: ArmEndpoint; credential: TokenCredential; options: object } | undefined
	return <Client>(type: ArmClient<Client>, subscriptionId: string): Client => {
		shared ??= shareByClients(settings, remember)
		const client = new type(shared.credential, subscriptionId, shared.options)
		if (shared.endpoint.overHttp) removeOwnAuthentication(client)
		return client
	}
}

function shareByClients({ endpoint: address, signal, environment, verbose }: JobAzureSettings, remember: PipelinePolicy) {
	const endpoint = readArmEndpoint(address)
	const credential = jobCredential(endpoint, { environment, signal })
	if (endpoint.overHttp) bypassProxy(endpoint.url.hostname, environment)
	const onceACall = [boundRequest({ signal, timeout: AZURE_REQUEST_TIME_MAX }), remember, expectJson()]
	if (endpoint.overHttp) onceACall.push(authorizeOverHttp(credential))
	const onceATry = [boundThrottling({ waitMax: AZURE_THROTTLE_WAIT_MAX, verbose }), nameTimeout(), stayOnHost(endpoint.url)]
	const options = {
		endpoint: address,
		allowInsecureConnection: endpoint.overHttp,
		retryOptions: { maxRetries: AZURE_RETRIES_MAX },
		additionalPolicies: [
			...onceACall.map((policy) => ({ policy, position: 'perCall' })),
			...onceATry.map((policy) => ({ policy, position: 'perRetry' })),
		],
	}
	return { endpoint, credential, options }
}

function removeOwnAuthentication(client: unknown): void {
	const { pipeline } = client as { pipeline?: { removePolicy(policy: { name: string }): unknown } }
	pipeline?.removePolicy({ name: 'bearerTokenAuthenticationPolicy' })
}
