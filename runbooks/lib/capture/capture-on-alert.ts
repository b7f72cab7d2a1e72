// From an alert to the captures it asks for: one for each machine it names.
import { type Alert, type Azure, checkResourceGroup, checkResourceName, parseArmId } from 'runhook'
import { checkStorageId, timeLimitMax } from './capture-input.ts'
import { type CaptureContext, type CaptureParameters, jobSeconds } from './capture-parameters.ts'
import { checkSubscriptions } from './check-subscriptions.ts'
import { findOrder, type Wishes } from './find-order.ts'
import { runCapture } from './run-capture.ts'

/** Machines that one alert is captured on. A body has room for thousands, and whoever knows the webhook's URL can send one. */
const machinesMax = 50

/**
 * Captures on every machine of a fired alert, or of an event, one after the other: an event asks for nothing by itself, but whoever
 * points it at this webhook does. Throws an Error at the end when a capture failed.
 */
export async function captureOnAlert(context: CaptureContext, azure: Azure, alert: Alert): Promise<void> {
	const isEvent = alert.condition === null
	const rule = alert.rule ?? (alert.rules.join(', ') || (isEvent && alert.subkind) || alert.kind)
	const named = `${isEvent ? 'Event' : 'Alert'} '${rule}'`
	if (alert.condition === 'resolved') {
		context.output(`${named} is resolved: no capture started.`)
		return
	}
	if (alert.vmIds.length === 0) {
		const resources = alert.resourceIds.join(', ') || 'no resource'
		context.warning(`${named} names no virtual machine (${resources}): no capture started.`)
		return
	}
	checkExtent(context.parameters, alert.vmIds.length)
	const machines = alert.vmIds.map((id) => parseArmId(id, 'The machine of the alert'))
	const wishes = readWishes(context.parameters)
	checkSubscriptions(context.parameters, machines)
	context.output(`${named}${isEvent ? '' : ' fired'}: capturing packets of ${machines.map(({ name }) => name).join(', ')}.`)

	const failed: string[] = []
	for (const [index, machine] of machines.entries()) {
		const count = machines.slice(0, index + 1).filter(({ name }) => name.toLowerCase() === machine.name.toLowerCase()).length
		try {
			const order = await findOrder({ context, azure }, { machine, wishes, count })
			await runCapture({ context, azure, order: { ...order, alertRule: rule } })
		} catch (error) {
			if (context.signal.aborted || machines.length === 1) throw error
			context.error(`${machine.name}: ${(error as Error).message}`)
			failed.push(machine.name)
		}
	}
	if (failed.length > 0) throw new Error(`${failed.length} of ${machines.length} packet captures failed: ${failed.join(', ')}.`)
}

/** Throws an Error when so many captures are too many, or take longer one after the other than a job has. */
function checkExtent({ WaitForEnd, TimeLimitSeconds, GraceSeconds }: CaptureParameters, count: number): void {
	if (count > machinesMax) throw new Error(`The alert names ${count} virtual machines: at most ${machinesMax} are captured by one request.`)
	const seconds = count * ((TimeLimitSeconds || timeLimitMax) + GraceSeconds)
	if (!WaitForEnd || seconds <= jobSeconds) return
	throw new Error(
		`${count} captures one after the other may take ${seconds} s, but a job has ${jobSeconds} s: lower TimeLimitSeconds, or set WaitForEnd to false.`,
	)
}

/** What the webhook lays down for its captures, checked before any call. */
function readWishes(parameters: CaptureParameters): Wishes {
	const { StorageId, FilePath, PacketCaptureName, TimeLimitSeconds, NetworkWatcherResourceGroup, NetworkWatcherName } = parameters
	if (!StorageId && !FilePath) throw new Error('A capture on an alert needs the parameter StorageId or FilePath.')
	return {
		storageId: StorageId ? checkStorageId(StorageId, 'StorageId') : undefined,
		prefix: checkResourceName(PacketCaptureName, 'PacketCaptureName'),
		timeLimitSeconds: TimeLimitSeconds || undefined,
		watcherGroup: NetworkWatcherResourceGroup && checkResourceGroup(NetworkWatcherResourceGroup, 'NetworkWatcherResourceGroup'),
		watcherName: NetworkWatcherName && checkResourceName(NetworkWatcherName, 'NetworkWatcherName'),
	}
}
