// Step 4: the capture is watched until it has ended.
import { setTimeout as wait } from 'node:timers/promises'
import type { PacketCaptureResult } from '@azure/arm-network'
import { CaptureError } from './capture-failure.ts'
import { timeLimitMax } from './capture-input.ts'
import { type CaptureJob, explained, operate, packetCaptures, tell, whenFree } from './capture-job.ts'
import type { CaptureEnd } from './capture-report.ts'
import { beganTime, type CaptureLook, failureText, isSamePlace, judge } from './capture-status.ts'

/** Looks that may fail in a row before the capture is given up with the next. */
const failedLooksMax = 5

/** There is nothing left to look at, or another capture in its place. */
class CaptureGone extends CaptureError {
	constructor({ order }: CaptureJob) {
		super(`Packet capture '${order.captureName}' was deleted by someone else.`)
	}
}

/**
 * Asks for the status until the capture that was made has ended, and ends it when it does not, or when nobody can see it any more.
 * Throws an Error when it failed, is gone, or cannot be seen.
 */
export async function followCapture(job: CaptureJob, made: PacketCaptureResult): Promise<CaptureEnd> {
	const { context, order } = job
	const { captureName } = order
	const { PollSeconds, GraceSeconds } = context.parameters
	const limit = order.timeLimitSeconds ?? timeLimitMax
	const begin = performance.now()
	const elapsed = () => (performance.now() - begin) / 1000
	let unknownCount = 0
	let begunAt: number | undefined
	for (;;) {
		const look = await lookAgain(job)
		const begun = beganTime(look)
		// A capture is replaced in less time than passes between two looks, and the next one has its name and its id.
		if (begunAt !== undefined && begun !== undefined && begun !== begunAt) throw new CaptureGone(job)
		begunAt ??= begun
		const verdict = judge(look, unknownCount)
		unknownCount = verdict.unknownCount
		const isOver = elapsed() >= limit + GraceSeconds
		if (verdict.kind !== 'goOn' || isOver) await checkIsOurs(job, made)
		if (verdict.kind === 'finished') return { look, timedOut: false, elapsedSeconds: elapsed() }
		if (verdict.kind === 'failed') throw new CaptureError(failureText(captureName, look.packetCaptureError ?? []))
		if (verdict.warns) context.warning(`Packet capture '${captureName}' has had no known status ${unknownCount} times running.`)
		if (isOver) {
			context.warning(`Packet capture '${captureName}' has not ended after ${Math.round(elapsed())} s: it is stopped.`)
			await stopCapture(job)
			return { look: await lookAgain(job), timedOut: true, elapsedSeconds: elapsed() }
		}
		const seconds = Math.min(limit, Math.round(elapsed()))
		tell(
			job,
			`${look.packetCaptureStatus ?? 'Unknown'}, ${seconds} of at most ${limit} s`,
			Math.min(99, Math.floor((elapsed() / limit) * 100)),
		)
		await wait(PollSeconds * 1000, undefined, { signal: context.signal })
	}
}

/** Throws an Error when there is another capture of that name by now: its end, its failure and its time are not ours. */
async function checkIsOurs(job: CaptureJob, made: PacketCaptureResult): Promise<void> {
	const { context, order } = job
	const ask = () => packetCaptures(job).get(order.watcherGroup, order.watcherName, order.captureName, { abortSignal: context.signal })
	try {
		if (!isSamePlace(made, await whenFree(job, ask))) throw new CaptureGone(job)
	} catch (error) {
		if (context.signal.aborted || error instanceof CaptureGone) throw error
		// The look at its status was enough until now, and one that goes after its end has ended all the same.
		context.verbose(`Packet capture '${order.captureName}' could not be read: ${(error as Error).message}`)
	}
}

/** How the capture stands; asked for some times more where that fails. Throws an Error when it is gone, and when it cannot be seen. */
async function lookAgain(job: CaptureJob): Promise<CaptureLook> {
	const { context, order } = job
	for (let failedLooks = 0; ; failedLooks++) {
		try {
			return await readStatus(job)
		} catch (error) {
			if (context.signal.aborted || error instanceof CaptureGone) throw error
			if (failedLooks === failedLooksMax) return giveUp(job, error as Error)
			context.verbose(`Packet capture '${order.captureName}' could not be looked at: ${(error as Error).message}`)
			await wait(context.parameters.PollSeconds * 1000, undefined, { signal: context.signal })
		}
	}
}

/** A capture that nobody sees would go on for up to five hours. Throws the reason why it cannot be seen. */
async function giveUp(job: CaptureJob, reason: Error): Promise<never> {
	const { context, order } = job
	const unseen = `Packet capture '${order.captureName}' could not be looked at ${failedLooksMax + 1} times running`
	try {
		await stopCapture(job)
		context.warning(`${unseen}: it was stopped.`)
	} catch (error) {
		if (context.signal.aborted) throw error
		context.warning(`${unseen}, and could not be stopped, so it may go on until its time limit: ${(error as Error).message}`)
	}
	throw reason
}

async function readStatus(job: CaptureJob): Promise<CaptureLook> {
	const { azure, order } = job
	try {
		return await operate(job, {
			what: `telling how packet capture '${order.captureName}' stands`,
			begin: (options) => packetCaptures(job).getStatus(order.watcherGroup, order.watcherName, order.captureName, options),
		})
	} catch (error) {
		if (azure.failure(error).statusCode === 404) throw new CaptureGone(job)
		throw explained(job, error)
	}
}

/** Ends a capture that runs; what it has captured is kept. */
async function stopCapture(job: CaptureJob): Promise<void> {
	const { order } = job
	try {
		await operate(job, {
			what: `stopping packet capture '${order.captureName}'`,
			begin: (options) => packetCaptures(job).stop(order.watcherGroup, order.watcherName, order.captureName, options),
		})
	} catch (error) {
		throw explained(job, error)
	}
}
