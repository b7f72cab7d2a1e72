// Whether packets can be captured on a machine, as far as the machine itself shows it. Pure.
import type { VirtualMachine } from '@azure/arm-compute'
import { powerStateOf } from '../power-state.ts'

/** What prevents a capture; undefined where nothing does. `machine` was read with its instance view. */
export function machineFault({ instanceView = {}, resources = [] }: VirtualMachine, name: string): string | undefined {
	const powerState = powerStateOf(instanceView)
	if (powerState !== 'running' && powerState !== 'unknown') {
		const status = instanceView.statuses?.find(({ code }) => code?.startsWith('PowerState/'))
		return `VM '${name}' is ${status?.displayStatus ?? powerState}: a capture needs a running VM.`
	}
	if (!resources.some(({ publisher }) => publisher?.toLowerCase() === 'microsoft.azure.networkwatcher'))
		return `VM '${name}' has no Network Watcher agent (extension AzureNetworkWatcherExtension, publisher Microsoft.Azure.NetworkWatcher). The portal installs it by itself, the API does not.`
	const agent = instanceView.vmAgent?.statuses?.[0]
	if (agent && agent.displayStatus !== 'Ready')
		return `The VM agent of '${name}' is not ready: ${agent.message ?? agent.displayStatus ?? 'it gives no reason'}${/\.$/.test(agent.message ?? '') ? '' : '.'}`
	return undefined
}

/** Why the Network Watcher cannot serve the machine; undefined where it can, or where a region is not known. */
export function regionFault(machine: Located, watcher: Located): string | undefined {
	if (!machine.location || !watcher.location || sameRegion(machine.location, watcher.location)) return undefined
	return `VM '${machine.name}' is in ${machine.location} but Network Watcher '${watcher.name}' is in ${watcher.location}.`
}

type Located = { name: string; location: string | undefined }

/** Whether two words mean the same region: Azure writes 'eastus' and 'East US'. */
export function sameRegion(one: string | undefined, other: string | undefined): boolean {
	return one !== undefined && other !== undefined && plain(one) === plain(other)
}

function plain(location: string): string {
	return location.toLowerCase().replaceAll(' ', '')
}
