// Step 3: the capture is made, or the reason is told why it was not.
import { setTimeout as wait } from 'node:timers/promises'
import { ComputeManagementClient } from '@azure/arm-compute'
import { NetworkManagementClient, type PacketCaptureResult } from '@azure/arm-network'
import { CaptureError, isTaken, isUnexplained } from './capture-failure.ts'
import { isScaleSet } from './capture-input.ts'
import { busySeconds, type CaptureJob, explained, operate, packetCaptures, tell, whenFree } from './capture-job.ts'
import { captureBody } from './capture-order.ts'
import { machineFault, regionFault } from './machine-check.ts'
import { deleteCapture } from './make-room.ts'

/** How often to look whether a capture is made whose making was not seen. */
const adoptionLooksMax = 60

/** Makes the capture, beside `count` others; throws an Error with the reason when Azure did not. What was half made is gone then. */
export async function createCapture(job: CaptureJob, count: number): Promise<PacketCaptureResult> {
	const { context, order } = job
	const { captureName } = order
	tell(job, 'Creating the capture', 0)
	const body = captureBody(order, context.parameters)
	let accepted = false
	const onResponse = ({ status }: { status: number }) => {
		if (status < 300) accepted = true
	}
	try {
		const made = await operate(job, {
			what: `creating packet capture '${captureName}'`,
			begin: (options) => packetCaptures(job).create(order.watcherGroup, order.watcherName, captureName, body, { ...options, onResponse }),
		}).catch((error: unknown) => adopt(job, error))
		if (made.provisioningState === 'Succeeded') return made
	} catch (error) {
		if (context.signal.aborted) throw error
		const reason = await explain(job, error, count)
		// Also where only the answers about it were lost: nobody would look after it.
		if (accepted) await discard(job, captureName)
		throw reason
	}
	const reason = new CaptureError(`Packet capture '${captureName}' was accepted and has failed all the same.`)
	await discard(job, captureName)
	throw reason
}

/**
 * A request whose answer was lost is sent again by the client, and then Azure has the capture already: that one is ours.
 * Rejects with the error where it means anything else: without a lost answer the capture is that of another job.
 */
async function adopt(job: CaptureJob, error: unknown): Promise<PacketCaptureResult> {
	const { context, azure, order } = job
	const failure = azure.failure(error)
	if (context.signal.aborted || !failure.answerLost || !isTaken(failure)) throw error
	for (let looks = 0; looks < adoptionLooksMax; looks++) {
		const found = await whenFree(job, () =>
			packetCaptures(job).get(order.watcherGroup, order.watcherName, order.captureName, { abortSignal: context.signal }),
		)
		if (found.target?.toLowerCase() !== order.target.id.toLowerCase()) throw error
		if (found.provisioningState !== 'Updating') return found
		await wait(busySeconds(context.parameters.PollSeconds) * 1000, undefined, { signal: context.signal })
	}
	throw error
}

/** The first failure is the one to tell: that of the clean-up is a warning. */
async function discard(job: CaptureJob, captureName: string): Promise<void> {
	try {
		await deleteCapture(job, captureName)
	} catch (error) {
		job.context.warning(`The half-made packet capture '${captureName}' could not be deleted: ${(error as Error).message}`)
	}
}

/** What to throw for a capture that was not made: what machine and region show, where Azure's own words need not tell. */
async function explain(job: CaptureJob, error: unknown, count: number): Promise<unknown> {
	const failure = job.azure.failure(error)
	if (!isUnexplained(failure, error) || isScaleSet(job.order.target)) return explained(job, error, count)
	const fault = await targetFault(job)
	return fault ? new CaptureError(`${fault} (${failure.code})`) : explained(job, error, count)
}

/** What is wrong with the target; undefined where nothing is, or where this cannot be seen. */
async function targetFault(job: CaptureJob): Promise<string | undefined> {
	const { context, azure, order } = job
	const { resourceGroup, name, subscriptionId } = order.target
	const abortSignal = context.signal
	try {
		const { virtualMachines } = azure.client(ComputeManagementClient, subscriptionId)
		const machine = await whenFree(job, () => virtualMachines.get(resourceGroup, name, { expand: 'instanceView', abortSignal }))
		const fault = machineFault(machine, name)
		if (fault) return fault
		const { networkWatchers } = azure.client(NetworkManagementClient, order.subscriptionId)
		const watcher = await whenFree(job, () => networkWatchers.get(order.watcherGroup, order.watcherName, { abortSignal }))
		return regionFault({ name, location: machine.location }, { name: order.watcherName, location: watcher.location })
	} catch (error) {
		const { statusCode, message, code } = azure.failure(error)
		context.verbose(`${name} could not be looked at: ${code}: ${message}`)
		return statusCode === 404 ? message : undefined
	}
}
