import { type ArmError, readArmError, reportsFailedOperation } from './arm-error.ts'
import type { PipelinePolicy } from './pipeline-policies.ts'

/** Remembers what Azure Resource Manager answered, for the errors in which its clients lose it: those of lists and of failed operations. */
export type ArmErrorMemory = {
	/** Sees every answer of a client. */
	policy: PipelinePolicy
	/** Sees every try of a request. */
	tryPolicy: PipelinePolicy
	/** What was answered behind an error that a client threw. */
	find(error: unknown): ArmError | undefined
	/** Whether Azure may have done what the failed request asked for: a try of it got no answer, or an internal error for one. */
	isAnswerLost(error: unknown): boolean
	/** Ties the error that ended a long-running operation to the last answer about it. */
	nameFailure(operation: object, error: unknown): void
}

/** Starts with nothing remembered. It grows by the failed operations of one job. */
export function armErrorMemory(): ArmErrorMemory {
	const byRequest = new WeakMap<object, ArmError>()
	const byError = new WeakMap<object, ArmError>()
	const byOperation = new Map<string, ArmError>()
	const withLostAnswer = new WeakSet<object>()
	return {
		policy: {
			name: 'rememberArmErrors',
			async sendRequest(request, next) {
				const response = await next(request)
				const failed = response.status >= 400
				if (!failed && !reportsFailedOperation(response.bodyAsText)) return response
				const error = readArmError(response.bodyAsText)
				if (!error) return response
				const correlationId = response.headers.get('x-ms-correlation-request-id')
				const known = correlationId ? { ...error, correlationId } : error
				if (failed) byRequest.set(request, known)
				else byOperation.set(pathOf(request.url), known)
				return response
			},
		},
		tryPolicy: {
			name: 'rememberLostAnswers',
			async sendRequest(request, next) {
				try {
					const response = await next(request)
					if (response.status >= 500) withLostAnswer.add(request)
					return response
				} catch (error) {
					withLostAnswer.add(request)
					throw error
				}
			},
		},
		find(error) {
			const request = requestOf(error)
			return error instanceof Error ? (byError.get(error) ?? (request && byRequest.get(request))) : undefined
		},
		isAnswerLost(error) {
			const request = requestOf(error)
			return request !== undefined && withLostAnswer.has(request)
		},
		nameFailure(operation, error) {
			const location = (operation as { operationState?: { config?: { operationLocation?: string } } }).operationState?.config
				?.operationLocation
			const known = location === undefined ? undefined : byOperation.get(pathOf(location))
			if (known && error instanceof Error && /long-running operation has failed/.test(error.message)) byError.set(error, known)
		},
	}
}

/** The request that an error of a client is about; the same for all tries of it. */
function requestOf(error: unknown): object | undefined {
	const { request } = (error instanceof Error ? error : {}) as { request?: unknown }
	return typeof request === 'object' && request ? request : undefined
}

/** A link names its operation by its path; what follows is its signature, and can differ. */
function pathOf(url: string): string {
	return URL.parse(url, 'https://relative.invalid')?.pathname ?? url
}
