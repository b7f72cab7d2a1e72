import { rejects } from 'node:assert/strict'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { clockAt } from '../support/clock-at.ts'
import { networkClient, quickly } from './azure-client.ts'
import { calls, create, group, request, statusOf, watcher } from './captures.ts'
import type { Fault } from './fault.ts'
import { openSimulator } from './simulator.ts'

const failed = /^The long-running operation has failed\. StorageFailed\. No way\.$/

for (const [effect, message] of [
	[{ effect: 'failOperation', code: 'StorageFailed', message: 'No way.' }, failed],
	[{ effect: 'cancelOperation' }, /^Operation was canceled$/],
] as const) {
	test(`${effect.effect} leaves a capture behind that was made by half`, async () => {
		await using simulator = await openSimulator()
		const client = networkClient(simulator)
		simulator.fail({ ...effect, operation: 'createCapture', capture: 'PC', times: 1 })
		await rejects(create(client), { name: 'Error', message })
		assert.is((await client.packetCaptures.get(group, watcher, 'pc')).provisioningState, 'Failed')
		assert.is((await statusOf(client)).packetCaptureStatus, 'NotStarted')
		await client.packetCaptures.delete(group, watcher, 'pc', quickly)
		await create(client)
	})
}

for (const action of ['stop', 'delete'] as const) {
	test(`a ${action} that fails by its operation leaves the capture as it was`, async () => {
		await using simulator = await openSimulator()
		const client = networkClient(simulator)
		simulator.putCapture({ name: 'pc', status: 'Running' })
		simulator.fail({ effect: 'failOperation', code: 'StorageFailed', message: 'No way.', operation: `${action}Capture` })
		await rejects(Promise.resolve(client.packetCaptures[action](group, watcher, 'pc', quickly)), { name: 'Error', message: failed })
		assert.is((await client.packetCaptures.get(group, watcher, 'pc')).provisioningState, 'Succeeded')
		assert.is((await statusOf(client)).packetCaptureStatus, 'Running')
	})
}

test('a create that hangs is polled as often as one likes', async () => {
	await using simulator = await openSimulator()
	simulator.fail({ effect: 'hangOperation', watcher })
	const poller = networkClient(simulator).packetCaptures.create(group, watcher, 'pc', request(), quickly)
	await poller.submitted()
	for (let poll = 0; poll < 5; poll++) await poller.poll()
	assert.is(poller.isDone, false)
	assert.is(simulator.capture('pc').provisioningState, 'Updating')
})

test('an operation can succeed though what it made has failed', async () => {
	await using simulator = await openSimulator()
	simulator.fail({ effect: 'failProvisioning' })
	assert.is((await create(networkClient(simulator))).provisioningState, 'Failed')
})

for (const [effect, ...expected] of [
	[{ effect: 'failCapture', errors: ['StorageFailed', 'AgentStopped'] }, 'Error', undefined, ['StorageFailed', 'AgentStopped']],
	[{ effect: 'fillCapture', stopReason: 'SizeLimit' }, 'Stopped', 'SizeLimit', []],
	[{ effect: 'hangCapture', status: 'Running' }, 'Running', undefined, []],
	[{ effect: 'hangCapture', status: 'Unknown' }, 'Unknown', undefined, []],
	[{ effect: 'hangCapture', status: 'absent' }, undefined, undefined, []],
] as const) {
	test(`${JSON.stringify(effect)} is created well and ends so`, async () => {
		await using simulator = await openSimulator()
		const client = networkClient(simulator)
		simulator.fail(effect as unknown as Fault)
		assert.is((await create(client)).provisioningState, 'Succeeded')
		const seen = [await statusOf(client), await statusOf(client), await statusOf(client)]
		const { packetCaptureStatus, stopReason, packetCaptureError } = seen[2]!
		assert.is(seen[0]!.packetCaptureStatus, 'NotStarted')
		assert.equal([packetCaptureStatus, stopReason, packetCaptureError], expected)
	})
}

test('a capture that hangs can be stopped', async () => {
	await using simulator = await openSimulator()
	const client = networkClient(simulator)
	simulator.fail({ effect: 'hangCapture', status: 'Unknown' })
	await create(client)
	await client.packetCaptures.stop(group, watcher, 'pc', quickly)
	const { packetCaptureStatus, stopReason } = await statusOf(client)
	assert.equal([packetCaptureStatus, stopReason], ['Stopped', 'Manual'])
})

test('a capture that is lost is gone in the midst of running', async () => {
	await using simulator = await openSimulator()
	const client = networkClient(simulator)
	simulator.fail({ effect: 'loseCapture' })
	await create(client)
	await statusOf(client)
	assert.is((await statusOf(client)).packetCaptureStatus, 'Running')
	await rejects(statusOf(client), { statusCode: 404, code: 'ResourceNotFound' })
})

test('a capture that somebody else deletes is gone', async () => {
	await using simulator = await openSimulator()
	const client = networkClient(simulator)
	await create(client)
	simulator.remove('captures', 'pc')
	await rejects(statusOf(client), { statusCode: 404 })
})

test('a capture that does not fit its size ends before its time', async () => {
	await using simulator = await openSimulator()
	const client = networkClient(simulator)
	await create(client, 'pc', { totalBytesPerSession: 50_000 })
	const seen = [await statusOf(client), await statusOf(client), await statusOf(client)]
	assert.equal([seen[2]!.packetCaptureStatus, seen[2]!.stopReason], ['Stopped', '-'])
})

test('a file that Linux agents may not write fails the capture', async () => {
	await using simulator = await openSimulator()
	const client = networkClient(simulator)
	await create(client, 'pc', { storageLocation: { filePath: '/tmp/a.cap' } })
	const seen = [await statusOf(client), await statusOf(client), await statusOf(client)]
	assert.equal([seen[2]!.packetCaptureStatus, seen[2]!.packetCaptureError], ['Error', ['LocalFileFailed']])
})

test('by the clock a capture starts after some seconds and ends at its time limit, both scaled', async () => {
	const clock = clockAt('2026-03-29T00:59:59Z')
	await using simulator = await openSimulator({ clock, captureLength: { timeScale: 0.1 } })
	await create(networkClient(simulator), 'pc', { timeLimitInSeconds: 30 })
	const seen: string[] = []
	for (const milliseconds of [499, 1, 2999, 1]) {
		clock.move(milliseconds)
		seen.push(simulator.capture('pc').status)
	}
	assert.equal(seen, ['NotStarted', 'Running', 'Running', 'Stopped'])
	assert.is(simulator.capture('pc').stopReason, 'TimeExceeded')
})

test('a create whose answer was lost is sent again, and its name is taken then', async () => {
	await using simulator = await openSimulator()
	simulator.fail({ effect: 'loseAnswer', operation: 'createCapture', times: 1 })
	await rejects(create(networkClient(simulator)), { statusCode: 409, code: 'PacketCaptureAlreadyExists' })
	assert.equal(calls(simulator), ['createCapture dropped', 'createCapture 409'])
})

test('a fault can strike the polls of one action alone', async () => {
	await using simulator = await openSimulator()
	const client = networkClient(simulator)
	simulator.fail({
		operation: 'poll',
		of: 'deleteCapture',
		capture: 'pc',
		effect: 'refuse',
		status: 404,
		code: 'NotFound',
		message: 'Gone.',
	})
	await create(client)
	await rejects(Promise.resolve(client.packetCaptures.delete(group, watcher, 'pc', quickly)), { statusCode: 404 })
})

test('throttling and missing rights are worded as for Microsoft.Network', async () => {
	await using simulator = await openSimulator()
	const client = networkClient(simulator)
	simulator.fail({ effect: 'throttle', operation: 'createCapture', retryAfterSeconds: 0.001, times: 4 })
	await rejects(create(client), { statusCode: 429, code: 'SubscriptionRequestsThrottled' })
	simulator.fail({ effect: 'forbid', operation: 'createCapture' })
	const message = /'Microsoft\.Network\/networkWatchers\/packetCaptures\/write' over scope '\/subscriptions\/.*\/packetCaptures\/pc'/
	await rejects(create(client), { statusCode: 403, code: 'AuthorizationFailed', message })
})

test.run()
