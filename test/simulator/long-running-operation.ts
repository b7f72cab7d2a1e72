import type { PowerAction, PowerState, VirtualMachine } from './virtual-machine.ts'

/**
 * How long an operation runs: by the clock, or for so many looks at it without any waiting.
 * A look is a poll of the operation or a read of its machine's instance view; that many still see it running, the next finds it ended.
 */
export type OperationLength = { seconds: number } | { polls: number }

export type OperationEnding =
	| { status: 'Succeeded' }
	| { status: 'Failed'; code: string; message: string }
	| { status: 'Canceled' }
	| { status: 'never' }

/** An action under way on one machine. It has ended when it has an `endTime`; instants are milliseconds since 1970. */
export type LongRunningOperation = {
	readonly id: string
	readonly machine: VirtualMachine
	readonly action: PowerAction
	readonly length: OperationLength
	readonly startTime: number
	readonly before: PowerState | null
	readonly after: PowerState | null
	ending: OperationEnding
	lookCount: number
	endTime?: number
}

export function isUnderWay(operation: LongRunningOperation): boolean {
	return operation.endTime === undefined
}

export function countLook(operation: LongRunningOperation): void {
	operation.lookCount += 1
}

/** Ends the operation if its length is over. A failed or cancelled one leaves the machine as it was before. */
export function settle(operation: LongRunningOperation, now: number): void {
	if (!isUnderWay(operation) || operation.ending.status === 'never' || !isOver(operation, now)) return
	operation.endTime = now
	operation.machine.powerState = operation.ending.status === 'Succeeded' ? operation.after : operation.before
}

/** A newer action on the same machine takes its place; the power state is the newer one's business from here on. */
export function preempt(operation: LongRunningOperation, now: number): void {
	operation.endTime = now
	operation.ending = {
		status: 'Failed',
		code: 'OperationPreempted',
		message: 'The operation has been preempted by a more recent operation.',
	}
}

/** The status body of Microsoft.Compute: `startTime`, `endTime`, `status`, `name`, and `error` when it failed. */
export function operationBody(operation: LongRunningOperation) {
	const { startTime, endTime, ending, id } = operation
	if (endTime === undefined) return { startTime: instant(startTime), status: 'InProgress', name: id }
	const body = { startTime: instant(startTime), endTime: instant(endTime), status: ending.status, name: id }
	return ending.status === 'Failed' ? { ...body, error: { code: ending.code, message: ending.message } } : body
}

function isOver({ length, lookCount, startTime }: LongRunningOperation, now: number): boolean {
	return 'seconds' in length ? now >= startTime + length.seconds * 1000 : lookCount > length.polls
}

function instant(milliseconds: number): string {
	return new Date(milliseconds).toISOString()
}
