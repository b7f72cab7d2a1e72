// From an alert to the captures it asks for: one for each machine it names.
import { type Alert, type Azure, checkResourceGroup, checkResourceName, parseArmId } from 'runhook'
import { checkStorageId } from './capture-input.ts'
import type { CaptureContext, CaptureParameters } from './capture-parameters.ts'
import { checkSubscriptions } from './check-subscriptions.ts'
import { findOrder, type Wishes } from './find-order.ts'
import { runCapture } from './run-capture.ts'

/** Captures on every machine of a fired alert, one after the other. Throws an Error at the end when one failed. */
export async function captureOnAlert(context: CaptureContext, azure: Azure, alert: Alert): Promise<void> {
	const rule = alert.rule ?? (alert.rules.join(', ') || alert.kind)
	if (alert.condition === 'resolved') {
		context.output(`Alert '${rule}' is resolved: no capture started.`)
		return
	}
	if (alert.vmIds.length === 0) {
		const named = alert.resourceIds.join(', ') || 'no resource'
		context.warning(`Alert '${rule}' names no virtual machine (${named}): no capture started.`)
		return
	}
	const machines = alert.vmIds.map((id) => parseArmId(id, 'The machine of the alert'))
	const wishes = readWishes(context.parameters)
	checkSubscriptions(context.parameters, machines)
	context.output(`Alert '${rule}' fired: capturing packets of ${machines.map(({ name }) => name).join(', ')}.`)

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
