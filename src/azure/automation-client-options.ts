import { setTimeout as wait } from 'node:timers/promises'
import { AZURE_REQUEST_TIME_MAX, AZURE_RETRIES_MAX } from '../limits.ts'
import { isPassingStatus } from '../runbooks/azure-may-pass.ts'
import { AzureError } from './azure-failure.ts'
import type { ArmEndpoint } from './azure-identity.ts'
import { boundThrottling, expectJson, type PipelinePolicy, stayOnHost } from './pipeline-policies.ts'
import { retryAfter } from './retry-after.ts'

/** What the generation of clients before today's has of a request and its answer; our policies look at no more of either. */
type Request = Parameters<PipelinePolicy['sendRequest']>[0] & { proxySettings?: unknown }
type Next = { sendRequest: Parameters<PipelinePolicy['sendRequest']>[1] }
type PolicyFactory = { create(next: Next): { sendRequest(request: Request): ReturnType<PipelinePolicy['sendRequest']> } }

type Terms = {
	endpoint: ArmEndpoint
	/** Ends every request and every wait between two tries. */
	signal: AbortSignal
	/** Longest wait that Azure may ask for, milliseconds. */
	waitMax: number
	verbose(message: string): void
}

/**
 * Options of `AutomationClient`, which is of the generation before: the rules of the other clients, by the same policies where it has
 * none of its own. It would wait half a minute before it repeats a request, and repeats those too that must not be sent twice.
 */
export function automationClientOptions({ endpoint, signal, waitMax, verbose }: Terms): object {
	const policies = [
		stayOnHost(endpoint.url),
		expectJson(),
		withoutProxy(endpoint),
		repeatTransient(signal),
		boundThrottling({ waitMax, verbose }),
		boundTry(signal),
	]
	return {
		baseUri: endpoint.url.href.replace(/\/$/, ''),
		noRetryPolicy: true,
		longRunningOperationRetryTimeout: 0,
		// The client would send the token along, wherever it is sent to.
		redirectOptions: { handleRedirects: false, maxRetries: 0 },
		requestPolicyFactories: (defaults: PolicyFactory[]) => [...defaults, ...policies.map(asFactory)],
	}
}

function asFactory(policy: PipelinePolicy): PolicyFactory {
	return { create: (next) => ({ sendRequest: (request) => policy.sendRequest(request, (sent) => next.sendRequest(sent)) }) }
}

/** A proxy is set for other machines. */
function withoutProxy({ overHttp }: ArmEndpoint): PipelinePolicy {
	return {
		name: 'withoutProxy',
		sendRequest(request: Request, next) {
			if (overHttp) delete request.proxySettings
			return next(request)
		},
	}
}

/** Bounds one try, and says whether the job or the time ended it: the client has one error for both. */
function boundTry(signal: AbortSignal): PipelinePolicy {
	return {
		name: 'boundTry',
		async sendRequest(request, next) {
			const late = AbortSignal.timeout(AZURE_REQUEST_TIME_MAX)
			const asked = request.abortSignal as AbortSignal | undefined
			const stopped = asked ? AbortSignal.any([signal, asked]) : signal
			request.abortSignal = AbortSignal.any([stopped, late])
			try {
				return await next(request)
			} catch (error) {
				if (stopped.aborted) throw new DOMException('The request was aborted.', 'AbortError')
				if (!late.aborted) throw error
				throw new AzureError(`Azure did not answer within ${AZURE_REQUEST_TIME_MAX / 1000} s.`, { code: 'RequestTimeout' })
			} finally {
				if (asked) request.abortSignal = asked
				else delete request.abortSignal
			}
		},
	}
}

/** Sends again what failed in passing, after the wait that Azure asks for or one, two and four seconds: only what may be done twice. */
function repeatTransient(signal: AbortSignal): PipelinePolicy {
	return {
		name: 'repeatTransient',
		async sendRequest(request, next) {
			for (let tries = 0; ; tries++) {
				const isLast = tries >= AZURE_RETRIES_MAX
				let pause = 1000 * 2 ** tries
				try {
					const response = await next(request)
					// A request that was turned away at the door has done nothing.
					const mayRepeat = response.status === 429 || (request.method === 'GET' && isPassingStatus(response.status))
					if (isLast || !mayRepeat) return response
					pause = retryAfter(response.status, (name) => response.headers.get(name), Date.now()) ?? pause
				} catch (error) {
					const isFinal = error instanceof AzureError || (error as Error).name === 'AbortError'
					if (isLast || isFinal || request.method !== 'GET') throw error
				}
				await wait(pause, undefined, { signal })
			}
		},
	}
}
