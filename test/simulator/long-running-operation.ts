import type { PacketCapture } from './packet-capture.ts'
import type { PowerAction, PowerState, VirtualMachine } from './virtual-machine.ts'

/**
 * How long an operation runs: by the clock, or for so many looks at it without any waiting.
 * A look is a poll of the operation or a read of what it changes; that many still see it running, the next finds it ended.
 */
export type OperationLength = { seconds: number } | { polls: number }

export type OperationEnding =
	| { status: 'Succeeded' }
	| { status: 'Failed'; code: string; message: string }
	| { status: 'Canceled' }
	| { status: 'never' }

/** What an operation does, and to what. */
export type Change =
	| { action: PowerAction; subject: VirtualMachine; before: PowerState | null; after: PowerState | null; hibernates: boolean }
	| CaptureChange

/** `before` is the provisioning state. `createsFailed`: the operation succeeds, and what it made has failed all the same. */
export type CaptureChange = {
	action: CaptureAction
	subject: PacketCapture
	before: PacketCapture['provisioningState']
	createsFailed?: boolean
}

export const captureActions = ['createCapture', 'stopCapture', 'deleteCapture'] as const
type CaptureAction = (typeof captureActions)[number]

/** An action under way on one resource. It has ended when it has an `endTime`; instants are milliseconds since 1970. */
export type LongRunningOperation = {
	readonly id: string
	readonly change: Change
	readonly length: OperationLength
	readonly startTime: number
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

/** Whether its length is over and it has not been ended yet. */
export function isDue(operation: LongRunningOperation, now: number): boolean {
	const { length, lookCount, startTime, ending } = operation
	if (!isUnderWay(operation) || ending.status === 'never') return false
	return 'seconds' in length ? now >= startTime + length.seconds * 1000 : lookCount > length.polls
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
