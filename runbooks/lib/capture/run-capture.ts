// One capture from its order to its report: the steps of Microsoft's page on packet captures.
import type { PacketCaptureResult } from '@azure/arm-network'
import { type CaptureJob, operate, packetCaptures, tell } from './capture-job.ts'
import { type CaptureEnd, creationText, endWarning, reportOf } from './capture-report.ts'
import { createCapture } from './create-capture.ts'
import { followCapture } from './follow-capture.ts'
import { makeRoom } from './make-room.ts'
import { notify } from './notify.ts'

/** For the end of a capture after its job was stopped: less than the grace that the runbook asks for. */
export const stopSeconds = 60

/** Makes the capture, waits for its end and reports it. When the job is stopped, the capture is, too. Throws an Error when there is none. */
export async function runCapture({ context, azure, order: wanted }: CaptureJob): Promise<void> {
	const room = await makeRoom({ context, azure, order: wanted })
	const order = { ...wanted, captureName: room.captureName }
	const job = { context, azure, order }
	let made: PacketCaptureResult
	let end: CaptureEnd | undefined
	try {
		made = await createCapture(job, room.count)
		context.output(creationText(made))
		if (context.parameters.WaitForEnd) end = await followCapture(job, made)
	} catch (error) {
		if (context.signal.aborted) await stopWithJob(job)
		throw error
	}
	const text = end && endWarning(order, made, end)
	if (text) context.warning(text)
	const report = reportOf(order, made, end)
	tell(job, report.status, 100)
	context.output(report)
	if (context.parameters.NotifyUrl) await notify(context, context.parameters.NotifyUrl, report)
}

/** The capture would go on without its job. It may also be that it was never made: the job was stopped before the answer came. */
async function stopWithJob({ context, order }: CaptureJob): Promise<void> {
	const { watcherGroup, watcherName, captureName } = order
	const signal = AbortSignal.timeout(stopSeconds * 1000)
	const azure = context.azure.with({ signal })
	const captures = packetCaptures({ context, azure, order })
	try {
		await operate(
			{ context, azure },
			{
				what: `stopping packet capture '${captureName}'`,
				begin: (options) => captures.stop(watcherGroup, watcherName, captureName, options),
				signal,
			},
		)
		context.warning(`The job was stopped, and packet capture '${captureName}' with it.`)
	} catch (error) {
		const { statusCode, code, message } = azure.failure(error)
		if (statusCode === 404) return
		context.warning(`The job was stopped, but packet capture '${captureName}' could not be: ${message} (${code})`)
	}
}
