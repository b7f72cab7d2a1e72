// What the steps of a capture share: the order, Azure, and the ways to ask it.
import { setTimeout as wait } from 'node:timers/promises'
import { NetworkManagementClient } from '@azure/arm-network'
import type { Azure, LongRunningOperation, OperationOptions } from 'runhook'
import { CaptureError, failureSentence, isBusy, isOverLimit, limitText } from './capture-failure.ts'
import type { CaptureOrder } from './capture-order.ts'
import type { CaptureContext } from './capture-parameters.ts'

export type CaptureJob = { context: CaptureContext; azure: Azure; order: CaptureOrder }

const busyTriesMax = 5

/** The calls about packet captures, in the subscription of the order. */
export function packetCaptures({ azure, order }: CaptureJob): NetworkManagementClient['packetCaptures'] {
	return azure.client(NetworkManagementClient, order.subscriptionId).packetCaptures
}

/** A long-running operation to its end; begun again some times while another one is in the way. */
export async function operate<Result>(
	{ context, azure }: Pick<CaptureJob, 'context' | 'azure'>,
	begin: (options: OperationOptions) => LongRunningOperation<Result>,
	signal: AbortSignal = context.signal,
): Promise<Result> {
	for (let tries = 0; ; tries++) {
		try {
			return await azure.wait(begin, signal)
		} catch (error) {
			const failure = azure.failure(error)
			if (tries === busyTriesMax || !isBusy(failure)) throw error
			context.verbose(`Azure is busy with another operation: ${failure.message}`)
			await wait(context.parameters.PollSeconds * 1000, undefined, { signal })
		}
	}
}

/** What to throw for something that Azure threw. `count` is how many captures there were. */
export function explained({ context, azure, order }: CaptureJob, error: unknown, count = 0): unknown {
	if (context.signal.aborted || error instanceof CaptureError) return error
	const failure = azure.failure(error)
	const { PacketCaptureLimit } = context.parameters
	const text = isOverLimit(failure) ? `${limitText(order, count, PacketCaptureLimit)} (${failure.code})` : failureSentence(failure)
	return new CaptureError(text)
}

/** A Progress record of this capture. */
export function tell({ context, order }: CaptureJob, status: string, percentComplete?: number): void {
	const activity = `Packet capture ${order.captureName}`
	context.progress(percentComplete === undefined ? { activity, status } : { activity, status, percentComplete })
}
