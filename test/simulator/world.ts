import type { Fault } from './fault.ts'
import { isUnderWay, type LongRunningOperation } from './long-running-operation.ts'
import type { NetworkWatcher } from './network-watcher.ts'
import type { PacketCapture } from './packet-capture.ts'
import type { VirtualMachine } from './virtual-machine.ts'

/** Everything the simulated Azure knows and a reset puts back. */
export type World = {
	/** In lower case; the first is meant where none is named. */
	readonly subscriptionIds: string[]
	readonly resourceGroups: ResourceGroup[]
	readonly machines: VirtualMachine[]
	readonly watchers: NetworkWatcher[]
	readonly captures: PacketCapture[]
	/** The latest first. */
	readonly faults: Fault[]
	/** The oldest first. */
	readonly operations: LongRunningOperation[]
}

type ResourceGroup = { subscriptionId: string; name: string }

/** Where a resource is. */
export type ResourcePlace = { subscriptionId: string; resourceGroup: string }

/** Where to look for a resource: anywhere, in a subscription, or in one of its groups. */
export type Place = { subscriptionId?: string | undefined; resourceGroup?: string | undefined }

const operationCountMax = 10_000

export function findGroup(world: World, subscriptionId: string, name: string): string | undefined {
	return world.resourceGroups.find((group) => sameName(group.subscriptionId, subscriptionId) && sameName(group.name, name))?.name
}

/** The first machine of this name in the place. */
export function findMachine(world: World, name: string, place: Place = {}): VirtualMachine | undefined {
	return world.machines.find((machine) => sameName(machine.name, name) && isIn(machine, place))
}

export function findWatcher(world: World, name: string, place: Place = {}): NetworkWatcher | undefined {
	return world.watchers.find((watcher) => sameName(watcher.name, name) && isIn(watcher, place))
}

export function capturesOf(world: World, watcher: NetworkWatcher): PacketCapture[] {
	return world.captures.filter((capture) => capture.watcher === watcher)
}

/** The first capture of this name; of one watcher, where it is given. */
export function findCapture(world: World, name: string, watcher?: NetworkWatcher): PacketCapture | undefined {
	return world.captures.find((capture) => sameName(capture.name, name) && (!watcher || capture.watcher === watcher))
}

/** What is under way on a machine or a capture; they never have two operations at a time. */
export function operationOf(world: World, subject: VirtualMachine | PacketCapture): LongRunningOperation | undefined {
	return world.operations.find((operation) => operation.change.subject === subject && isUnderWay(operation))
}

export function keepOperation(world: World, operation: LongRunningOperation): void {
	world.operations.push(operation)
	if (world.operations.length > operationCountMax) world.operations.shift()
}

/** Where a new resource goes: subscription and group are made where there are none yet. */
export function placeFor(world: World, { subscriptionId = world.subscriptionIds[0]!, resourceGroup }: Place): ResourcePlace {
	const id = subscriptionId.toLowerCase()
	if (!world.subscriptionIds.includes(id)) world.subscriptionIds.push(id)
	const wanted = resourceGroup ?? world.resourceGroups.find((group) => group.subscriptionId === id)?.name ?? 'rg-runbooks'
	const known = findGroup(world, id, wanted)
	if (!known) world.resourceGroups.push({ subscriptionId: id, name: wanted })
	return { subscriptionId: id, resourceGroup: known ?? wanted }
}

/** Takes the first resource of a name away, and what hangs on it; false where there is none. */
export function removeFrom(world: World, kind: 'vms' | 'watchers' | 'captures', name: string): boolean {
	const list: { name: string }[] = { vms: world.machines, watchers: world.watchers, captures: world.captures }[kind]
	const index = list.findIndex((resource) => sameName(resource.name, name))
	const [gone] = index < 0 ? [] : list.splice(index, 1)
	for (const capture of [...world.captures]) if (capture.watcher === gone) world.captures.splice(world.captures.indexOf(capture), 1)
	return gone !== undefined
}

/** Azure tells no names apart by case. */
export function sameName(one: string, other: string): boolean {
	return one.toLowerCase() === other.toLowerCase()
}

/** Whether a resource is in a place. */
export function isIn(resource: ResourcePlace, { subscriptionId, resourceGroup }: Place): boolean {
	if (subscriptionId && !sameName(resource.subscriptionId, subscriptionId)) return false
	return !resourceGroup || sameName(resource.resourceGroup, resourceGroup)
}
