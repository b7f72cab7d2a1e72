import type { Fault } from './fault.ts'
import { isUnderWay, type LongRunningOperation, type OperationEnding, type OperationLength, preempt } from './long-running-operation.ts'
import { courseThrough, type PowerAction, type PowerState, type VirtualMachine } from './virtual-machine.ts'

/** Everything the simulated Azure knows and a reset puts back. */
export type World = {
	readonly subscriptionId: string
	readonly resourceGroups: string[]
	readonly machines: VirtualMachine[]
	/** The latest first. */
	readonly faults: Fault[]
	/** The oldest first. */
	readonly operations: LongRunningOperation[]
}

/** What is said about a machine to make or change it; what is left out stays, or takes its default. */
export type MachineSettings = {
	name: string
	resourceGroup?: string
	location?: string
	osType?: 'Linux' | 'Windows'
	powerState?: PowerState | null
}

export type NewOperation = {
	machine: VirtualMachine
	action: PowerAction
	during: PowerState | null
	after: PowerState | null
	ending: OperationEnding
	length: OperationLength
	id: string
	now: number
}

const operationCountMax = 10_000

export function findGroup(world: World, name: string): string | undefined {
	return world.resourceGroups.find((group) => same(group, name))
}

/** The machine of this name; without a group the first one that has it. */
export function findMachine(world: World, name: string, resourceGroup?: string): VirtualMachine | undefined {
	return world.machines.find((machine) => same(machine.name, name) && (!resourceGroup || same(machine.resourceGroup, resourceGroup)))
}

export function operationOf(world: World, machine: VirtualMachine): LongRunningOperation | undefined {
	return world.operations.find((operation) => operation.machine === machine && isUnderWay(operation))
}

/** Begins an action; one under way on the same machine is preempted, so a machine never has two. */
export function beginOperation(world: World, { during, id, now, ...rest }: NewOperation): LongRunningOperation {
	const { machine } = rest
	const running = operationOf(world, machine)
	if (running) preempt(running, now)
	// Should the new one fail, the machine goes back to where it last was settled.
	const operation = { ...rest, id, startTime: now, before: running?.before ?? machine.powerState, lookCount: 0 }
	machine.powerState = during
	world.operations.push(operation)
	if (world.operations.length > operationCountMax) world.operations.shift()
	return operation
}

/**
 * Makes a machine or changes one. A power state on the way to another is reached as if somebody else had called the action:
 * the machine settles when the operation's length is over.
 */
export function putMachine(
	world: World,
	settings: MachineSettings,
	{ length, now, newId }: { length: OperationLength; now: number; newId: () => string },
): VirtualMachine {
	const machine = findMachine(world, settings.name, settings.resourceGroup) ?? addMachine(world, settings, newId())
	if (settings.location !== undefined) machine.location = settings.location
	if (settings.osType !== undefined) machine.osType = settings.osType
	if (settings.powerState === undefined) return machine
	const { powerState } = settings
	const course = courseThrough(powerState)
	if (course) {
		beginOperation(world, { machine, ...course, during: powerState, ending: { status: 'Succeeded' }, length, id: newId(), now })
		return machine
	}
	const running = operationOf(world, machine)
	if (running) preempt(running, now)
	machine.powerState = powerState
	return machine
}

function addMachine(world: World, { name, resourceGroup }: MachineSettings, vmId: string): VirtualMachine {
	const wanted = resourceGroup ?? world.resourceGroups[0]!
	const group = findGroup(world, wanted) ?? wanted
	if (!world.resourceGroups.includes(group)) world.resourceGroups.push(group)
	const machine: VirtualMachine = { name, resourceGroup: group, location: 'eastus', osType: 'Linux', vmId, powerState: 'deallocated' }
	world.machines.push(machine)
	return machine
}

function same(one: string, other: string): boolean {
	return one.toLowerCase() === other.toLowerCase()
}
