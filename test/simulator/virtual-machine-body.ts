import type { PowerState, VirtualMachine } from './virtual-machine.ts'

const displayStatuses: Record<PowerState, string> = {
	running: 'VM running',
	starting: 'VM starting',
	stopping: 'VM stopping',
	stopped: 'VM stopped',
	deallocating: 'VM deallocating',
	deallocated: 'VM deallocated',
	unknown: 'VM state unknown',
}

/** The resource id, in the case the names were stored in. */
function virtualMachineId(subscriptionId: string, { resourceGroup, name }: VirtualMachine): string {
	return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/virtualMachines/${name}`
}

/** The resource as list and get give it; the instance view only where it was asked for. */
export function virtualMachineBody(subscriptionId: string, machine: VirtualMachine, { withInstanceView }: { withInstanceView: boolean }) {
	return {
		name: machine.name,
		id: virtualMachineId(subscriptionId, machine),
		type: 'Microsoft.Compute/virtualMachines',
		location: machine.location,
		properties: {
			vmId: machine.vmId,
			provisioningState: isChanging(machine) ? 'Updating' : 'Succeeded',
			hardwareProfile: { vmSize: 'Standard_B2s' },
			storageProfile: { osDisk: { osType: machine.osType } },
			...(withInstanceView && { instanceView: instanceViewBody(machine) }),
		},
	}
}

/** The instance view: the power state may be missing, and only a running machine has an agent that reports. */
export function instanceViewBody(machine: VirtualMachine) {
	const { powerState } = machine
	const provisioning = isChanging(machine)
		? { code: 'ProvisioningState/updating', level: 'Info', displayStatus: 'Updating' }
		: { code: 'ProvisioningState/succeeded', level: 'Info', displayStatus: 'Provisioning succeeded' }
	const power = powerState && { code: `PowerState/${powerState}`, level: 'Info', displayStatus: displayStatuses[powerState] }
	const ready = { code: 'ProvisioningState/succeeded', level: 'Info', displayStatus: 'Ready' }
	return {
		...(powerState === 'running' && { vmAgent: { statuses: [ready] }, extensions: [] }),
		statuses: power ? [provisioning, power] : [provisioning],
	}
}

function isChanging({ powerState }: VirtualMachine): boolean {
	return powerState === 'starting' || powerState === 'stopping' || powerState === 'deallocating'
}
