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
export function machineId({ subscriptionId, resourceGroup, name }: VirtualMachine): string {
	return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/virtualMachines/${name}`
}

/** The resource as list and get give it; the instance view only where it was asked for. */
export function virtualMachineBody(machine: VirtualMachine, { withInstanceView }: { withInstanceView: boolean }) {
	const { name, location, tags, vmId, osType, hibernationEnabled, networkWatcherAgent } = machine
	return {
		name,
		id: machineId(machine),
		type: 'Microsoft.Compute/virtualMachines',
		location,
		tags,
		properties: {
			vmId,
			provisioningState: isChanging(machine) ? 'Updating' : 'Succeeded',
			hardwareProfile: { vmSize: 'Standard_B2s' },
			storageProfile: { osDisk: { osType } },
			...(hibernationEnabled && { additionalCapabilities: { hibernationEnabled } }),
			...(withInstanceView && { instanceView: instanceViewBody(machine) }),
		},
		...(networkWatcherAgent && { resources: [networkWatcherExtension(machine)] }),
	}
}

/** The agent for packet captures, as it stands among a machine's resources. */
function networkWatcherExtension(machine: VirtualMachine) {
	return {
		name: 'AzureNetworkWatcherExtension',
		id: `${machineId(machine)}/extensions/AzureNetworkWatcherExtension`,
		type: 'Microsoft.Compute/virtualMachines/extensions',
		location: machine.location,
		properties: {
			autoUpgradeMinorVersion: true,
			provisioningState: 'Succeeded',
			publisher: 'Microsoft.Azure.NetworkWatcher',
			type: `NetworkWatcherAgent${machine.osType}`,
			typeHandlerVersion: '1.4',
		},
	}
}

/** The instance view: the power state may be missing, and only a running machine has an agent that reports. */
export function instanceViewBody(machine: VirtualMachine) {
	const { powerState, hibernated } = machine
	const provisioning = isChanging(machine)
		? { code: 'ProvisioningState/updating', level: 'Info', displayStatus: 'Updating' }
		: { code: 'ProvisioningState/succeeded', level: 'Info', displayStatus: 'Provisioning succeeded' }
	const power = powerState && { code: `PowerState/${powerState}`, level: 'Info', displayStatus: displayStatuses[powerState] }
	const hibernation = { code: 'HibernationState/Hibernated', level: 'Info', displayStatus: 'Hibernated' }
	return {
		...(powerState === 'running' && machine.vmAgent !== 'absent' && agentView(machine)),
		statuses: [provisioning, ...(power ? [power] : []), ...(hibernated ? [hibernation] : [])],
	}
}

function agentView({ vmAgent, networkWatcherAgent, osType }: VirtualMachine) {
	const ready = { code: 'ProvisioningState/succeeded', level: 'Info', displayStatus: 'Ready', message: 'Guest Agent is running' }
	const notReady = {
		code: 'ProvisioningState/Unavailable',
		level: 'Warning',
		displayStatus: 'Not Ready',
		message: 'VM status blob is found but not yet populated.',
	}
	const extension = {
		name: 'AzureNetworkWatcherExtension',
		type: `Microsoft.Azure.NetworkWatcher.NetworkWatcherAgent${osType}`,
		typeHandlerVersion: '1.4.3422.1',
		statuses: [{ code: 'ProvisioningState/succeeded', level: 'Info', displayStatus: 'Provisioning succeeded' }],
	}
	return {
		vmAgent: { vmAgentVersion: '2.12.0.2', statuses: [vmAgent === 'ready' ? ready : notReady] },
		extensions: networkWatcherAgent ? [extension] : [],
	}
}

function isChanging({ powerState }: VirtualMachine): boolean {
	return powerState === 'starting' || powerState === 'stopping' || powerState === 'deallocating'
}
