import { rejects } from 'node:assert/strict'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { computeClient, quickly } from './azure-client.ts'
import type { RequestRecord } from './request-record.ts'
import { openSimulator, type Simulator } from './simulator.ts'

function send(simulator: Simulator, method: string, path: string, body: unknown): Promise<Response> {
	return fetch(`${simulator.url}/simulator/${path}`, { method, body: JSON.stringify(body) })
}

test('a fault that is posted strikes, and is shown until it is spent', async () => {
	await using simulator = await openSimulator()
	const fault = { vm: 'vm01', operation: 'start', effect: 'failOperation', code: 'AllocationFailed', message: 'No room.', times: 1 }
	const shown = async () => ((await (await fetch(`${simulator.url}/simulator/faults`)).json()) as { vm: string }[]).map(({ vm }) => vm)
	assert.is((await send(simulator, 'POST', 'faults', fault)).status, 201)
	assert.is((await shown())[0], 'vm01')
	await rejects(Promise.resolve(computeClient(simulator).virtualMachines.start('rg-runbooks', 'vm01', quickly)), /AllocationFailed/)
	assert.not.ok((await shown()).includes('vm01'))
})

for (const [fault, problem] of [
	[{}, 'effect must be one of'],
	[{ effect: 'refuse', status: 409, code: 'X' }, 'message must be a string'],
	[{ effect: 'forbid', times: 'twice' }, 'times must be a number'],
	[{ effect: 'forbid', operation: 'destroy' }, 'operation must be one of'],
	[[], 'must be a JSON object'],
] as const) {
	test(`the fault ${JSON.stringify(fault)} is refused: ${problem}`, async () => {
		await using simulator = await openSimulator()
		const response = await send(simulator, 'POST', 'faults', fault)
		assert.is(response.status, 400)
		assert.match(await response.text(), problem)
	})
}

test('a machine that is put exists, in a group that is made for it', async () => {
	await using simulator = await openSimulator()
	await send(simulator, 'PUT', 'vms/new01', { resourceGroup: 'rg-new', location: 'westeurope', osType: 'Windows', powerState: 'stopped' })
	const vm = await computeClient(simulator).virtualMachines.get('rg-new', 'new01', { expand: 'instanceView' })
	assert.is(vm.location, 'westeurope')
	assert.is(vm.storageProfile?.osDisk?.osType, 'Windows')
	assert.is(vm.instanceView?.statuses?.[1]?.code, 'PowerState/stopped')
})

test('a machine is not put into a state there is none of', async () => {
	await using simulator = await openSimulator()
	const response = await send(simulator, 'PUT', 'vms/vm01', { powerState: 'asleep' })
	assert.is(response.status, 400)
	assert.is(simulator.vm('vm01').powerState, 'deallocated')
})

test('the requests are shown without tokens and with their long values cut', async () => {
	await using simulator = await openSimulator()
	await computeClient(simulator).virtualMachines.start('rg-runbooks', 'vm01', quickly)
	const text = await (await fetch(`${simulator.url}/simulator/requests`)).text()
	const requests = JSON.parse(text) as RequestRecord[]
	assert.equal(
		requests.map(({ operation, status }) => `${operation} ${status}`),
		['token 200', 'start 202', 'poll 200', 'poll 200', 'poll 200'],
	)
	assert.is(requests[1]!.authorization, 'Bearer [redacted]')
	assert.not.match(text, 'simulator.')
	assert.ok(Object.values(requests[2]!.query).every((value) => value.length < 70))
})

test('every request is given to the log, those to the simulator included', async () => {
	const logged: RequestRecord[] = []
	await using simulator = await openSimulator({ log: (record) => void logged.push(record) })
	await fetch(`${simulator.url}/simulator/vms`)
	assert.equal(
		logged.map(({ path, status }) => `${path} ${status}`),
		['/simulator/vms 200'],
	)
	assert.is(simulator.requests.length, 0)
})

test('a reset puts the world back and leaves tokens good', async () => {
	await using simulator = await openSimulator()
	const { virtualMachines } = computeClient(simulator)
	simulator.fail({ vm: 'vm02', effect: 'forbid' })
	await virtualMachines.start('rg-runbooks', 'vm01', quickly)
	assert.is((await send(simulator, 'POST', 'reset', {})).status, 204)
	assert.is(simulator.vm('vm01').powerState, 'deallocated')
	assert.is(simulator.requests.length, 0)
	await virtualMachines.start('rg-runbooks', 'vm02', quickly)
	assert.is(
		simulator.requests.some(({ operation }) => operation === 'token'),
		false,
	)
})

test.run()
