// What the steps of a capture share: the order, Azure, and the ways to ask it.
import { setTimeout as wait } from 'node:timers/promises'
import { NetworkManagementClient } from '@azure/arm-network'
import type { Azure, LongRunningOperation, OperationOptions } from 'runhook'
import { CaptureError, failureSentence, isBusy, isOverLimit, limitText } from './capture-failure.ts'
import type { CaptureOrder } from './capture-order.ts'
import type { CaptureContext } from './capture-parameters.ts'

export type CaptureJob = { context: CaptureContext; azure: Azure; order: CaptureOrder }

const busyTriesMax = 5
const busySecondsMax = 10

/** How long to wait before Azure is asked again that was busy, seconds: a capture that has to be stopped does not wait for the next look. */
export function busySeconds(pollSeconds: number): number {
	return Math.min(pollSeconds, busySecondsMax)
}

/** The calls about packet captures, in the subscription of the order. */
export function packetCaptures({ azure, order }: CaptureJob): NetworkManagementClient['packetCaptures'] {
	return azure.client(NetworkManagementClient, order.subscriptionId).packetCaptures
}

type Here = Pick<CaptureJob, 'context' | 'azure'>

/** What Azure answers; asked again some times while another operation is in the way. */
export async function whenFree<Result>(
	{ context, azure }: Here,
	ask: () => Promise<Result>,
	signal: AbortSignal = context.signal,
): Promise<Result> {
	for (let tries = 0; ; tries++) {
		try {
			return await ask()
		} catch (error) {
			const failure = azure.failure(error)
			if (tries === busyTriesMax || !isBusy(failure)) throw error
			context.verbose(`Azure is busy with another operation: ${failure.message}`)
			await wait(busySeconds(context.parameters.PollSeconds) * 1000, undefined, { signal })
		}
	}
}

type Operation<Result> = {
	/** What is done, as people call it: `creating packet capture 'pc01'`. */
	what: string
	begin: (options: OperationOptions) => LongRunningOperation<Result>
	/** Ends the waiting in the place of the job's signal. */
	signal?: AbortSignal
}

/**
 * A long-running operation to its end; begun again some times while another one is in the way.
 * Throws a CaptureError when Azure is not done in time: an operation may stay under way for ever.
 */
export async function operate<Result>(here: Here, { what, begin, signal = here.context.signal }: Operation<Result>): Promise<Result> {
	const { OperationSeconds } = here.context.parameters
	const deadline = AbortSignal.timeout(OperationSeconds * 1000)
	const within = AbortSignal.any([signal, deadline])
	try {
		return await whenFree(here, () => here.azure.wait(begin, within), within)
	} catch (error) {
		if (!deadline.aborted || signal.aborted) throw error
		throw new CaptureError(`Azure was not done with ${what} within ${OperationSeconds} s.`)
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
