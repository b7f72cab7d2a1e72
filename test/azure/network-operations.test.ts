import { equal, match, ok, rejects } from 'node:assert/strict'
import { NetworkManagementClient } from '@azure/arm-network'
import { test } from 'uvu'
import { group, idOf, request, watcher } from '../simulator/captures.ts'
import { signatureMark } from '../simulator/poll-operation.ts'
import { openAzure, type SimulatedAzure, subscriptionId } from './simulated-azure.ts'

/** Follows the making of a capture as a runbook does. */
function create({ azure }: SimulatedAzure, changes = {}) {
	const { packetCaptures } = azure.client(NetworkManagementClient, subscriptionId)
	return azure.wait((options) => packetCaptures.create(group, watcher, 'pc', request(changes), options))
}

test('captures are made, stopped and deleted by the clients of a job', async () => {
	await using all = await openAzure()
	const { packetCaptures } = all.azure.client(NetworkManagementClient, subscriptionId)
	equal((await create(all)).provisioningState, 'Succeeded')
	await all.azure.wait((options) => packetCaptures.stop(group, watcher, 'pc', options))
	equal((await packetCaptures.getStatus(group, watcher, 'pc')).stopReason, 'Manual')
	await all.azure.wait((options) => packetCaptures.delete(group, watcher, 'pc', options))
	equal(all.simulator.world.captures.length, 0)
})

test('an operation that fails tells the code and the message of its provider', async () => {
	await using all = await openAzure()
	const error = await create(all, { target: idOf('vm-agent-down') }).catch((thrown: unknown) => thrown)
	const { code, message } = all.azure.failure(error)
	equal(`${code}: ${message}`, 'InternalServerError: An error occurred.')
})

test('a signed link in a refusal is cut out of the failure', async () => {
	await using all = await openAzure()
	all.simulator.fail({ operation: 'createCapture', effect: 'hangOperation' })
	const { packetCaptures } = all.azure.client(NetworkManagementClient, subscriptionId)
	await packetCaptures.create(group, watcher, 'pc', request()).submitted()
	const deleting = all.azure.wait((options) => packetCaptures.delete(group, watcher, 'pc', options))
	const error = await deleting.catch((thrown: unknown) => thrown)
	ok(error instanceof Error && error.message.includes(signatureMark))
	const { message, code } = all.azure.failure(error)
	equal(code, 'AnotherOperationInProgress')
	match(message, /use uri: http.*\/operations\/[-\w]+\?…/)
	ok(!message.includes(signatureMark))
	all.job.abort()
})

test('a throttled poll is told of without its signature', async () => {
	await using all = await openAzure()
	all.simulator.fail({ operation: 'poll', effect: 'throttle', retryAfterSeconds: 0.001, times: 1 })
	await create(all)
	equal(all.verboseLines.length, 1)
	ok(!all.verboseLines[0]!.includes(signatureMark))
})

for (const operation of ['createCapture', 'listCaptures'] as const) {
	test(`a link of ${operation} to another host is not followed`, async () => {
		await using all = await openAzure({ pageSize: 1 })
		all.simulator.fail({ operation, effect: 'foreignLinks', origin: 'http://127.0.0.1:9' })
		for (const name of ['a', 'b']) all.simulator.putCapture({ name })
		const { packetCaptures } = all.azure.client(NetworkManagementClient, subscriptionId)
		const work = operation === 'createCapture' ? create(all) : Array.fromAsync(packetCaptures.list(group, watcher))
		await rejects(work, (error) => all.azure.failure(error).code === 'ForeignHost')
	})
}

test.run()
