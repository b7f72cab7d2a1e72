// From a machine that an alert names to the capture that can be made there.
import { ComputeManagementClient } from '@azure/arm-compute'
import { NetworkManagementClient, type NetworkWatcher } from '@azure/arm-network'
import { type ArmId, parseArmId } from 'runhook'
import { CaptureError, watcherMissing } from './capture-failure.ts'
import { type CaptureJob, explained, whenFree } from './capture-job.ts'
import type { CaptureOrder } from './capture-order.ts'
import { alertCaptureName } from './conflict-plan.ts'
import { machineFault, regionFault, sameRegion } from './machine-check.ts'

/** What the webhook lays down for its captures. All values are checked. */
export type Wishes = {
	storageId: string | undefined
	prefix: string
	timeLimitSeconds: number | undefined
	watcherGroup: string | undefined
	watcherName: string | undefined
}

type Wanted = { machine: ArmId; wishes: Wishes; count: number }
type Here = Pick<CaptureJob, 'context' | 'azure'>

/**
 * Looks up the machine and the Network Watcher of its region; throws an Error when no capture can be made there.
 * `count` tells machines of one name apart.
 */
export async function findOrder(here: Here, { machine, wishes, count }: Wanted): Promise<CaptureOrder> {
	const { subscriptionId } = machine
	const { prefix, storageId, timeLimitSeconds } = wishes
	const captureName = alertCaptureName(prefix, machine.name, count)
	const order = { subscriptionId, watcherGroup: '', watcherName: '', captureName, target: machine, storageId, timeLimitSeconds }
	try {
		const { target, location } = await findTarget(here, machine)
		const watcher = await findWatcher(here, wishes, { ...target, location })
		return { ...order, ...watcher, captureName: alertCaptureName(prefix, target.name, count), target }
	} catch (error) {
		throw explained({ ...here, order }, error)
	}
}

/** The machine as Azure writes its names: alerts put parts of them in lower case. */
async function findTarget(here: Here, { subscriptionId, resourceGroup, name, id }: ArmId) {
	const { virtualMachines } = here.azure.client(ComputeManagementClient, subscriptionId)
	const abortSignal = here.context.signal
	const found = await whenFree(here, () => virtualMachines.get(resourceGroup, name, { expand: 'instanceView', abortSignal }))
	const fault = machineFault(found, found.name ?? name)
	if (fault) throw new CaptureError(fault)
	return { target: parseArmId(found.id ?? id, 'The id of the machine'), location: found.location }
}

type Located = ArmId & { location: string }

/** The Network Watcher that the webhook names, else the one of the region. */
async function findWatcher(here: Here, wishes: Wishes, { subscriptionId, name, location }: Located) {
	const { azure } = here
	const abortSignal = here.context.signal
	const { networkWatchers } = azure.client(NetworkManagementClient, subscriptionId)
	const { watcherGroup, watcherName } = wishes
	if (watcherGroup && watcherName) {
		const get = () => networkWatchers.get(watcherGroup, watcherName, { abortSignal })
		const watcher = await whenFree(here, get).catch((error: unknown) => {
			if (azure.failure(error).code !== 'ResourceNotFound') throw error
			throw new CaptureError(watcherMissing({ watcherGroup, watcherName }))
		})
		const fault = regionFault({ name, location }, { name: watcherName, location: watcher.location })
		if (fault) throw new CaptureError(fault)
		return { watcherGroup, watcherName }
	}
	const find = async () => {
		for await (const watcher of networkWatchers.listAll({ abortSignal })) {
			const place = placeOf(watcher)
			if (sameRegion(watcher.location, location) && isWanted(place, wishes)) return place
		}
		throw new CaptureError(`There is no Network Watcher in region '${location}': enable it (one per region and subscription).`)
	}
	return whenFree(here, find)
}

function placeOf({ id = '' }: NetworkWatcher): { watcherGroup: string; watcherName: string } {
	const { resourceGroup, name } = parseArmId(id, 'The id of the Network Watcher')
	return { watcherGroup: resourceGroup, watcherName: name }
}

/** Whether it has the one part of its name that the webhook gives, if it gives one. */
function isWanted(place: { watcherGroup: string; watcherName: string }, wishes: Wishes): boolean {
	const same = (wanted: string | undefined, actual: string) => wanted === undefined || wanted.toLowerCase() === actual.toLowerCase()
	return same(wishes.watcherGroup, place.watcherGroup) && same(wishes.watcherName, place.watcherName)
}
