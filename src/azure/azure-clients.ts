import type { TokenCredential } from '@azure/identity'
import { AZURE_POLL_INTERVAL, AZURE_REQUEST_TIME_MAX, AZURE_RETRIES_MAX, AZURE_THROTTLE_WAIT_MAX } from '../limits.ts'
import { checkSubscriptionId } from '../runbooks/arm-names.ts'
import type { Azure, AzureTerms, ServicePrincipal } from '../runbooks/azure.ts'
import { type ArmErrorMemory, armErrorMemory } from './arm-error-memory.ts'
import { automationClientOptions } from './automation-client-options.ts'
import { azureFailure } from './azure-failure.ts'
import {
	type ArmEndpoint,
	bypassProxy,
	type Environment,
	type JobIdentity,
	jobCredential,
	jobIdentity,
	readArmEndpoint,
} from './azure-identity.ts'
import { authorizeOverHttp, boundPolling, boundRequest, boundThrottling, expectJson, nameTimeout, stayOnHost } from './pipeline-policies.ts'

export type JobAzureSettings = {
	/** Where Azure Resource Manager is: an https URL, or http on this machine. */
	endpoint: string
	/** The job's: aborting it ends every request and every wait. */
	signal: AbortSignal
	/** What to sign in with; null: what the environment has. */
	principal: ServicePrincipal | null
	/** The environment of this process. With an http endpoint the simulator's identity is set there. */
	environment: Environment
	/** Writes a record to the job's Verbose stream. */
	verbose(message: string): void
	/** How often an operation is asked after, milliseconds. */
	pollInterval?: number
}

/** Azure for one job: one credential, and one client per class and subscription. Loads and sends nothing before it is asked for. */
export function azureForJob(settings: JobAzureSettings): Azure {
	return azureOnTerms(settings, {}, { memory: armErrorMemory(), connection: connector(settings) })
}

/** What all clients of a job have in common, whatever their terms. */
type Shared = { memory: ArmErrorMemory; connection(): Connection }
type Connection = { endpoint: ArmEndpoint; identity: JobIdentity }

/** The connection is made with the first client: jobs without Azure must not fail over its settings. */
function connector({ endpoint: address, principal, environment }: JobAzureSettings): () => Connection {
	let made: Connection | undefined
	return () => {
		if (made) return made
		const endpoint = readArmEndpoint(address)
		if (endpoint.overHttp) bypassProxy(endpoint.url.hostname, environment)
		made = { endpoint, identity: jobIdentity(endpoint, { principal, environment }) }
		return made
	}
}

function azureOnTerms(settings: JobAzureSettings, terms: AzureTerms, shared: Shared): Azure {
	const { signal = settings.signal } = terms
	const { memory } = shared
	const clients = new Map<object, Map<string, unknown>>()
	let options: object | undefined
	/** The client that was made for a class and subscription, or a new one. */
	const kept = <Client>(type: object, subscriptionId: string, make: (parts: Credentials) => Client): Client => {
		const key = checkSubscriptionId(subscriptionId, 'subscriptionId').toLowerCase()
		const ofType = clients.get(type) ?? new Map<string, unknown>()
		clients.set(type, ofType)
		if (!ofType.has(key)) {
			const { endpoint, identity } = shared.connection()
			ofType.set(key, make({ endpoint, credential: jobCredential(identity, signal) }))
		}
		return ofType.get(key) as Client
	}
	return {
		client: (type, subscriptionId) =>
			kept(type, subscriptionId, ({ endpoint, credential }) => {
				options ??= clientOptions(settings, { terms, memory, endpoint, credential })
				const client = new type(credential, subscriptionId, options)
				if (endpoint.overHttp) removeOwnAuthentication(client)
				return client
			}),
		automationClient: (type, subscriptionId) =>
			kept(type, subscriptionId, ({ endpoint, credential }) => {
				const { verbose } = settings
				const own = automationClientOptions({ endpoint, signal, waitMax: throttleWaitMax(terms), verbose })
				return new type(credential, subscriptionId, 'status', own)
			}),
		async wait(begin, ownSignal = signal) {
			const abortSignal = AbortSignal.any([signal, ownSignal])
			const operation = begin({ abortSignal, updateIntervalInMs: settings.pollInterval ?? AZURE_POLL_INTERVAL })
			try {
				// The signal has to stand in both places: one ends the requests, the other the pauses between them.
				return await operation.pollUntilDone({ abortSignal })
			} catch (error) {
				memory.nameFailure(operation, error)
				throw error
			}
		},
		failure: (error) => ({ ...azureFailure(error, memory.find(error)), ...(memory.isAnswerLost(error) && { answerLost: true }) }),
		with: (further) => azureOnTerms(settings, { ...terms, ...further }, shared),
	}
}

type Credentials = { endpoint: ArmEndpoint; credential: TokenCredential }
type ClientParts = Credentials & { terms: AzureTerms; memory: ArmErrorMemory }

/** Milliseconds. */
function throttleWaitMax({ throttleWaitSeconds }: AzureTerms): number {
	return throttleWaitSeconds === undefined ? AZURE_THROTTLE_WAIT_MAX : throttleWaitSeconds * 1000
}

function clientOptions(settings: JobAzureSettings, { terms, memory, endpoint, credential }: ClientParts): object {
	const { signal = settings.signal } = terms
	const waitMax = throttleWaitMax(terms)
	const onceACall = [boundRequest({ signal, timeout: AZURE_REQUEST_TIME_MAX }), memory.policy, expectJson(), boundPolling({ waitMax })]
	if (endpoint.overHttp) onceACall.push(authorizeOverHttp(credential))
	const onceATry = [boundThrottling({ waitMax, verbose: settings.verbose }), nameTimeout(), stayOnHost(endpoint.url), memory.tryPolicy]
	return {
		endpoint: settings.endpoint,
		allowInsecureConnection: endpoint.overHttp,
		retryOptions: { maxRetries: AZURE_RETRIES_MAX },
		additionalPolicies: [
			...onceACall.map((policy) => ({ policy, position: 'perCall' })),
			...onceATry.map((policy) => ({ policy, position: 'perRetry' })),
		],
	}
}

function removeOwnAuthentication(client: unknown): void {
	const { pipeline } = client as { pipeline?: { removePolicy(policy: { name: string }): unknown } }
	pipeline?.removePolicy({ name: 'bearerTokenAuthenticationPolicy' })
}
