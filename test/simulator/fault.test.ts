import { rejects } from 'node:assert/strict'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Clock, systemClock } from '../../src/clock.ts'
import { computeClient, quickly } from './azure-client.ts'
import type { RequestRecord } from './request-record.ts'
import { openSimulator, type Simulator } from './simulator.ts'

function start(simulator: Simulator, vm: string): Promise<void> {
	return Promise.resolve(computeClient(simulator).virtualMachines.start('rg-runbooks', vm, quickly))
}

function statuses(simulator: Simulator, name: string): RequestRecord['status'][] {
	return simulator.requests.filter(({ operation }) => operation === name).map(({ status }) => status)
}

test('vm-quota is refused at once', async () => {
	await using simulator = await openSimulator()
	await rejects(start(simulator, 'vm-quota'), { name: 'RestError', statusCode: 409, code: 'OperationNotAllowed', message: /quota/ })
	assert.is(simulator.vm('vm-quota').powerState, 'deallocated')
})

test('vm-fail is accepted, fails by its operation and stays as it was', async () => {
	await using simulator = await openSimulator()
	await rejects(start(simulator, 'vm-fail'), { name: 'Error', message: /^The long-running operation has failed\. AllocationFailed\. / })
	assert.is(simulator.vm('vm-fail').powerState, 'deallocated')
})

test('vm-canceled is accepted and its operation is cancelled', async () => {
	await using simulator = await openSimulator()
	await rejects(start(simulator, 'vm-canceled'), { name: 'Error', message: 'Operation was canceled' })
	assert.is(simulator.vm('vm-canceled').powerState, 'deallocated')
})

test('vm-slow is still starting however often it is asked', async () => {
	await using simulator = await openSimulator()
	const poller = computeClient(simulator).virtualMachines.start('rg-runbooks', 'vm-slow', quickly)
	await poller.submitted()
	for (let poll = 0; poll < 5; poll++) await poller.poll()
	assert.is(poller.isDone, false)
	assert.is(simulator.vm('vm-slow').powerState, 'starting')
})

test('vm-throttled is refused twice with a time to wait, then starts', async () => {
	await using simulator = await openSimulator()
	await start(simulator, 'vm-throttled')
	assert.equal(statuses(simulator, 'start'), [429, 429, 202])
	assert.is(simulator.vm('vm-throttled').powerState, 'running')
})

test('a machine throttled for ever is asked four times; its error has no envelope and is read all the same', async () => {
	await using simulator = await openSimulator()
	simulator.fail({ vm: 'vm01', operation: 'start', effect: 'throttle', retryAfterSeconds: 0 })
	await rejects(start(simulator, 'vm01'), {
		name: 'RestError',
		statusCode: 429,
		code: 'OperationNotAllowed',
		message: 'The server rejected the request because too many requests have been received for this subscription.',
	})
	assert.equal(statuses(simulator, 'start'), [429, 429, 429, 429])
})

test('a 429 that names no time is not tried again', async () => {
	await using simulator = await openSimulator()
	simulator.fail({ operation: 'start', effect: 'throttle' })
	await rejects(start(simulator, 'vm01'), { statusCode: 429 })
	assert.equal(statuses(simulator, 'start'), [429])
})

test('a server error that strikes twice is retried', async () => {
	await using simulator = await openSimulator()
	simulator.fail({ vm: 'vm01', effect: 'refuse', status: 503, code: 'ServerBusy', message: 'The server is busy.', times: 2 })
	await start(simulator, 'vm01')
	assert.equal(statuses(simulator, 'start'), [503, 503, 202])
})

test('a dropped socket is retried, and nothing was done before', async () => {
	await using simulator = await openSimulator()
	simulator.fail({ vm: 'vm01', operation: 'start', effect: 'dropSocket', times: 1 })
	await start(simulator, 'vm01')
	assert.equal(statuses(simulator, 'start'), ['dropped', 202])
})

test('a page in place of the resource leaves the client with nothing to read', async () => {
	await using simulator = await openSimulator()
	simulator.fail({ operation: 'get', effect: 'html' })
	const vm = await computeClient(simulator).virtualMachines.get('rg-runbooks', 'vm01')
	assert.is(vm.name, undefined)
})

test('a missing right names the action and the scope', async () => {
	await using simulator = await openSimulator()
	simulator.fail({ vm: 'VM01', resourceGroup: 'RG-Runbooks', effect: 'forbid' })
	const message = /'Microsoft\.Compute\/virtualMachines\/start\/action' over scope '\/subscriptions\/.*vm01/
	await rejects(start(simulator, 'vm01'), { statusCode: 403, code: 'AuthorizationFailed', message })
	const { virtualMachines } = computeClient(simulator)
	await rejects(virtualMachines.get('rg-runbooks', 'vm01'), { statusCode: 403, message: /'Microsoft\.Compute\/virtualMachines\/read'/ })
})

test('a fault can strike a poll alone, and names the machine of its operation', async () => {
	await using simulator = await openSimulator()
	simulator.fail({ vm: 'vm01', operation: 'poll', effect: 'refuse', status: 404, code: 'NotFound', message: 'The entity was not found.' })
	await rejects(start(simulator, 'vm01'), { statusCode: 404 })
	await start(simulator, 'vm02')
	assert.equal(statuses(simulator, 'start'), [202, 202])
})

test('a delayed answer is right, and comes after the time it was given', async () => {
	const slept: number[] = []
	const clock: Clock = { now: systemClock.now, sleep: async (ms) => void slept.push(ms) }
	await using simulator = await openSimulator({ clock })
	simulator.fail({ vm: 'vm01', operation: 'instanceView', effect: 'delay', seconds: 90 })
	const view = await computeClient(simulator).virtualMachines.instanceView('rg-runbooks', 'vm01')
	assert.equal(slept, [90_000])
	assert.is(view.statuses?.[1]?.code, 'PowerState/deallocated')
})

test('disposing the simulator does not wait for a delayed answer', async () => {
	const asked = Promise.withResolvers<void>()
	await using simulator = await openSimulator({ log: () => asked.resolve() })
	simulator.fail({ operation: 'token', effect: 'delay', seconds: 3600 })
	const unanswered = fetch(`${simulator.url}/msi/token`)
	// Awaited at the end: the refusal must be expected before it comes.
	const failed = rejects(unanswered, TypeError)
	await asked.promise
	await simulator[Symbol.asyncDispose]()
	await failed
})

test('a fault strikes by method and path, where a star stands for any text', async () => {
	await using simulator = await openSimulator()
	simulator.fail({ effect: 'forbid', method: 'post', path: '*/virtualMachines/VM0?/start' })
	simulator.fail({ effect: 'forbid', method: 'post', path: '*/rg-runbooks/*/VM02/start' })
	await start(simulator, 'vm01')
	await rejects(start(simulator, 'vm02'), { statusCode: 403 })
	await computeClient(simulator).virtualMachines.instanceView('rg-runbooks', 'vm02')
})

test('an answer can be anything at all', async () => {
	await using simulator = await openSimulator()
	const { virtualMachines } = computeClient(simulator)
	const headers = { 'x-ms-correlation-request-id': 'c', 'content-type': 'application/json' }
	simulator.fail({
		effect: 'answer',
		operation: 'get',
		status: 500,
		headers,
		body: { error: { code: 'Boom', message: 'Boom.' } },
		times: 4,
	})
	await rejects(virtualMachines.get('rg-runbooks', 'vm01'), { statusCode: 500, code: 'Boom' })
	simulator.fail({ effect: 'answer', operation: 'get', status: 200, headers, body: '{"broken', times: 1 })
	await rejects(virtualMachines.get('rg-runbooks', 'vm01'), { code: 'PARSE_ERROR' })
	simulator.fail({ effect: 'answer', operation: 'start', status: 202 })
	await start(simulator, 'vm01')
	assert.is(simulator.vm('vm01').powerState, 'deallocated')
})

test('an answer that is lost was worked for all the same', async () => {
	await using simulator = await openSimulator()
	simulator.fail({ vm: 'vm01', operation: 'start', effect: 'loseAnswer', times: 1 })
	const started: (string | null)[] = []
	simulator.fail({ vm: 'vm02', operation: 'start', effect: 'dropSocket' })
	await rejects(start(simulator, 'vm02'))
	started.push(simulator.vm('vm02').powerState)
	await start(simulator, 'vm01')
	assert.equal([started, simulator.vm('vm01').powerState], [['deallocated'], 'running'])
	assert.equal(statuses(simulator, 'start').slice(-2), ['dropped', 202])
})

test('a request that hangs gets no answer, and the simulator can be disposed all the same', async () => {
	await using simulator = await openSimulator()
	simulator.fail({ operation: 'instanceView', effect: 'hang' })
	const requestOptions = { timeout: 50 }
	await rejects(computeClient(simulator).virtualMachines.instanceView('rg-runbooks', 'vm01', { requestOptions }), { name: 'AbortError' })
	assert.equal(statuses(simulator, 'instanceView'), ['unanswered'])
})

test('links can lead to another host: a poll and the next page', async () => {
	await using simulator = await openSimulator()
	await using elsewhere = await openSimulator()
	simulator.fail({ operation: 'start', effect: 'foreignLinks', origin: elsewhere.url })
	simulator.fail({ operation: 'listAll', effect: 'foreignLinks', origin: elsewhere.url })
	await rejects(start(simulator, 'vm01'), { statusCode: 401 })
	await rejects(Array.fromAsync(computeClient(simulator).virtualMachines.listAll()), { statusCode: 401 })
	// The clients follow them with the token: whoever uses them has to see to it that they do not.
	assert.equal(
		elsewhere.requests.map(({ authorization }) => authorization),
		['Bearer [redacted]', 'Bearer [redacted]'],
	)
})

test('a fault of one machine leaves the others alone', async () => {
	await using simulator = await openSimulator()
	simulator.fail({ vm: 'vm01', effect: 'forbid' })
	await start(simulator, 'vm02')
	assert.is(simulator.vm('vm02').powerState, 'running')
})

test.run()
