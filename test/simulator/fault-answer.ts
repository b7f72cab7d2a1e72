import { type Answer, armError, jsonAnswer } from './answer.ts'
import type { Fault } from './fault.ts'
import type { OperationEnding } from './long-running-operation.ts'
import type { CaptureCourse } from './packet-capture.ts'

/** The answer a fault gives in place of the right one, or undefined where the request goes on. */
export function answerFault(fault: Fault, permission: string, scope: string): Answer | undefined {
	switch (fault.effect) {
		case 'refuse':
			return armError(fault.status, fault.code, fault.message)
		case 'answer':
			return anyAnswer(fault)
		case 'forbid':
			return armError(
				403,
				'AuthorizationFailed',
				`The client does not have authorization to perform action '${permission}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
			)
		case 'throttle':
			return permission.startsWith('Microsoft.Network/') ? throttledByArm(fault) : throttledByCompute(fault)
		case 'dropSocket':
			return { status: 0, dropSocket: true }
		case 'hang':
			return { status: 0, hang: true }
		case 'html':
			return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Sign in to the network</body></html>' }
		default:
			return undefined
	}
}

/** What a fault makes of the right answer. */
export function changeAnswer(answer: Answer, fault: Fault | undefined): Answer {
	if (fault?.effect === 'delay') return { ...answer, delaySeconds: fault.seconds }
	return fault?.effect === 'loseAnswer' ? { ...answer, dropSocket: true } : answer
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

/** How a capture that is made under this fault goes on. */
export function courseUnder(fault: Fault | undefined): CaptureCourse {
	switch (fault?.effect) {
		case 'fillCapture':
			return { kind: 'full', stopReason: fault.stopReason }
		case 'failCapture':
			return { kind: 'error', errors: fault.errors }
		case 'hangCapture':
			return { kind: 'hang', status: fault.status }
		case 'loseCapture':
			return { kind: 'vanish' }
		default:
			return { kind: 'limit' }
	}
}

function anyAnswer({ status, headers = {}, body }: Fault & { effect: 'answer' }): Answer {
	if (body === undefined) return { status, headers }
	return typeof body === 'string' ? { status, headers, body } : jsonAnswer(status, body, headers)
}

/** Microsoft.Compute's own form, as its documentation of throttling shows it: no `error` around code and message. */
function throttledByCompute({ retryAfterSeconds }: Fault & { effect: 'throttle' }): Answer {
	const message = 'The server rejected the request because too many requests have been received for this subscription.'
	const limit = { operationGroup: 'HighCostGet30Min', allowedRequestCount: 800, measuredRequestCount: 1238 }
	const body = {
		code: 'OperationNotAllowed',
		message,
		details: [{ code: 'TooManyRequests', target: 'HighCostGet30Min', message: JSON.stringify(limit) }],
	}
	return jsonAnswer(429, body, retryAfter(retryAfterSeconds))
}

/** The form of the Azure Resource Manager itself, which throttles in front of every provider. */
function throttledByArm({ retryAfterSeconds }: Fault & { effect: 'throttle' }): Answer {
	const message = `Number of requests for the subscription exceeded. Please try again after '${retryAfterSeconds ?? 5}' seconds.`
	return armError(429, 'SubscriptionRequestsThrottled', message, retryAfter(retryAfterSeconds))
}

function retryAfter(seconds: number | undefined): Record<string, string> {
	return seconds === undefined ? {} : { 'retry-after': String(seconds) }
}
