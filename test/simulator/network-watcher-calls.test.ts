import { rejects } from 'node:assert/strict'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { networkClient, otherSubscriptionId, subscriptionId } from './azure-client.ts'
import { openSimulator } from './simulator.ts'

test('all watchers of a subscription are listed, one a region, over several pages', async () => {
	await using simulator = await openSimulator({ pageSize: 1 })
	const watchers = await Array.fromAsync(networkClient(simulator).networkWatchers.listAll())
	assert.equal(
		watchers.map(({ name, location }) => `${name} ${location}`),
		['NetworkWatcher_eastus eastus', 'NetworkWatcher_westeurope westeurope'],
	)
	assert.is(simulator.requests.filter(({ operation }) => operation === 'listAllWatchers').length, 2)
})

test('the watchers of a group are listed, and one is got in any case', async () => {
	await using simulator = await openSimulator()
	const { networkWatchers } = networkClient(simulator)
	assert.is((await Array.fromAsync(networkWatchers.list('networkwatcherrg'))).length, 2)
	assert.is((await Array.fromAsync(networkWatchers.list('rg-web'))).length, 0)
	const watcher = await networkWatchers.get('NETWORKWATCHERRG', 'networkwatcher_EASTUS')
	const group = `/subscriptions/${subscriptionId}/resourceGroups/NetworkWatcherRG`
	assert.is(watcher.id, `${group}/providers/Microsoft.Network/networkWatchers/NetworkWatcher_eastus`)
	assert.equal([watcher.location, watcher.provisioningState], ['eastus', 'Succeeded'])
})

test('a watcher of another subscription is another one', async () => {
	await using simulator = await openSimulator()
	simulator.putCapture({ name: 'pc', watcher: 'NetworkWatcher_eastus' })
	const { packetCaptures, networkWatchers } = networkClient(simulator, { subscription: otherSubscriptionId })
	assert.equal((await Array.fromAsync(packetCaptures.list('NetworkWatcherRG', 'NetworkWatcher_eastus'))).length, 0)
	await rejects(networkWatchers.get('NetworkWatcherRG', 'NetworkWatcher_westeurope'), { code: 'ResourceNotFound' })
})

for (const [what, group, name, code] of [
	['watcher', 'NetworkWatcherRG', 'nope', 'ResourceNotFound'],
	['resource group', 'rg-none', 'NetworkWatcher_eastus', 'ResourceGroupNotFound'],
] as const) {
	test(`a ${what} that does not exist is ${code}, and its captures are not listed`, async () => {
		await using simulator = await openSimulator()
		const { networkWatchers, packetCaptures } = networkClient(simulator)
		await rejects(networkWatchers.get(group, name), { name: 'RestError', statusCode: 404, code })
		await rejects(Array.fromAsync(packetCaptures.list(group, name)), { name: 'RestError', statusCode: 404, code })
	})
}

test('a watcher cannot be deleted by a capture name that leads out of its list', async () => {
	await using simulator = await openSimulator()
	const { packetCaptures } = networkClient(simulator)
	await rejects(Promise.resolve(packetCaptures.delete('NetworkWatcherRG', 'NetworkWatcher_eastus', '..')), {
		statusCode: 404,
		code: 'NotFound',
	})
	assert.match(simulator.requests.at(-1)!.path, '/networkWatchers/NetworkWatcher_eastus/')
	assert.is(simulator.world.watchers.length, 3)
})

test.run()
