import { rejects } from 'node:assert/strict'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { clockAt } from '../support/clock-at.ts'
import { networkClient, quickly, subscriptionId, tokensOf } from './azure-client.ts'
import { calls, create, group, idOf, request, statusOf, storageId, watcher } from './captures.ts'
import { openSimulator } from './simulator.ts'

const id = `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/Microsoft.Network/networkWatchers/${watcher}/packetCaptures/pc`

test('a capture is created by an operation, and its resource has the defaults filled in', async () => {
	await using simulator = await openSimulator()
	const { timeLimitInSeconds: _, ...withoutLimit } = request()
	const made = await networkClient(simulator).packetCaptures.create(group, watcher, 'pc', withoutLimit, quickly)
	assert.equal(calls(simulator), ['createCapture 201', 'poll 200', 'poll 200', 'getCapture 200'])
	assert.is(made.id, id)
	assert.is(made.provisioningState, 'Succeeded')
	assert.equal(
		[made.bytesToCapturePerPacket, made.totalBytesPerSession, made.timeLimitInSeconds, made.filters],
		[0, 1_073_741_824, 18_000, []],
	)
})

test('the storage path is made of account, machine and instant as Azure makes it', async () => {
	await using simulator = await openSimulator({ clock: clockAt('2026-03-29T00:59:59.123Z') })
	const { storageLocation } = await create(networkClient(simulator))
	assert.is(storageLocation?.storageId, storageId)
	assert.is(
		storageLocation?.storagePath,
		`https://captures.blob.core.windows.net/network-watcher-logs${idOf('vm03').toLowerCase()}/2026/03/29/packetcapture_00_59_59_123.cap`,
	)
})

test('with a file alone the storage path is empty', async () => {
	await using simulator = await openSimulator()
	const { storageLocation } = await create(networkClient(simulator), 'pc', { storageLocation: { filePath: '/var/captures/a.cap' } })
	assert.is(storageLocation?.storagePath, '')
	assert.is(storageLocation?.filePath, '/var/captures/a.cap')
})

test('the create is answered 201 with a resource that is being updated, and no location', async () => {
	await using simulator = await openSimulator()
	const { token } = await tokensOf(simulator).getToken('')
	const response = await fetch(`${simulator.url}${id}?api-version=2026-01-01`, {
		method: 'PUT',
		headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
		body: JSON.stringify({ properties: request() }),
	})
	const body = (await response.json()) as { type: string; properties: { provisioningState: string } }
	assert.is(response.status, 201)
	assert.equal([body.type, body.properties.provisioningState], ['Microsoft.Network/networkWatchers/packetCaptures', 'Updating'])
	assert.is(response.headers.get('location'), null)
	const pollUrl = response.headers.get('azure-asyncoperation')!
	assert.match(pollUrl, `/providers/Microsoft.Network/locations/eastus/operations/`)
	assert.ok(pollUrl.length > 4500 && pollUrl.length < 6000, `${pollUrl.length} characters`)
})

test('filters, sizes and settings come back as they were given', async () => {
	await using simulator = await openSimulator()
	const given = {
		filters: [{ protocol: 'TCP', localPort: '80;443' }, { remoteIPAddress: '10.0.0.1-10.0.0.9' }],
		bytesToCapturePerPacket: 128,
		totalBytesPerSession: 1000,
		targetType: 'AzureVM' as const,
		continuousCapture: false,
		captureSettings: { fileCount: 2 },
	}
	const made = await create(networkClient(simulator), 'pc', given)
	assert.equal(made.filters, [
		{ protocol: 'TCP', localIPAddress: undefined, remoteIPAddress: undefined, localPort: '80;443', remotePort: undefined },
		{ protocol: 'Any', localIPAddress: undefined, remoteIPAddress: '10.0.0.1-10.0.0.9', localPort: undefined, remotePort: undefined },
	])
	assert.equal([made.bytesToCapturePerPacket, made.totalBytesPerSession, made.continuousCapture], [128, 1000, false])
	assert.is(made.captureSettings?.fileCount, 2)
})

test('neither get nor list tells how the capture itself stands', async () => {
	await using simulator = await openSimulator({ pageSize: 2 })
	const client = networkClient(simulator)
	for (const name of ['pc1', 'pc2', 'pc3']) simulator.putCapture({ name, status: 'Running' })
	const listed = await Array.fromAsync(client.packetCaptures.list(group, watcher))
	assert.equal(
		listed.map(({ name }) => name),
		['pc1', 'pc2', 'pc3'],
	)
	assert.equal(calls(simulator), ['listCaptures 200', 'listCaptures 200'])
	const got = await client.packetCaptures.get(group, watcher, 'PC1')
	for (const capture of [got, ...listed]) assert.not.ok('packetCaptureStatus' in capture)
	assert.is(got.name, 'pc1')
})

test('the status is answered at once, and goes from not started over running to its time limit', async () => {
	await using simulator = await openSimulator({ captureLength: { polls: 2 } })
	const client = networkClient(simulator)
	await create(client)
	const seen = [await statusOf(client), await statusOf(client), await statusOf(client), await statusOf(client)]
	assert.equal(
		seen.map(({ packetCaptureStatus, stopReason }) => `${packetCaptureStatus} ${stopReason}`),
		['NotStarted undefined', 'Running undefined', 'Running undefined', 'Stopped TimeExceeded'],
	)
	assert.is(seen[0]!.id, id)
	assert.equal(seen[3]!.packetCaptureError, [])
	assert.ok(Math.abs(seen[0]!.captureStartTime!.getTime() - Date.now()) < 60_000)
	assert.equal(calls(simulator).slice(-4), Array(4).fill('getCaptureStatus 200'))
})

test('a capture is stopped by an operation, and is listed until it is deleted', async () => {
	await using simulator = await openSimulator()
	const client = networkClient(simulator)
	await create(client)
	await client.packetCaptures.stop(group, watcher, 'pc', quickly)
	assert.equal(calls(simulator).slice(4), ['stopCapture 202', 'poll 200', 'poll 200', 'poll 200'])
	const { packetCaptureStatus, stopReason } = await statusOf(client)
	assert.equal([packetCaptureStatus, stopReason], ['Stopped', 'Manual'])
	assert.is((await Array.fromAsync(client.packetCaptures.list(group, watcher))).length, 1)
	await client.packetCaptures.delete(group, watcher, 'pc', quickly)
	assert.is((await Array.fromAsync(client.packetCaptures.list(group, watcher))).length, 0)
})

test('stopping a capture that has ended changes nothing', async () => {
	await using simulator = await openSimulator()
	simulator.putCapture({ name: 'pc', status: 'Stopped', stopReason: 'TimeExceeded' })
	await networkClient(simulator).packetCaptures.stop(group, watcher, 'pc', quickly)
	assert.is(simulator.capture('pc').stopReason, 'TimeExceeded')
})

for (const [action, during, end, method] of [
	['stop', 202, 200, 'POST'],
	['', 202, 204, 'DELETE'],
] as const) {
	test(`the result of ${action || 'delete'} is ${during} while it runs and ${end} at its end`, async () => {
		await using simulator = await openSimulator()
		simulator.putCapture({ name: 'pc', status: 'Running' })
		const { token } = await tokensOf(simulator).getToken('')
		const headers = { authorization: `Bearer ${token}` }
		const path = action ? `${id}/${action}` : id
		const accepted = await fetch(`${simulator.url}${path}?api-version=2026-01-01`, { method, headers })
		assert.equal([accepted.status, await accepted.text()], [202, ''])
		const location = accepted.headers.get('location')!
		assert.match(location, '/operationResults/')
		assert.match(accepted.headers.get('azure-asyncoperation')!, '/operations/')
		assert.is((await fetch(location, { headers })).status, during)
		const result = await fetch(location, { headers })
		assert.equal([result.status, await result.text()], [end, action ? 'null' : ''])
	})
}

test('a capture that is not there is deleted already, and not found otherwise', async () => {
	await using simulator = await openSimulator()
	const { packetCaptures } = networkClient(simulator)
	await packetCaptures.delete(group, watcher, 'pc', quickly)
	assert.equal(calls(simulator), ['deleteCapture 204'])
	const missing = { name: 'RestError', statusCode: 404, code: 'ResourceNotFound' }
	await rejects(packetCaptures.get(group, watcher, 'pc'), missing)
	await rejects(statusOf(networkClient(simulator)), missing)
	await rejects(Promise.resolve(packetCaptures.stop(group, watcher, 'pc', quickly)), missing)
})

test.run()
