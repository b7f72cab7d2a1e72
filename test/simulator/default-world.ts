import type { Fault } from './fault.ts'
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

/** One subscription: machines to start and stop, one for each thing that can go wrong, and a name that two groups share. */
export function defaultWorld(newId: () => string): World {
	const machine = (resourceGroup: string, name: string, powerState: VirtualMachine['powerState'] = 'deallocated'): VirtualMachine => {
		return { name, resourceGroup, location: 'eastus', osType: 'Linux', vmId: newId(), powerState }
	}
	return {
		subscriptionId: '11111111-1111-1111-1111-111111111111',
		resourceGroups: ['rg-runbooks', 'rg-app', 'rg-web'],
		machines: [
			machine('rg-runbooks', 'vm01'),
			machine('rg-runbooks', 'vm02'),
			machine('rg-runbooks', 'vm03', 'running'),
			...defaultFaults().map(({ vm }) => machine('rg-runbooks', vm)),
			machine('rg-app', 'app01'),
			machine('rg-web', 'app01'),
		],
		faults: defaultFaults(),
		operations: [],
	}
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
