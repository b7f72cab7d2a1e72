import type { Fault } from './fault.ts'
import type { NetworkWatcher } from './network-watcher.ts'
import { newMachine } from './put-machine.ts'
import type { VirtualMachine } from './virtual-machine.ts'
import type { World } from './world.ts'

/** Azure's words for a start that the regional quota does not allow: refused at once with 409. */
const quota = {
	effect: 'refuse',
	status: 409,
	code: 'OperationNotAllowed',
	message:
		'Operation could not be completed as it results in exceeding approved Total Regional Cores quota. Additional details - Deployment Model: Resource Manager, Location: eastus, Current Limit: 10, Current Usage: 10, Additional Required: 2, (Minimum) New Limit Required: 12.',
} as const

/** Azure's words for a region without room: the start is accepted and its operation fails. */
const allocation = {
	effect: 'failOperation',
	code: 'AllocationFailed',
	message:
		'Allocation failed. We do not have sufficient capacity for the requested VM size in this region. Read more about improving likelihood of allocation success at https://aka.ms/allocation-guidance',
} as const

const first = '11111111-1111-1111-1111-111111111111'
const second = '33333333-3333-3333-3333-333333333333'

/**
 * Two subscriptions: machines to start, stop and capture from, one for each thing that can go wrong, and a name that two groups share.
 * There is a Network Watcher in eastus and westeurope, and none in northeurope.
 */
export function defaultWorld(newId: () => string): World {
	const machine = (resourceGroup: string, name: string, settings: Partial<VirtualMachine> = {}): VirtualMachine => {
		return { ...newMachine({ subscriptionId: first, resourceGroup }, name, newId()), ...settings }
	}
	const running = { powerState: 'running' } as const
	return {
		subscriptionIds: [first, second],
		resourceGroups: [
			...['rg-runbooks', 'rg-app', 'rg-web', 'NetworkWatcherRG'].map((name) => ({ subscriptionId: first, name })),
			...['rg-other', 'NetworkWatcherRG'].map((name) => ({ subscriptionId: second, name })),
		],
		machines: [
			machine('rg-runbooks', 'vm01'),
			machine('rg-runbooks', 'vm02'),
			machine('rg-runbooks', 'vm03', running),
			machine('rg-runbooks', 'vm-no-agent', { ...running, networkWatcherAgent: false }),
			machine('rg-runbooks', 'vm-agent-down', { ...running, vmAgent: 'notReady' }),
			machine('rg-runbooks', 'vm-keep', { ...running, tags: { 'runbooks-never-stop': 'true' } }),
			machine('rg-runbooks', 'vm-hibernate', { ...running, hibernationEnabled: true }),
			...defaultFaults().map(({ vm }) => machine('rg-runbooks', vm)),
			machine('rg-app', 'app01'),
			machine('rg-web', 'app01'),
			machine('rg-web', 'vm-europe', { ...running, location: 'westeurope', osType: 'Windows' }),
			machine('rg-web', 'vm-unwatched', { ...running, location: 'northeurope' }),
			machine('rg-other', 'other01', { ...running, subscriptionId: second }),
		],
		watchers: [watcher(first, 'eastus'), watcher(first, 'westeurope'), watcher(second, 'eastus')],
		captures: [],
		faults: defaultFaults(),
		operations: [],
	}
}

/** Named and placed as Azure does when it makes one by itself. */
function watcher(subscriptionId: string, location: string): NetworkWatcher {
	return { name: `NetworkWatcher_${location}`, subscriptionId, resourceGroup: 'NetworkWatcherRG', location }
}

function defaultFaults(): (Fault & { vm: string })[] {
	return [
		{ vm: 'vm-quota', operation: 'start', ...quota },
		{ vm: 'vm-fail', operation: 'start', ...allocation },
		{ vm: 'vm-canceled', operation: 'start', effect: 'cancelOperation' },
		{ vm: 'vm-slow', operation: 'start', effect: 'hangOperation' },
		{ vm: 'vm-throttled', operation: 'start', effect: 'throttle', retryAfterSeconds: 1, times: 2 },
		{ vm: 'vm-throttled-forever', operation: 'start', effect: 'throttle', retryAfterSeconds: 1 },
	]
}
