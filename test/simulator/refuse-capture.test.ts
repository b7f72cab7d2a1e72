import { rejects } from 'node:assert/strict'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { networkClient, otherSubscriptionId, quickly } from './azure-client.ts'
import { calls, create, group, idOf, request, storageId, watcher } from './captures.ts'
import { openSimulator } from './simulator.ts'

const accounts = storageId.replace('/captures', '')

for (const [what, changes, statusCode, code, message] of [
	['a machine that does not exist', { target: idOf('nope') }, 404, 'ResourceNotFound', /virtualMachines\/nope/],
	['a machine of another subscription', { target: idOf('vm03').replaceAll('1111', '3333') }, 400, 'InvalidResourceReference', /not valid/],
	['a target that is no machine', { target: storageId }, 400, 'InvalidResourceReference', /not valid/],
	['a machine that does not run', { target: idOf('vm01') }, 400, 'VMNotRunning', /vm01 is not running/],
	['a machine without the agent', { target: idOf('vm-no-agent') }, 400, 'NetworkWatcherAgentNotInstalled', /agent is not installed/],
	['a machine of another region', { target: idOf('vm-europe', 'rg-web') }, 400, 'TargetResourceLocationMismatch', /westeurope.*eastus/],
	['no storage', { storageLocation: {} }, 400, 'InvalidRequestFormat', /storageId, a filePath or a localPath/],
	['a storage id that is none', { storageLocation: { storageId: accounts } }, 400, 'InvalidRequestFormat', /storage account/],
	['a time limit of five hours and a second', { timeLimitInSeconds: 18_001 }, 400, 'InvalidRequestFormat', /1 to 18000/],
	['a time limit of nothing', { timeLimitInSeconds: 0 }, 400, 'InvalidRequestFormat', /1 to 18000/],
	['more bytes than can be', { totalBytesPerSession: 2 ** 32 }, 400, 'InvalidRequestFormat', /totalBytesPerSession/],
] as const) {
	test(`a capture with ${what} is refused at once with ${code}`, async () => {
		await using simulator = await openSimulator()
		await rejects(create(networkClient(simulator), 'pc', changes), { name: 'RestError', statusCode, code, message })
		assert.equal(calls(simulator), [`createCapture ${statusCode}`])
		assert.is(simulator.world.captures.length, 0)
	})
}

test('a name that is taken is refused, in whatever case', async () => {
	await using simulator = await openSimulator()
	const client = networkClient(simulator)
	await create(client, 'pc')
	await rejects(create(client, 'PC'), { statusCode: 409, code: 'PacketCaptureAlreadyExists', message: /'pc' already exists/ })
})

test('the captures of a region are limited, whichever state they are in, and the limit can be set', async () => {
	await using simulator = await openSimulator({ captureCountMax: 2 })
	const client = networkClient(simulator)
	simulator.putCapture({ name: 'old1' })
	simulator.putCapture({ name: 'elsewhere', watcher: 'NetworkWatcher_westeurope' })
	simulator.putCapture({ name: 'other', watcher: 'NetworkWatcher_eastus', subscriptionId: otherSubscriptionId })
	await create(client, 'pc1')
	const message = /more than 2 packet captures for this subscription in this region/
	await rejects(create(client, 'pc2'), { statusCode: 400, code: 'PacketCaptureCountLimitReached', message })
	await client.packetCaptures.delete(group, watcher, 'old1', quickly)
	await create(client, 'pc2')
	simulator.set({ captureCountMax: 3 })
	await create(client, 'pc3')
})

test('a capture on a machine whose guest agent is not ready fails by its operation', async () => {
	await using simulator = await openSimulator()
	const failed = { name: 'Error', message: 'The long-running operation has failed. InternalServerError. An error occurred.' }
	await rejects(create(networkClient(simulator), 'pc', { target: idOf('vm-agent-down') }), failed)
	assert.is(simulator.capture('pc').provisioningState, 'Failed')
})

test('what is being created can neither be stopped nor deleted until that has ended; the refusal names the signed link', async () => {
	await using simulator = await openSimulator({ operationLength: { polls: 2 } })
	const { packetCaptures } = networkClient(simulator)
	const creating = packetCaptures.create(group, watcher, 'pc', request(), quickly)
	await creating.submitted()
	const busy = { statusCode: 409, code: 'AnotherOperationInProgress', message: /use uri: http:.*\/operations\/.*&s=simulated-signature/ }
	await rejects(Promise.resolve(packetCaptures.stop(group, watcher, 'pc', quickly)), busy)
	await rejects(Promise.resolve(packetCaptures.delete(group, watcher, 'pc', quickly)), busy)
	// Each refusal was a look at the operation, so the third one finds it ended.
	await packetCaptures.delete(group, watcher, 'pc', quickly)
	assert.is(simulator.world.captures.length, 0)
})

test.run()
