import { rejects } from 'node:assert/strict'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { computeClient, networkClient, quickly } from './azure-client.ts'
import { create, request } from './captures.ts'
import { signatureMark } from './poll-operation.ts'
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

test('all faults are taken away at once', async () => {
	await using simulator = await openSimulator()
	assert.is((await send(simulator, 'DELETE', 'faults', undefined)).status, 204)
	await computeClient(simulator).virtualMachines.start('rg-runbooks', 'vm-quota', quickly)
	assert.is(simulator.vm('vm-quota').powerState, 'running')
})

for (const [fault, problem] of [
	[{}, 'effect must be one of'],
	[{ effect: 'refuse', status: 409, code: 'X' }, 'message must be a string'],
	[{ effect: 'forbid', times: 'twice' }, 'times must be a number'],
	[{ effect: 'forbid', operation: 'destroy' }, 'operation must be one of'],
	[{ effect: 'failCapture', errors: 'all' }, 'errors must be a list of strings'],
	[{ effect: 'hangCapture', status: 'Sleeping' }, 'status must be one of NotStarted, Running,'],
	[{ effect: 'answer', status: 200, headers: 'none' }, 'headers must be an object'],
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

test('a machine is not given what no machine has', async () => {
	await using simulator = await openSimulator()
	assert.match(await (await send(simulator, 'PUT', 'vms/vm01', { agent: true })).text(), 'A machine has no agent')
	assert.match(await (await send(simulator, 'PUT', 'vms/vm01', { tags: 'none' })).text(), 'tags must be an object')
})

test('machines, watchers and captures are put, shown and taken away', async () => {
	await using simulator = await openSimulator()
	const shown = async (kind: string) => (await (await fetch(`${simulator.url}/simulator/${kind}`)).json()) as Record<string, unknown>[]
	assert.is((await send(simulator, 'PUT', 'watchers/nw-north', { location: 'northeurope' })).status, 200)
	assert.is((await send(simulator, 'PUT', 'watchers/second', { location: 'northeurope' })).status, 409)
	await send(simulator, 'PUT', 'captures/pc', { watcher: 'nw-north', status: 'Error', errors: ['AgentStopped'] })
	assert.is((await send(simulator, 'PUT', 'captures/pc', { watcher: 'nowhere' })).status, 409)
	assert.is((await send(simulator, 'PUT', 'captures/pc', { status: 'Lost' })).status, 400)
	const [capture] = await shown('captures')
	assert.equal([capture?.watcher, capture?.packetCaptureStatus, capture?.packetCaptureError], ['nw-north', 'Error', ['AgentStopped']])
	assert.match(JSON.stringify(capture), 'virtualMachines/vm-unwatched')
	assert.is((await send(simulator, 'DELETE', 'watchers/nw-north', undefined)).status, 204)
	assert.equal([await shown('captures'), (await shown('watchers')).length], [[], 3])
	assert.is((await send(simulator, 'DELETE', 'vms/vm01', undefined)).status, 204)
	assert.is((await send(simulator, 'DELETE', 'vms/vm01', undefined)).status, 404)
})

test('settings are shown, changed and put back by a reset', async () => {
	await using simulator = await openSimulator()
	const length = async () => ((await (await fetch(`${simulator.url}/simulator/settings`)).json()) as { pageSize: number }).pageSize
	assert.is((await send(simulator, 'PUT', 'settings', { pageSize: 1, captureLength: { timeScale: 0.5 } })).status, 200)
	assert.is(await length(), 1)
	await send(simulator, 'POST', 'reset', {})
	assert.is(await length(), 4)
})

for (const [settings, problem] of [
	[{ speed: 1 }, 'There is no setting speed'],
	[{ pageSize: 0 }, 'pageSize must be'],
	[{ operationLength: 3 }, 'operationLength must be'],
	[{ captureLength: { seconds: 3 } }, 'captureLength must be'],
] as const) {
	test(`the settings ${JSON.stringify(settings)} are refused: ${problem}`, async () => {
		await using simulator = await openSimulator()
		const response = await send(simulator, 'PUT', 'settings', settings)
		assert.is(response.status, 400)
		assert.match(await response.text(), problem)
	})
}

test('the requests are shown without tokens and signatures, and with their bodies', async () => {
	await using simulator = await openSimulator()
	await create(networkClient(simulator))
	const text = await (await fetch(`${simulator.url}/simulator/requests`)).text()
	const requests = JSON.parse(text) as RequestRecord[]
	assert.equal(
		requests.map(({ operation, of, status }) => `${operation} ${of} ${status}`),
		['token undefined 200', 'createCapture undefined 201', 'poll createCapture 200', 'poll createCapture 200', 'getCapture undefined 200'],
	)
	assert.is(requests[1]!.authorization, 'Bearer [redacted]')
	assert.equal((requests[1]!.body as { properties: object }).properties, request())
	assert.not.match(text, 'simulator.')
	assert.not.match(text, signatureMark)
	assert.is((await send(simulator, 'DELETE', 'requests', undefined)).status, 204)
	assert.is(simulator.requests.length, 0)
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

for (const [path, settings, problem] of [
	['captures/pc01', { stat: 'Running' }, 'A capture has no stat, only watcher, subscriptionId'],
	['captures/pc01', { provisioningState: 'Suceeded' }, 'provisioningState must be one of Updating, Succeeded, Failed, Deleting'],
	['captures/pc01', { status: 'Sleeping' }, 'status must be one of NotStarted, Running'],
	['captures/pc01', { errors: [5] }, 'errors must be a list of strings'],
	['captures/pc01', { startTime: 'soon' }, 'startTime must be an instant'],
	['captures/pc01', { location: 'eastus' }, 'A capture has no location'],
	['watchers/nw', { status: 'Running' }, 'A Network Watcher has no status, only subscriptionId, resourceGroup, location'],
	['watchers/nw', { location: 5 }, 'location must be a string'],
] as const) {
	test(`a mistake in what is put is told: ${path} ${JSON.stringify(settings)}`, async () => {
		await using simulator = await openSimulator()
		const response = await send(simulator, 'PUT', path, settings)
		assert.is(response.status, 400)
		assert.match(await response.text(), problem)
	})
}

test.run()
