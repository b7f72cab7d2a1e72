/** The states the instance view reports as `PowerState/…`. */
export const powerStates = ['running', 'starting', 'stopping', 'stopped', 'deallocating', 'deallocated', 'unknown'] as const
export type PowerState = (typeof powerStates)[number]

/** `powerState` is null where the instance view has no power state at all, as happens right after a machine was made. */
export type VirtualMachine = {
	name: string
	subscriptionId: string
	resourceGroup: string
	location: string
	osType: 'Linux' | 'Windows'
	vmId: string
	powerState: PowerState | null
	tags: Record<string, string>
	/** The guest agent, which reports only while the machine runs. */
	vmAgent: VmAgentState
	/** Whether the extension for packet captures is installed. */
	networkWatcherAgent: boolean
	hibernationEnabled: boolean
	/** Deallocated with its memory kept. */
	hibernated: boolean
}

export const vmAgentStates = ['ready', 'notReady', 'absent'] as const
type VmAgentState = (typeof vmAgentStates)[number]

export const powerActions = ['start', 'deallocate', 'powerOff', 'restart'] as const
export type PowerAction = (typeof powerActions)[number]

type PowerRequest = { action: PowerAction; hibernates: boolean }

export type PowerPlan =
	| { outcome: 'accepted'; during: PowerState | null; after: PowerState | null }
	| { outcome: 'refused'; code: string; message: string }

const courses = {
	start: { during: 'starting', after: 'running' },
	deallocate: { during: 'deallocating', after: 'deallocated' },
	powerOff: { during: 'stopping', after: 'stopped' },
	restart: { during: 'running', after: 'running' },
} as const

/** What an action does to a machine in this power state. An action whose goal is reached already is accepted and changes nothing. */
export function planPowerAction({ action, hibernates }: PowerRequest, machine: VirtualMachine): PowerPlan {
	const { powerState, name } = machine
	// Assumed, not recorded: which refusal Azure gives for the restart of a machine that does not run.
	if (action === 'restart' && powerState !== 'running') {
		const message = `Operation 'restart' is not allowed on a virtual machine that is not running.`
		return { outcome: 'refused', code: 'OperationNotAllowed', message }
	}
	// Assumed as well, in the words of the documentation of hibernation.
	if (hibernates && !machine.hibernationEnabled) {
		const message = `The Hibernate-Deallocate Operation cannot be performed on VM '${name}' because it does not have hibernation enabled.`
		return { outcome: 'refused', code: 'OperationNotAllowed', message }
	}
	const { during, after } = courses[action]
	// A deallocated machine has nothing left to power off; it does not get its hardware back as 'stopped'.
	const reached = powerState === after || (action === 'powerOff' && powerState === 'deallocated')
	return reached ? { outcome: 'accepted', during: powerState, after: powerState } : { outcome: 'accepted', during, after }
}

/** The action that leads through this power state and where it ends; undefined where the machine is settled. */
export function courseThrough(powerState: PowerState | null): { action: PowerAction; after: PowerState } | undefined {
	const action = (['start', 'deallocate', 'powerOff'] as const).find((name) => courses[name].during === powerState)
	return action && { action, after: courses[action].after }
}
