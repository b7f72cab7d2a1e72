import { deepEqual, throws } from 'node:assert/strict'
import { test } from 'uvu'
import { readMachineList } from '../../../runbooks/lib/machine-list.ts'

const subscriptionId = '11111111-1111-1111-1111-111111111111'
const id = `/subscriptions/${subscriptionId}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm01`
const machine = { name: 'vm01', resourceGroup: 'rg', subscriptionId }

for (const [shape, body, machines] of [
	['a list of objects', [{ Name: 'vm01', ServiceName: 'vm01' }], [{ name: 'vm01', serviceName: 'vm01' }]],
	['an object with a list of objects', { VirtualMachines: [{ Name: 'vm01' }, { Name: 'vm02' }] }, [{ name: 'vm01' }, { name: 'vm02' }]],
	['an object with a list, in other case', { virtualmachines: [{ name: 'vm01' }] }, [{ name: 'vm01' }]],
	['one object', { Name: 'vm01' }, [{ name: 'vm01' }]],
	['one object with an id', { ResourceId: id }, [machine]],
	['a list of names', ['vm01', 'vm02'], [{ name: 'vm01' }, { name: 'vm02' }]],
	['an object with a list of names', { VirtualMachines: ['vm01'] }, [{ name: 'vm01' }]],
	['a list of ids', [id], [machine]],
	['an empty list', [], []],
	['an object with an empty list', { VirtualMachines: [] }, []],
	['an id, which wins over a name', [{ Id: id, Name: 'other' }], [machine]],
	['a name with its place', [{ NAME: 'vm01', ResourceGroupName: 'rg', subscriptionID: subscriptionId }], [machine]],
	['a name with the shorter word for its place', [{ Name: 'vm01', ResourceGroup: 'rg' }], [{ name: 'vm01', resourceGroup: 'rg' }]],
] as const) {
	test(`${shape} names machines`, () => {
		deepEqual(readMachineList(body), { machines, problems: [] })
	})
}

for (const body of [
	null,
	1,
	'vm01',
	true,
	{},
	{ VirtualMachines: 'vm01' },
	{ VirtualMachines: null },
	{ VirtualMachines: {} },
	{ Name: '' },
	[{ foo: 1 }, 5, null],
	[{ Name: 5 }],
	{ VirtualMachines: [{ ServiceName: 'x' }] },
]) {
	test(`${JSON.stringify(body)} has no list of machines`, () => {
		throws(() => readMachineList(body), { message: 'Request body has no list of virtual machines.' })
	})
}

test('an entry without a name is told and passed over', () => {
	const body = [{ ServiceName: 'x' }, { Name: 'vm01' }, { Name: 5 }, null, '', 7]
	deepEqual(readMachineList(body), {
		machines: [{ name: 'vm01' }],
		problems: [1, 3, 4, 5, 6].map((number) => `Entry ${number} has no Name.`),
	})
})

for (const [body, message] of [
	[['vm01', '..'], 'Entry 2: Name is not a resource name: ..'],
	[[{ Name: 'vm01', ResourceGroup: '..' }], 'Entry 1: ResourceGroup is not a resource group name: ..'],
	[[{ Name: 'vm01', SubscriptionId: 'x' }], 'Entry 1: SubscriptionId is not a subscription id: x'],
	[[{ Id: 'vm01' }], 'Entry 1: Id is not an ARM id: vm01'],
	[[`${id}/..`], `Entry 1: Id is not an ARM id: ${id}/..`],
	[
		[id.replace('Compute/virtualMachines', 'Network/networkWatchers')],
		`Entry 1: Id is not the id of a virtual machine: ${id.replace('Compute/virtualMachines', 'Network/networkWatchers')}`,
	],
] as const) {
	test(`a name that Azure must not see is refused: ${message}`, () => {
		throws(() => readMachineList(body), { message })
	})
}

test.run()
