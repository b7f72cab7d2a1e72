// Step 2: what the Network Watcher holds already, and what has to go before a capture is made.
import { CaptureError, limitText, watcherMissing } from './capture-failure.ts'
import { timeLimitMax } from './capture-input.ts'
import { type CaptureJob, explained, operate, packetCaptures, tell, whenFree } from './capture-job.ts'
import type { CaptureLook } from './capture-status.ts'
import { type ExistingCapture, isLongOver, isOurs, planConflict } from './conflict-plan.ts'

/** What the new capture is called, and how many will stand beside it. */
type Room = { captureName: string; count: number }

/** Sees to it that the capture can be made; throws an Error when it must not be. */
export async function makeRoom(job: CaptureJob): Promise<Room> {
	const { context, order } = job
	const { OnConflict, PacketCaptureLimit, PruneStopped } = context.parameters
	tell(job, 'Looking for the captures there are', 0)
	const existing = await listCaptures(job)
	const plan = planConflict(order.captureName, { existing, onConflict: OnConflict, now: new Date() })
	let count = plan.others.length
	if (count >= PacketCaptureLimit && PruneStopped) count -= await prune(job, plan.others)
	if (count >= PacketCaptureLimit) throw new CaptureError(limitText(order, count, PacketCaptureLimit))
	if (plan.kind === 'taken') {
		const { name, provisioningState } = plan.old
		throw new CaptureError(`Packet capture '${name}' already exists on ${order.watcherName} (${provisioningState}).`)
	}
	if (plan.kind === 'replace') {
		const { name } = plan.old
		const status = await lookAt(job, name)
		context.warning(`Replacing packet capture '${name}' (${status?.packetCaptureStatus ?? 'Unknown'}).`)
		tell(job, 'Deleting the capture of that name', 0)
		await deleteCapture(job, name)
	}
	return { captureName: plan.captureName, count }
}

async function listCaptures(job: CaptureJob): Promise<ExistingCapture[]> {
	const { context, azure, order } = job
	const list = async () => {
		const existing: ExistingCapture[] = []
		const found = packetCaptures(job).list(order.watcherGroup, order.watcherName, { abortSignal: context.signal })
		for await (const { name = '', provisioningState = 'Unknown', timeLimitInSeconds: timeLimitSeconds = timeLimitMax } of found)
			existing.push({ name, provisioningState, timeLimitSeconds })
		return existing
	}
	try {
		return await whenFree(job, list)
	} catch (error) {
		const { statusCode, code } = azure.failure(error)
		const missesWatcher = statusCode === 404 && code !== 'ResourceGroupNotFound' && code !== 'SubscriptionNotFound'
		throw missesWatcher && !context.signal.aborted ? new CaptureError(watcherMissing(order)) : explained(job, error)
	}
}

/** The status of a capture that need not be there any more; undefined where Azure does not tell. */
async function lookAt(job: CaptureJob, name: string): Promise<CaptureLook | undefined> {
	const { azure, context, order } = job
	try {
		return await operate(job, {
			what: `telling how packet capture '${name}' stands`,
			begin: (options) => packetCaptures(job).getStatus(order.watcherGroup, order.watcherName, name, options),
		})
	} catch (error) {
		if (context.signal.aborted) throw error
		const { code, message } = azure.failure(error)
		context.verbose(`The status of packet capture '${name}' is unknown: ${code}: ${message}`)
		return undefined
	}
}

/** Deletes a capture and waits until it is gone; one that is not there is no failure. Its file stays. */
export async function deleteCapture(job: CaptureJob, name: string): Promise<void> {
	const { azure, order } = job
	try {
		await operate(job, {
			what: `deleting packet capture '${name}'`,
			begin: (options) => packetCaptures(job).delete(order.watcherGroup, order.watcherName, name, options),
		})
	} catch (error) {
		if (azure.failure(error).statusCode !== 404) throw explained(job, error)
	}
}

/** Deletes the captures of this webhook that have ended and that no other job can be following, and resolves with how many those were. */
async function prune(job: CaptureJob, others: ExistingCapture[]): Promise<number> {
	const { context, order } = job
	const { PacketCaptureName, PollSeconds: pollSeconds } = context.parameters
	const prefix = order.alertRule === undefined ? undefined : PacketCaptureName
	const ours = others.filter((other) => isOurs(other, { captureName: order.captureName, prefix }))
	let count = 0
	for (const { name, timeLimitSeconds } of ours) {
		tell(job, `Looking whether ${name} has ended`, 0)
		const look = await lookAt(job, name)
		const status = look?.packetCaptureStatus
		if (status !== 'Stopped' && status !== 'Error') continue
		if (!isLongOver(look ?? {}, { timeLimitSeconds, pollSeconds, now: new Date() })) {
			context.verbose(`Packet capture '${name}' (${status}) may have ended just now, and is left to the job that follows it.`)
			continue
		}
		await deleteCapture(job, name)
		context.verbose(`Packet capture '${name}' (${status}) was deleted to make room.`)
		count += 1
	}
	return count
}
