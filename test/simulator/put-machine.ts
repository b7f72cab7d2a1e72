import { type LongRunningOperation, type OperationEnding, type OperationLength, preempt } from './long-running-operation.ts'
import { courseThrough, type PowerAction, type PowerState, type VirtualMachine } from './virtual-machine.ts'
import { findMachine, keepOperation, operationOf, placeFor, type World } from './world.ts'

/** What is said about a machine to make or change it; what is left out stays, or takes its default. */
export type MachineSettings = { name: string } & Partial<Omit<VirtualMachine, 'name' | 'vmId' | 'hibernated'>>

export type NewPowerOperation = {
	machine: VirtualMachine
	action: PowerAction
	during: PowerState | null
	after: PowerState | null
	hibernates: boolean
	ending: OperationEnding
	length: OperationLength
	id: string
	now: number
}

type Circumstances = { length: OperationLength; now: number; newId: () => string }

/** Begins an action; one under way on the same machine is preempted, so a machine never has two. */
export function beginPowerOperation(world: World, given: NewPowerOperation): LongRunningOperation {
	const { machine, action, during, after, hibernates, ending, length, id, now } = given
	const running = operationOf(world, machine)
	if (running) preempt(running, now)
	// Should the new one fail, the machine goes back to where it last was settled.
	const before = running && 'after' in running.change ? running.change.before : machine.powerState
	const change = { action, subject: machine, before, after, hibernates }
	const operation: LongRunningOperation = { id, change, length, startTime: now, ending, lookCount: 0 }
	machine.powerState = during
	keepOperation(world, operation)
	return operation
}

/**
 * Makes a machine or changes one. A power state on the way to another is reached as if somebody else had called the action:
 * the machine settles when the operation's length is over.
 */
export function putMachine(world: World, settings: MachineSettings, { length, now, newId }: Circumstances): VirtualMachine {
	const { name, powerState, ...changes } = settings
	const machine = findMachine(world, name, settings) ?? addMachine(world, settings, newId())
	const { subscriptionId, resourceGroup } = machine
	Object.assign(machine, changes, { subscriptionId, resourceGroup })
	if (powerState === undefined) return machine
	const course = courseThrough(powerState)
	if (course) {
		const ending = { status: 'Succeeded' } as const
		beginPowerOperation(world, { machine, ...course, during: powerState, hibernates: false, ending, length, id: newId(), now })
		return machine
	}
	const running = operationOf(world, machine)
	if (running) preempt(running, now)
	machine.powerState = powerState
	machine.hibernated = false
	return machine
}

/** A machine that nobody has said more about than its name and where it is. */
export function newMachine(place: { subscriptionId: string; resourceGroup: string }, name: string, vmId: string): VirtualMachine {
	return {
		name,
		...place,
		location: 'eastus',
		osType: 'Linux',
		vmId,
		powerState: 'deallocated',
		tags: {},
		vmAgent: 'ready',
		networkWatcherAgent: true,
		hibernationEnabled: false,
		hibernated: false,
	}
}

function addMachine(world: World, settings: MachineSettings, vmId: string): VirtualMachine {
	const machine = newMachine(placeFor(world, settings), settings.name, vmId)
	world.machines.push(machine)
	return machine
}
