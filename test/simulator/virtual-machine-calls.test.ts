import { rejects } from 'node:assert/strict'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { computeClient, otherSubscriptionId, quickly, subscriptionId } from './azure-client.ts'
import { openSimulator } from './simulator.ts'

test('list gives the machines of one group, over several pages', async () => {
	await using simulator = await openSimulator({ pageSize: 2 })
	const ids: (string | undefined)[] = []
	for await (const vm of computeClient(simulator).virtualMachines.list('rg-web')) ids.push(vm.id)
	assert.equal(
		ids,
		['app01', 'vm-europe', 'vm-unwatched'].map(
			(name) => `/subscriptions/${subscriptionId}/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/${name}`,
		),
	)
	assert.is(simulator.requests.filter(({ operation }) => operation === 'list').length, 2)
})

test('one name in two groups is two machines', async () => {
	await using simulator = await openSimulator()
	await computeClient(simulator).virtualMachines.start('rg-web', 'app01', quickly)
	assert.is(simulator.vm('app01', 'rg-web').powerState, 'running')
	assert.is(simulator.vm('app01', 'rg-app').powerState, 'deallocated')
})

test('listAll gives every machine of the subscription once, over several pages', async () => {
	await using simulator = await openSimulator({ pageSize: 2 })
	const ids = new Set<string>()
	for await (const vm of computeClient(simulator).virtualMachines.listAll()) ids.add(vm.id!)
	const asked = simulator.requests.filter(({ operation }) => operation === 'listAll')
	assert.is(ids.size, simulator.world.machines.filter((machine) => machine.subscriptionId === subscriptionId).length)
	assert.is(asked.length, Math.ceil(ids.size / 2))
})

test('listAll tells the power states when only those are wanted, on every page', async () => {
	await using simulator = await openSimulator()
	const running: (string | undefined)[] = []
	for await (const vm of computeClient(simulator).virtualMachines.listAll({ statusOnly: 'true' })) {
		assert.ok(vm.instanceView)
		if (vm.instanceView.statuses?.some(({ code }) => code === 'PowerState/running')) running.push(vm.name)
	}
	assert.equal(running, ['vm03', 'vm-no-agent', 'vm-agent-down', 'vm-keep', 'vm-hibernate', 'vm-europe', 'vm-unwatched'])
})

test('get gives the instance view only when it is asked for', async () => {
	await using simulator = await openSimulator()
	const { virtualMachines } = computeClient(simulator)
	const plain = await virtualMachines.get('rg-runbooks', 'vm03')
	const expanded = await virtualMachines.get('rg-runbooks', 'vm03', { expand: 'instanceView' })
	assert.is(plain.location, 'eastus')
	assert.is(plain.vmId, simulator.vm('vm03').vmId)
	assert.is(plain.instanceView, undefined)
	assert.is(expanded.instanceView?.statuses?.[1]?.code, 'PowerState/running')
	assert.is(expanded.instanceView?.vmAgent?.statuses?.[0]?.displayStatus, 'Ready')
})

test('a machine of another subscription is found there alone', async () => {
	await using simulator = await openSimulator()
	const { virtualMachines } = computeClient(simulator, { subscription: otherSubscriptionId })
	const machines = await Array.fromAsync(virtualMachines.listAll())
	assert.equal(
		machines.map(({ id }) => id),
		[`/subscriptions/${otherSubscriptionId}/resourceGroups/rg-other/providers/Microsoft.Compute/virtualMachines/other01`],
	)
	await rejects(computeClient(simulator).virtualMachines.get('rg-other', 'other01'), { code: 'ResourceGroupNotFound' })
})

test('the agent for packet captures stands among the resources of a machine that has it, in get and in lists', async () => {
	await using simulator = await openSimulator({ pageSize: 100 })
	const { virtualMachines } = computeClient(simulator)
	const agent = async (group: string, name: string) => {
		const { publisher, typePropertiesType, type } = (await virtualMachines.get(group, name)).resources?.[0] ?? {}
		return [publisher, typePropertiesType, type]
	}
	const type = 'Microsoft.Compute/virtualMachines/extensions'
	assert.equal(await agent('rg-runbooks', 'vm03'), ['Microsoft.Azure.NetworkWatcher', 'NetworkWatcherAgentLinux', type])
	assert.equal(await agent('rg-web', 'vm-europe'), ['Microsoft.Azure.NetworkWatcher', 'NetworkWatcherAgentWindows', type])
	assert.equal(await agent('rg-runbooks', 'vm-no-agent'), [undefined, undefined, undefined])
	const listed = await Array.fromAsync(virtualMachines.listAll())
	assert.equal(
		listed.filter(({ resources }) => !resources).map(({ name }) => name),
		['vm-no-agent'],
	)
})

test('tags and locations are given as they are stored', async () => {
	await using simulator = await openSimulator()
	simulator.putVm({ name: 'vm01', location: 'westeurope', tags: { team: 'web' } })
	const { virtualMachines } = computeClient(simulator)
	const { location, tags } = await virtualMachines.get('rg-runbooks', 'vm01')
	assert.equal([location, tags], ['westeurope', { team: 'web' }])
	assert.equal((await virtualMachines.get('rg-runbooks', 'vm-keep')).tags, { 'runbooks-never-stop': 'true' })
})

test('the guest agent of a running machine may not be ready, or not report at all', async () => {
	await using simulator = await openSimulator()
	const { virtualMachines } = computeClient(simulator)
	const { vmAgent } = await virtualMachines.instanceView('rg-runbooks', 'vm-agent-down')
	assert.is(vmAgent?.statuses?.[0]?.displayStatus, 'Not Ready')
	assert.match(vmAgent?.statuses?.[0]?.message ?? '', 'not yet populated')
	simulator.putVm({ name: 'vm-agent-down', vmAgent: 'absent' })
	assert.is((await virtualMachines.instanceView('rg-runbooks', 'vm-agent-down')).vmAgent, undefined)
})

test('the instance view of a machine that does not run has no agent', async () => {
	await using simulator = await openSimulator()
	const view = await computeClient(simulator).virtualMachines.instanceView('rg-runbooks', 'vm01')
	assert.equal(
		view.statuses?.map(({ code }) => code),
		['ProvisioningState/succeeded', 'PowerState/deallocated'],
	)
	assert.is(view.vmAgent, undefined)
})

test('the instance view may have no power state', async () => {
	await using simulator = await openSimulator()
	simulator.putVm({ name: 'vm01', powerState: null })
	const view = await computeClient(simulator).virtualMachines.instanceView('rg-runbooks', 'vm01')
	assert.equal(
		view.statuses?.map(({ code }) => code),
		['ProvisioningState/succeeded'],
	)
})

test('groups and names are found in any case and given back as they are stored', async () => {
	await using simulator = await openSimulator()
	const { virtualMachines } = computeClient(simulator)
	const vm = await virtualMachines.get('RG-Runbooks', 'VM01')
	await virtualMachines.start('RG-Runbooks', 'VM01', quickly)
	assert.is(vm.name, 'vm01')
	assert.match(vm.id!, '/resourceGroups/rg-runbooks/')
	assert.is(simulator.vm('vm01').powerState, 'running')
})

for (const [what, subscription, group, name, code] of [
	['machine', subscriptionId, 'rg-runbooks', 'nope', 'ResourceNotFound'],
	['resource group', subscriptionId, 'rg-none', 'vm01', 'ResourceGroupNotFound'],
	['subscription', '22222222-2222-2222-2222-222222222222', 'rg-runbooks', 'vm01', 'SubscriptionNotFound'],
] as const) {
	test(`a ${what} that does not exist is ${code}`, async () => {
		await using simulator = await openSimulator()
		const { virtualMachines } = computeClient(simulator, { subscription })
		await rejects(virtualMachines.instanceView(group, name), { name: 'RestError', statusCode: 404, code })
		await rejects(virtualMachines.start(group, name, quickly), { name: 'RestError', statusCode: 404, code })
	})
}

test('a call without a version, or with one that is not a date, is refused', async () => {
	await using simulator = await openSimulator()
	const url = `${simulator.url}/subscriptions/${subscriptionId}/providers/Microsoft.Compute/virtualMachines`
	for (const [query, code] of [
		['', 'MissingApiVersionParameter'],
		['?api-version=latest', 'InvalidApiVersionParameter'],
	]) {
		const response = await fetch(`${url}${query}`)
		const { error } = (await response.json()) as { error: { code: string } }
		assert.is(response.status, 400)
		assert.is(error.code, code)
	}
})

test.run()
