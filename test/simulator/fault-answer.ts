import { type Answer, armError, jsonAnswer } from './answer.ts'
import type { Fault } from './fault.ts'
import type { OperationEnding } from './long-running-operation.ts'

/** The answer a fault gives in place of the right one, or undefined where the request goes on. */
export function answerFault(fault: Fault, action: string, scope: string): Answer | undefined {
	switch (fault.effect) {
		case 'refuse':
			return armError(fault.status, fault.code, fault.message)
		case 'forbid':
			return armError(
				403,
				'AuthorizationFailed',
				`The client does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
			)
		case 'throttle':
			return tooManyRequests(fault.retryAfterSeconds)
		case 'dropSocket':
			return { status: 0, dropSocket: true }
		case 'html':
			return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Sign in to the network</body></html>' }
		case 'failOperation':
		case 'cancelOperation':
		case 'hangOperation':
		case 'delay':
			return undefined
	}
}

/** How the operation of an accepted action ends under this fault. */
export function endingUnder(fault: Fault | undefined): OperationEnding {
	switch (fault?.effect) {
		case 'failOperation':
			return { status: 'Failed', code: fault.code, message: fault.message }
		case 'cancelOperation':
			return { status: 'Canceled' }
		case 'hangOperation':
			return { status: 'never' }
		default:
			return { status: 'Succeeded' }
	}
}

/** Microsoft.Compute's own form, as its documentation of throttling shows it: no `error` around code and message. */
function tooManyRequests(retryAfterSeconds: number | undefined): Answer {
	const message = 'The server rejected the request because too many requests have been received for this subscription.'
	const limit = { operationGroup: 'HighCostGet30Min', allowedRequestCount: 800, measuredRequestCount: 1238 }
	const body = {
		code: 'OperationNotAllowed',
		message,
		details: [{ code: 'TooManyRequests', target: 'HighCostGet30Min', message: JSON.stringify(limit) }],
	}
	return jsonAnswer(429, body, retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) })
}
