import { type Answer, armError, jsonAnswer } from './answer.ts'
import type { ArmCall } from './arm-call.ts'
import { countLook, isUnderWay, type LongRunningOperation } from './long-running-operation.ts'
import { settleOperation } from './settle-world.ts'
import type { SimulatedRequest } from './simulated-request.ts'
import type { World } from './world.ts'

/** A part of every signature, for tests that look for it where it must not be. */
export const signatureMark = 'simulated-signature'

/** The two forms of a poll URL that an accepted action hands out. */
export function pollHeaders(
	operation: LongRunningOperation,
	{ query, origin }: SimulatedRequest,
	newId: () => string,
): { 'azure-asyncoperation': string; location: string } {
	const { subject } = operation.change
	const version = `api-version=${query.get('api-version')}`
	if ('watcher' in subject) {
		const { subscriptionId, location } = subject.watcher
		const base = `${origin}/subscriptions/${subscriptionId}/providers/Microsoft.Network/locations/${location}`
		const rest = `${operation.id}?${version}&${signature(newId)}`
		return { 'azure-asyncoperation': `${base}/operations/${rest}`, location: `${base}/operationResults/${rest}` }
	}
	const { subscriptionId, location } = subject
	const base = `${origin}/subscriptions/${subscriptionId}/providers/Microsoft.Compute/locations/${location}/operations`
	const url = `${base}/${operation.id}?p=${newId()}&${version}&${signature(newId)}`
	return { 'azure-asyncoperation': url, location: `${url}&monitor=true` }
}

/**
 * Recordings of the Azure CLI since 2025 show poll URLs signed with `t`, `c`, `s` and `h`, about 5 kB together.
 * Whoever logs or stores them has to cope with that length; what is in them is not checked here.
 */
function signature(newId: () => string): string {
	const marked = (count: number) => `${signatureMark}-${newId().repeat(count)}`
	return new URLSearchParams({ t: '639000000000000000', c: marked(120), s: marked(10), h: marked(1) }).toString()
}

/** The operation's status; or the older form, where the HTTP status tells it and the body is the action's result. */
export function pollOperation(world: World, { operationId, pollKind }: ArmCall, { query }: SimulatedRequest, now: number): Answer {
	const operation = world.operations.find(({ id }) => id === operationId)
	if (!operation) return armError(404, 'NotFound', `The entity was not found: operation '${operationId}'.`)
	lookAt(world, operation, now)
	const asksResult = pollKind?.toLowerCase() === 'operationresults' || query.get('monitor') === 'true'
	return asksResult ? resultOf(operation) : jsonAnswer(200, statusOf(operation))
}

/** Counts a look at what is under way, if anything is. */
export function lookAt(world: World, operation: LongRunningOperation | undefined, now: number): void {
	if (!operation) return
	countLook(operation)
	settleOperation(world, operation, now)
}

function resultOf(operation: LongRunningOperation): Answer {
	if (isUnderWay(operation)) return { status: 202 }
	const { ending, change } = operation
	if (ending.status === 'Failed') return armError(409, ending.code, ending.message)
	if (ending.status === 'Canceled') return armError(409, 'OperationCanceled', 'The operation was canceled.')
	if (change.action === 'deleteCapture') return { status: 204 }
	// Never 204: the clients take that for an error at the end of a POST.
	return change.action === 'stopCapture' ? jsonAnswer(200, null) : { status: 200 }
}

/** Microsoft.Compute says when and what; Microsoft.Network hardly more than the status. */
function statusOf(operation: LongRunningOperation) {
	const { startTime, endTime, ending, id, change } = operation
	const status = endTime === undefined ? 'InProgress' : ending.status
	const error = endTime !== undefined && ending.status === 'Failed' ? { code: ending.code, message: ending.message } : undefined
	if ('watcher' in change.subject) {
		if (error) return { status, error: { ...error, details: [] } }
		return status === 'Succeeded' && change.action !== 'createCapture' ? { status, properties: {} } : { status }
	}
	const times = { startTime: instant(startTime), ...(endTime !== undefined && { endTime: instant(endTime) }) }
	return { ...times, status, name: id, ...(error && { error }) }
}

function instant(milliseconds: number): string {
	return new Date(milliseconds).toISOString()
}
