import { rejects } from 'node:assert/strict'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Clock, systemClock } from '../../src/clock.ts'
import { computeClient, quickly, subscriptionId, tokensOf } from './azure-client.ts'
import { openSimulator, type Simulator } from './simulator.ts'

/** The statuses of the calls about one machine, in order: `start 202`, `poll 200`. */
function calls(simulator: Simulator, name: string): string[] {
	return simulator.requests.filter(({ vm }) => vm === name).map(({ operation, status }) => `${operation} ${status}`)
}

for (const [action, before, during, after] of [
	['start', 'deallocated', 'starting', 'running'],
	['start', 'stopped', 'starting', 'running'],
	['start', 'running', 'running', 'running'],
	['deallocate', 'running', 'deallocating', 'deallocated'],
	['powerOff', 'running', 'stopping', 'stopped'],
	['powerOff', 'deallocated', 'deallocated', 'deallocated'],
	['restart', 'running', 'running', 'running'],
] as const) {
	test(`${action} leads a ${before} machine through ${during} to ${after}`, async () => {
		await using simulator = await openSimulator()
		simulator.putVm({ name: 'vm01', powerState: before })
		const poller = computeClient(simulator).virtualMachines[action]('rg-runbooks', 'vm01', quickly)
		await poller.submitted()
		assert.is(simulator.vm('vm01').powerState, during)
		await poller
		assert.is(simulator.vm('vm01').powerState, after)
	})
}

test('an operation is seen running as often as was told, then the action answers 200', async () => {
	await using simulator = await openSimulator({ operationLength: { polls: 2 } })
	await computeClient(simulator).virtualMachines.start('rg-runbooks', 'vm01', quickly)
	assert.equal(calls(simulator, 'vm01'), ['start 202', 'poll 200', 'poll 200', 'poll 200', 'poll 200'])
})

test('an operation measured in seconds ends by the clock, and its machine with it', async () => {
	let now = Date.parse('2026-03-29T00:59:59Z')
	const clock: Clock = { ...systemClock, now: () => now }
	await using simulator = await openSimulator({ operationLength: { seconds: 1.5 }, clock })
	await computeClient(simulator).virtualMachines.start('rg-runbooks', 'vm01', quickly).submitted()
	now += 1499
	assert.is(simulator.vm('vm01').powerState, 'starting')
	now += 1
	assert.is(simulator.vm('vm01').powerState, 'running')
})

test('the location of an operation answers 202 while it runs and 200 at its end', async () => {
	await using simulator = await openSimulator()
	const { token } = await tokensOf(simulator).getToken('https://management.azure.com/.default')
	const headers = { authorization: `Bearer ${token}` }
	const path = `/subscriptions/${subscriptionId}/resourcegroups/rg-runbooks/providers/microsoft.compute/virtualmachines/vm01/start`
	const accepted = await fetch(`${simulator.url}${path}?api-version=2026-04-01`, { method: 'POST', headers })
	const location = accepted.headers.get('location')!
	assert.is(accepted.status, 202)
	assert.ok(
		location.startsWith(`${simulator.url}/subscriptions/${subscriptionId}/providers/Microsoft.Compute/locations/eastus/operations/`),
	)
	assert.is((await fetch(location, { headers })).status, 202)
	assert.is((await fetch(location, { headers })).status, 200)
})

test('restart is refused for a machine that does not run', async () => {
	await using simulator = await openSimulator()
	const restart = computeClient(simulator).virtualMachines.restart('rg-runbooks', 'vm01', quickly)
	await rejects(restart, { name: 'RestError', statusCode: 409, code: 'OperationNotAllowed' })
})

test('a machine hibernates where that is enabled, and says so until it is started', async () => {
	await using simulator = await openSimulator()
	const { virtualMachines } = computeClient(simulator)
	const codes = async () => {
		const { statuses } = await virtualMachines.instanceView('rg-runbooks', 'vm-hibernate')
		return statuses?.map(({ code }) => code).slice(1)
	}
	await virtualMachines.deallocate('rg-runbooks', 'vm-hibernate', { hibernate: true, ...quickly })
	assert.equal(await codes(), ['PowerState/deallocated', 'HibernationState/Hibernated'])
	assert.is(simulator.requests.find(({ operation }) => operation === 'deallocate')?.query.hibernate, 'true')
	await virtualMachines.start('rg-runbooks', 'vm-hibernate', quickly)
	assert.equal(await codes(), ['PowerState/running'])
})

test('a machine does not hibernate where that is not enabled', async () => {
	await using simulator = await openSimulator()
	const hibernate = computeClient(simulator).virtualMachines.deallocate('rg-runbooks', 'vm03', { hibernate: true, ...quickly })
	await rejects(Promise.resolve(hibernate), { statusCode: 409, code: 'OperationNotAllowed', message: /hibernation enabled/ })
	assert.is(simulator.vm('vm03').powerState, 'running')
})

test('a machine is powered off without its shutdown, and the request shows it', async () => {
	await using simulator = await openSimulator()
	await computeClient(simulator).virtualMachines.powerOff('rg-runbooks', 'vm03', { skipShutdown: true, ...quickly })
	assert.is(simulator.vm('vm03').powerState, 'stopped')
	assert.is(simulator.requests.find(({ operation }) => operation === 'powerOff')?.query.skipShutdown, 'true')
})

test('a newer action takes the place of the one under way', async () => {
	await using simulator = await openSimulator()
	const { virtualMachines } = computeClient(simulator)
	const start = virtualMachines.start('rg-runbooks', 'vm-slow', quickly)
	await start.submitted()
	await virtualMachines.deallocate('rg-runbooks', 'vm-slow', quickly)
	await rejects(Promise.resolve(start), /OperationPreempted/)
	assert.is(simulator.vm('vm-slow').powerState, 'deallocated')
})

test('a machine somebody else is starting is running after its instance view was read', async () => {
	await using simulator = await openSimulator()
	simulator.putVm({ name: 'vm01', powerState: 'starting' })
	const { virtualMachines } = computeClient(simulator)
	const states: (string | undefined)[] = []
	for (let read = 0; read < 2; read++) {
		const view = await virtualMachines.instanceView('rg-runbooks', 'vm01')
		states.push(view.statuses?.[1]?.code)
	}
	assert.equal(states, ['PowerState/starting', 'PowerState/running'])
})

test('an operation nobody began is not found', async () => {
	await using simulator = await openSimulator()
	const { token } = await tokensOf(simulator).getToken('https://management.azure.com/.default')
	const path = `/subscriptions/${subscriptionId}/providers/Microsoft.Compute/locations/eastus/operations/none`
	const response = await fetch(`${simulator.url}${path}?api-version=2026-04-01`, { headers: { authorization: `Bearer ${token}` } })
	assert.is(response.status, 404)
})

test.run()
