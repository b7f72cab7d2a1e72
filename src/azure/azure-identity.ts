import { randomUUID } from 'node:crypto'
import type { TokenCredential } from '@azure/identity'
import type { ServicePrincipal } from '../runbooks/azure.ts'

/** The environment of this process. */
export type Environment = Record<string, string | undefined>

/** A checked address of Azure Resource Manager. */
export type ArmEndpoint = { url: URL; overHttp: boolean }

/** Hosts that plain http may go to: nothing leaves the machine. */
const loopbackHosts = ['127.0.0.1', 'localhost', '[::1]']

/** Reads the address of Azure Resource Manager; throws an Error when credentials would leave the machine unprotected. */
export function readArmEndpoint(endpoint: string): ArmEndpoint {
	const url = URL.parse(endpoint)
	if (url?.protocol === 'https:') return { url, overHttp: false }
	if (url?.protocol === 'http:' && loopbackHosts.includes(url.hostname)) return { url, overHttp: true }
	throw new Error(`The endpoint of Azure must be an https URL, or http on this machine (${loopbackHosts.join(', ')}), not ${endpoint}.`)
}

/** What signs a job in: made with its first token, and kept for all that follow. */
export type JobIdentity = () => Promise<TokenCredential>

/**
 * The identity of one job. Nothing is loaded or asked for before it is called.
 * Over https it is the principal, else whatever DefaultAzureCredential finds. Over http it is the managed identity of the simulator at the endpoint, and no other.
 */
export function jobIdentity(
	endpoint: ArmEndpoint,
	{ principal, environment }: { principal: ServicePrincipal | null; environment: Environment },
): JobIdentity {
	let credential: Promise<TokenCredential> | undefined
	return () => {
		if (endpoint.overHttp) credential ??= simulatorCredential(endpoint.url, environment)
		else credential ??= principal ? secretCredential(principal, environment) : defaultCredential(environment)
		return credential
	}
}

/** A job's identity as its clients use it: whoever waits for a token stops waiting when the signal aborts. */
export function jobCredential(identity: JobIdentity, signal: AbortSignal): TokenCredential {
	return {
		async getToken(scopes, options) {
			const token = identity().then((known) => known.getToken(scopes, options))
			const own = options?.abortSignal as AbortSignal | undefined
			return unlessAborted(token, own ? AbortSignal.any([own, signal]) : signal)
		},
	}
}

/** Signing in has waits and retries of its own, and listens to no signal in most of them. */
async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
	const { promise: aborted, reject } = Promise.withResolvers<never>()
	const abort = () => reject(new DOMException('Signing in to Azure was aborted.', 'AbortError'))
	signal.addEventListener('abort', abort, { once: true })
	if (signal.aborted) abort()
	try {
		return await Promise.race([work, aborted])
	} finally {
		signal.removeEventListener('abort', abort)
	}
}

async function defaultCredential(environment: Environment): Promise<TokenCredential> {
	const { DefaultAzureCredential } = await import('@azure/identity')
	return new DefaultAzureCredential(authorityOptions(environment))
}

/** Who names an authority trusts it: that of a private cloud stands in no list of Microsoft's. */
function authorityOptions(environment: Environment): { disableInstanceDiscovery: boolean } {
	return { disableInstanceDiscovery: Boolean(environment.AZURE_AUTHORITY_HOST) }
}

async function secretCredential(
	{ tenantId, clientId, clientSecret }: ServicePrincipal,
	environment: Environment,
): Promise<TokenCredential> {
	const { ClientSecretCredential } = await import('@azure/identity')
	return new ClientSecretCredential(tenantId, clientId, clientSecret, authorityOptions(environment))
}

async function simulatorCredential(endpoint: URL, environment: Environment): Promise<TokenCredential> {
	// An identity endpoint elsewhere belongs to a real identity, whose tokens must not go over http.
	if (URL.parse(environment.IDENTITY_ENDPOINT ?? '')?.origin !== endpoint.origin) {
		environment.IDENTITY_ENDPOINT = `${endpoint.href.replace(/\/$/, '')}/msi/token`
		environment.IDENTITY_HEADER = 'simulator'
	}
	environment.IDENTITY_HEADER ??= 'simulator'
	const { ManagedIdentityCredential } = await import('@azure/identity')
	// Tokens are cached for the whole process by client id. A simulator that was started anew knows none of the old ones.
	// Without retries, because a simulator on this machine that does not answer is not there.
	return new ManagedIdentityCredential({ clientId: randomUUID(), retryOptions: { maxRetries: 0 } })
}

/** The clients would ask the proxy even for this machine; they read NO_PROXY once, when the first of them is made. */
export function bypassProxy(hostname: string, environment: Environment): void {
	const hosts = (environment.NO_PROXY || environment.no_proxy || '').split(',').filter(Boolean)
	if (!hosts.includes(hostname)) environment.NO_PROXY = [...hosts, hostname].join(',')
}
