import { type Change, isDue, type LongRunningOperation } from './long-running-operation.ts'
import { advance, hasEnded, type PacketCapture } from './packet-capture.ts'
import type { Simulation } from './simulation.ts'
import type { World } from './world.ts'

/** Brings the world up to an instant: operations that are over end, and captures go on. */
export function settleWorld({ world, settings }: Simulation, now: number): void {
	for (const operation of world.operations) settleOperation(world, operation, now)
	for (const capture of [...world.captures]) {
		const changes = advance(capture, settings.captureLength, now)
		if (changes === 'gone') removeCapture(world, capture)
		else if (changes) Object.assign(capture, changes)
	}
}

/** Ends the operation if its length is over. */
export function settleOperation(world: World, operation: LongRunningOperation, now: number): void {
	if (!isDue(operation, now)) return
	operation.endTime = now
	finish(world, operation.change, { succeeded: operation.ending.status === 'Succeeded', now })
}

function removeCapture(world: World, capture: PacketCapture): void {
	const index = world.captures.indexOf(capture)
	if (index >= 0) world.captures.splice(index, 1)
}

/** A failed or cancelled operation leaves its machine, or the capture it was to stop or delete, as it was before. */
function finish(world: World, change: Change, { succeeded, now }: { succeeded: boolean; now: number }): void {
	switch (change.action) {
		case 'createCapture': {
			const { subject, createsFailed } = change
			subject.provisioningState = succeeded && !createsFailed ? 'Succeeded' : 'Failed'
			subject.readyTime = now
			return
		}
		case 'stopCapture':
			if (succeeded && !hasEnded(change.subject)) Object.assign(change.subject, { status: 'Stopped', stopReason: 'Manual' })
			return
		case 'deleteCapture':
			if (succeeded) removeCapture(world, change.subject)
			else change.subject.provisioningState = change.before
			return
		default:
			change.subject.powerState = succeeded ? change.after : change.before
			if (succeeded) change.subject.hibernated = change.hibernates
	}
}
