import type { ComputeManagementClient } from '@azure/arm-compute'
import type { TokenCredential } from '@azure/identity'
import { readArmError } from './arm-error.ts'
import { AzureError } from './azure-failure.ts'
import { pollWait, retryAfter } from './retry-after.ts'

/** A step that every request of a client goes through; the clients of all services share the type. */
export type PipelinePolicy = Parameters<ComputeManagementClient['pipeline']['addPolicy']>[0]

/** What a token for Azure Resource Manager is asked for. */
export const armScope = 'https://management.azure.com/.default'

/** Ends a request, its retries and the next pages of a list when the job's signal aborts; bounds each try by `timeout` milliseconds. */
export function boundRequest({ signal, timeout }: { signal: AbortSignal; timeout: number }): PipelinePolicy {
	return {
		name: 'boundRequest',
		sendRequest(request, next) {
			const own = request.abortSignal as AbortSignal | undefined
			request.abortSignal = own ? AbortSignal.any([own, signal]) : signal
			request.timeout ||= timeout
			return next(request)
		},
	}
}

/** Puts the token on requests over http, which the clients' own policy refuses to do. */
export function authorizeOverHttp(credential: TokenCredential): PipelinePolicy {
	return {
		name: 'authorizeOverHttp',
		async sendRequest(request, next) {
			const token = await credential.getToken(armScope, request.abortSignal ? { abortSignal: request.abortSignal } : {})
			if (!token) throw new AzureError('Signing in to Azure failed: there is no token.', { code: 'NoToken' })
			request.headers.set('authorization', `Bearer ${token.token}`)
			return next(request)
		},
	}
}

/** Refuses a success that is no JSON, such as the page of a proxy: the clients would take it for a result without members. */
export function expectJson(): PipelinePolicy {
	return {
		name: 'expectJson',
		async sendRequest(request, next) {
			const response = await next(request)
			const type = response.headers.get('content-type')
			if (response.status >= 300 || !response.bodyAsText || !type || /json/i.test(type)) return response
			const message = `Azure answered with ${type} instead of JSON: is there a proxy in between?`
			throw new AzureError(message, { code: 'UnexpectedAnswer', statusCode: response.status })
		},
	}
}

/** Keeps the token at home: links to polls and further pages come from answers, and the clients follow them anywhere. */
export function stayOnHost(endpoint: URL): PipelinePolicy {
	return {
		name: 'stayOnHost',
		async sendRequest(request, next) {
			const { origin, host } = new URL(request.url)
			if (origin !== endpoint.origin) throw new AzureError(`A link to another host was not followed: ${host}.`, { code: 'ForeignHost' })
			return next(request)
		},
	}
}

/** Says that a try took too long; the clients' own error looks as if the job had been stopped. */
export function nameTimeout(): PipelinePolicy {
	return {
		name: 'nameTimeout',
		async sendRequest(request, next) {
			try {
				return await next(request)
			} catch (error) {
				if (!(error instanceof Error) || error.name !== 'AbortError' || request.abortSignal?.aborted) throw error
				throw new AzureError(`Azure did not answer within ${request.timeout / 1000} s.`, { code: 'RequestTimeout' })
			}
		},
	}
}

/** Fails at once where Azure asks for a wait of more than `waitMax` milliseconds; tells of the shorter ones. */
export function boundThrottling({ waitMax, verbose }: { waitMax: number; verbose(message: string): void }): PipelinePolicy {
	return {
		name: 'boundThrottling',
		async sendRequest(request, next) {
			const response = await next(request)
			const wait = retryAfter(response.status, (name) => response.headers.get(name), Date.now())
			if (wait === undefined) return response
			const seconds = Math.ceil(wait / 1000)
			if (wait > waitMax) {
				const { code = 'TooManyRequests', target } = readArmError(response.bodyAsText) ?? {}
				const message = `Azure throttles this subscription${target ? ` (${target})` : ''}: retry after ${seconds} s.`
				throw new AzureError(message, { code, statusCode: response.status })
			}
			verbose(`Azure answered ${response.status} to ${request.method} ${new URL(request.url).pathname} and asks to wait ${seconds} s.`)
			return response
		},
	}
}

/** Asks after an operation at least once in `waitMax` milliseconds: the clients wait as long as an answer asks for, then and before all later polls. */
export function boundPolling({ waitMax }: { waitMax: number }): PipelinePolicy {
	return {
		name: 'boundPolling',
		async sendRequest(request, next) {
			const response = await next(request)
			const wait = response.status < 300 ? pollWait(response.headers.get('retry-after'), Date.now()) : undefined
			if (wait !== undefined && wait > waitMax) response.headers.set('retry-after', String(Math.max(1, Math.floor(waitMax / 1000))))
			return response
		},
	}
}
