import assert from 'node:assert/strict'
import { test } from 'uvu'
import { alertOf, factsOf, vm, workspace } from './facts-of.ts'

const common = (essentials: object, alertContext: object = {}) => ({
	schemaId: 'azureMonitorCommonAlertSchema',
	data: { essentials, alertContext },
})
const machinesIn = (essentials: object, alertContext?: object) => factsOf(common(essentials, alertContext), ['vmIds', 'vmNames'])

test('the ids of machines are those of their type, in any case', () => {
	const ids = [vm('vm01'), vm('vm02').toLowerCase(), vm('VM03').toUpperCase(), vm('größe'), vm('a b')]
	assert.deepEqual(alertOf(common({ alertTargetIDs: ids })).vmIds, ids)
	// Placeholders of published messages have the form, too.
	const placeholder = vm('<vm>').replace(/1{8}[-1]+/, '<subscription ID>')
	assert.deepEqual(alertOf(common({ alertTargetIDs: [placeholder] })).vmIds, [placeholder])
})

test('what is no id of a machine is no machine', () => {
	const others = [
		...[`${vm('vm01')}/extensions/agent`, `${vm('vm01')}/`, `${vm('vm01')}?a=b`, `${vm('vm01')}#a`, `x${vm('vm01')}`, ` ${vm('vm01')}`],
		...[vm('..'), vm('.'), vm('%2e%2e'), vm('a\\b'), vm('a\nb'), vm('vm01').replace('rg-app', '..'), vm('vm01').replace('rg-app', '')],
		...[
			vm('vm01').replace('virtualMachines', 'virtualMachineScaleSets'),
			vm('vm01').replace('Microsoft.Compute', 'Microsoft.ClassicCompute'),
		],
		vm('0').replace('virtualMachines', 'virtualMachineScaleSets/set/virtualMachines'),
		...[`https://management.azure.com${vm('vm01')}`, 'vm01', '/subscriptions/a', workspace],
	]
	const { vmIds, resourceIds } = alertOf(common({ alertTargetIDs: others }))
	assert.deepEqual([vmIds, resourceIds], [[], others])
})

test('a machine is found in each place where alerts name one, once', () => {
	const dimension = (name: string, value: unknown) => ({ condition: { allOf: [{ dimensions: [{ name, value }] }] } })
	const contexts: [string, object][] = [
		...['ResourceId', '_ResourceId', 'microsoft.resourceid', 'resourceid'].map((name): [string, object] => [
			name,
			dimension(name, vm('vm01')),
		]),
		['Dimensions of the first version', { Dimensions: [{ name: 'ResourceId', value: vm('vm01') }] }],
		['one object for an array', { condition: { allOf: { dimensions: { Name: 'ResourceId', Value: vm('vm01') } } } }],
		['condition as text', { condition: JSON.stringify(dimension('ResourceId', vm('vm01')).condition) }],
		['scope', { authorization: { scope: vm('vm01') } }],
		['authorization as text', { authorization: JSON.stringify({ scope: vm('vm01') }) }],
		['entity', { properties: { entity: vm('vm01') } }],
		['label', { labels: { 'microsoft.resourceid': vm('vm01') } }],
		['label in another case', { labels: { 'Microsoft.ResourceId': vm('vm01') } }],
	]
	for (const [place, context] of contexts) {
		assert.deepEqual(machinesIn({ alertTargetIDs: [workspace] }, context), { vmIds: [vm('vm01')], vmNames: [] }, place)
		assert.deepEqual(machinesIn({ alertTargetIDs: [vm('VM01')] }, context), { vmIds: [vm('VM01')], vmNames: [] }, place)
	}
})

test('an id in a place for names is no more than a name', () => {
	const computer = { condition: { allOf: [{ dimensions: [{ name: 'Computer', value: vm('vm01') }] }] } }
	const places: [essentials: object, context: object][] = [
		[{ configurationItems: [vm('vm01')] }, {}],
		[{}, { AffectedConfigurationItems: [vm('vm01')] }],
		[{}, { properties: { compromisedEntity: vm('vm01') } }],
		[{}, computer],
	]
	for (const [essentials, context] of places) {
		assert.deepEqual(machinesIn(essentials, context), { vmIds: [], vmNames: ['vm01'] })
		assert.deepEqual(machinesIn({ ...essentials, alertTargetIDs: [vm('VM01')] }, context), { vmIds: [vm('VM01')], vmNames: [] })
	}
	assert.deepEqual(machinesIn({ configurationItems: [workspace] }), { vmIds: [], vmNames: [] })
})

test('a dimension that is called ResourceId and holds something else is no machine', () => {
	for (const value of ['3efad9dc-3d50-4eac-9c87-8b3fd6f97e4e', '', null, 1, {}, [vm('vm01')], workspace])
		assert.deepEqual(machinesIn({}, { condition: { allOf: [{ dimensions: [{ name: 'ResourceId', value }] }] } }), {
			vmIds: [],
			vmNames: [],
		})
	const other = { condition: { allOf: [{ dimensions: [{ name: 'AccountResourceId', value: vm('vm01') }] }] } }
	assert.deepEqual(machinesIn({}, other), { vmIds: [], vmNames: [] })
})

test('conditions without dimensions, or with others than arrays of objects, are borne', () => {
	const strange = [
		null,
		undefined,
		[],
		{},
		'text',
		1,
		[null],
		[[]],
		[{ dimensions: null }],
		{ dimensions: [null, 'a', 1, [], { name: 1 }] },
	]
	for (const allOf of strange) assert.deepEqual(machinesIn({}, { condition: { allOf } }), { vmIds: [], vmNames: [] })
	for (const condition of [null, [], 'x', 1]) assert.deepEqual(machinesIn({}, { condition }), { vmIds: [], vmNames: [] })
})

test('names without an id are only names', () => {
	const computer = { condition: { allOf: [{ dimensions: [{ name: 'Computer', value: 'vm02' }] }] } }
	assert.deepEqual(machinesIn({ configurationItems: ['vm01', 'VM01', null, 5, ''] }), { vmIds: [], vmNames: ['vm01', '5'] })
	assert.deepEqual(machinesIn({ configurationItems: 'vm01' }), { vmIds: [], vmNames: ['vm01'] })
	assert.deepEqual(machinesIn({}, computer), { vmIds: [], vmNames: ['vm02'] })
	assert.deepEqual(machinesIn({}, { Dimensions: [{ name: 'computer', value: 'vm02' }] }), { vmIds: [], vmNames: ['vm02'] })
	assert.deepEqual(machinesIn({ configurationItems: ['vm02'] }, { properties: { compromisedEntity: 'vm03' }, ...computer }), {
		vmIds: [],
		vmNames: ['vm02', 'vm03'],
	})
	for (const configurationItems of [undefined, null, {}, [], [{}]])
		assert.deepEqual(machinesIn({ configurationItems }), { vmIds: [], vmNames: [] })
})

test('a name that belongs to an id is not repeated, and a target of another type is no machine', () => {
	assert.deepEqual(machinesIn({ alertTargetIDs: [vm('vm01')], configurationItems: ['VM01'] }), { vmIds: [vm('vm01')], vmNames: [] })
	assert.deepEqual(machinesIn({ alertTargetIDs: [workspace], configurationItems: ['LOGS', 'vm01'] }), { vmIds: [], vmNames: ['vm01'] })
	// A computer is a machine even if it is called as the target.
	assert.deepEqual(machinesIn({ alertTargetIDs: [workspace] }, { Dimensions: [{ name: 'Computer', value: 'logs' }] }), {
		vmIds: [],
		vmNames: ['logs'],
	})
})

test('lists of machines and requests for a capture name theirs', () => {
	const list = [
		{ Name: 'vm01', ServiceName: 'vm01' },
		{ Name: 'vm02', Id: vm('vm02') },
		{ name: 'x', resourceId: vm('vm03') },
	]
	const found = { vmIds: [vm('vm02'), vm('vm03')], vmNames: ['vm01', 'x'], resourceIds: [] }
	for (const body of [list, { VirtualMachines: list }]) assert.deepEqual(factsOf(body, ['vmIds', 'vmNames', 'resourceIds']), found)
	assert.deepEqual(factsOf({ VirtualMachines: ['vm01', vm('vm02'), null] }, ['vmIds', 'vmNames']), {
		vmIds: [vm('vm02')],
		vmNames: ['vm01'],
	})
	assert.deepEqual(factsOf({ targetVM: vm('vm01'), packetCaptureName: 'pc' }, ['vmIds', 'vmNames']), { vmIds: [vm('vm01')], vmNames: [] })
	assert.deepEqual(factsOf({ targetVM: vm('vm01').replace('Machines', 'MachineScaleSets') }, ['vmIds', 'vmNames']), {
		vmIds: [],
		vmNames: [],
	})
})

test.run()
