import type { Members } from './members.ts'
import type { NetworkWatcher } from './network-watcher.ts'
import { type CaptureStatus, captureStatuses, type PacketCapture, provisioningStates } from './packet-capture.ts'
import { captureBody, captureStatusBody } from './packet-capture-body.ts'
import { machineId } from './virtual-machine-body.ts'
import { findCapture, findWatcher, placeFor, sameName, type World } from './world.ts'

/** What is said about a watcher to make one; a region of a subscription has one at most. */
export type WatcherSettings = { name: string; subscriptionId?: string; resourceGroup?: string; location?: string }

/** What is said about a capture to make or change it. It then stays so until somebody stops, deletes or puts it. */
export type CaptureSettings = {
	name: string
	/** The name of its watcher; the first of the world unless told. */
	watcher?: string
	subscriptionId?: string
	/** The id of a machine; the first of the region unless told. */
	target?: string
	/** Stopped unless told. */
	status?: CaptureStatus
	stopReason?: string
	errors?: string[]
	provisioningState?: PacketCapture['provisioningState']
	/** When a new one began, ISO 8601; now unless told. */
	startTime?: string
}

/** Makes a watcher; throws where its region has another one. */
export function putWatcher(world: World, { name, location = 'eastus', ...place }: WatcherSettings): NetworkWatcher {
	const watcher: NetworkWatcher = { name, location, ...placeFor(world, { resourceGroup: 'NetworkWatcherRG', ...place }) }
	const index = world.watchers.findIndex((other) => other.subscriptionId === watcher.subscriptionId && sameName(other.location, location))
	if (index < 0) world.watchers.push(watcher)
	else if (sameName(world.watchers[index]!.name, name)) return world.watchers[index]!
	else throw new Error(`${location} has a Network Watcher already: ${world.watchers[index]!.name}.`)
	return watcher
}

/** Throws where there is no such watcher. */
export function putCapture(world: World, settings: CaptureSettings, { now, newId }: { now: number; newId: () => string }): PacketCapture {
	const { name, subscriptionId, status = 'Stopped', stopReason, errors = [], provisioningState = 'Succeeded' } = settings
	const watcher = settings.watcher === undefined ? world.watchers[0] : findWatcher(world, settings.watcher, { subscriptionId })
	if (!watcher) throw new Error(`There is no Network Watcher ${settings.watcher}.`)
	const capture =
		findCapture(world, name, watcher) ?? addCapture(world, { ...settings, name, watcher }, { now: startOf(settings, now), newId })
	Object.assign(capture, { status, errors, provisioningState, course: { kind: 'hang', status } })
	const reason = stopReason ?? (status === 'Stopped' ? 'TimeExceeded' : undefined)
	if (reason === undefined) delete capture.stopReason
	else capture.stopReason = reason
	return capture
}

function startOf({ startTime }: CaptureSettings, now: number): number {
	return startTime === undefined ? now : Date.parse(startTime)
}

/** A capture as the control plane shows it: what get and queryStatus tell together. */
export function viewCapture(capture: PacketCapture) {
	return { ...captureBody(capture), ...captureStatusBody(capture), status: capture.status, watcher: capture.watcher.name }
}

/** What a capture can be given, with the type or the values of each. */
export const captureMembers: Members = {
	watcher: 'string',
	subscriptionId: 'string',
	target: 'string',
	status: [...captureStatuses, 'absent'],
	stopReason: 'string',
	errors: 'strings',
	provisioningState: provisioningStates,
	startTime: 'instant',
}

/** What a watcher can be given. */
export const watcherMembers: Members = { subscriptionId: 'string', resourceGroup: 'string', location: 'string' }

function addCapture(
	world: World,
	{ name, watcher, target }: { name: string; watcher: NetworkWatcher; target?: string },
	{ now, newId }: { now: number; newId: () => string },
): PacketCapture {
	const machine = world.machines.find(
		({ location, subscriptionId }) => location === watcher.location && subscriptionId === watcher.subscriptionId,
	)
	const capture: PacketCapture = {
		...{ name, watcher, etag: newId(), acceptTime: now, readyTime: now, lookCount: 0, errors: [] },
		parameters: {
			target: target ?? (machine ? machineId(machine) : ''),
			...{ bytesToCapturePerPacket: 0, totalBytesPerSession: 1_073_741_824, timeLimitInSeconds: 18_000, filters: [] },
			storageLocation: { storagePath: '', filePath: `/var/captures/${name}.cap` },
		},
		provisioningState: 'Succeeded',
		course: { kind: 'limit' },
		status: 'NotStarted',
	}
	world.captures.push(capture)
	return capture
}
