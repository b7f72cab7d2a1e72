import { ManagedIdentityCredential } from '@azure/identity'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Clock, systemClock } from '../../src/clock.ts'
import { computeClient, quickly, subscriptionId, tokensOf } from './azure-client.ts'
import { openSimulator, type Simulator } from './simulator.ts'

const day = 86_400_000

async function list(simulator: Simulator, headers: Record<string, string>): Promise<Response> {
	const path = `/subscriptions/${subscriptionId}/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines`
	return fetch(`${simulator.url}${path}?api-version=2026-04-01`, { headers })
}

// The only test with the real managed identity: it keeps its first endpoint as long as the process lives.
test('a managed identity gets a token for a day, and it serves an operation to its end', async () => {
	await using simulator = await openSimulator()
	process.env.IDENTITY_ENDPOINT = `${simulator.url}/msi/token`
	process.env.IDENTITY_HEADER = 'x'
	const credential = new ManagedIdentityCredential()
	const { expiresOnTimestamp } = await credential.getToken('https://management.azure.com/.default')
	await computeClient(simulator, { credential }).virtualMachines.start('rg-runbooks', 'vm01', quickly)
	assert.ok(Math.abs(expiresOnTimestamp - Date.now() - day) < 60_000)
	assert.is(simulator.vm('vm01').powerState, 'running')
	assert.is(simulator.requests.filter(({ operation }) => operation === 'token').length, 1)
})

test('a request without a token is refused with a challenge', async () => {
	await using simulator = await openSimulator()
	const response = await list(simulator, {})
	assert.is(response.status, 401)
	assert.match(response.headers.get('www-authenticate')!, 'Bearer authorization_uri=')
})

test('a token the simulator did not issue is refused', async () => {
	await using simulator = await openSimulator()
	const response = await list(simulator, { authorization: 'Bearer of-somebody-else' })
	assert.is(response.status, 401)
	assert.match(await response.text(), 'InvalidAuthenticationToken')
})

test('a token at its end is refused', async () => {
	let now = Date.now()
	const clock: Clock = { ...systemClock, now: () => now }
	await using simulator = await openSimulator({ clock })
	const { token } = await tokensOf(simulator).getToken('https://management.azure.com/.default')
	now += day
	const response = await list(simulator, { authorization: `Bearer ${token}` })
	assert.is(response.status, 401)
	assert.match(await response.text(), 'ExpiredAuthenticationToken')
})

for (const [what, query, headers, status] of [
	['version', '?resource=https://management.azure.com', { 'x-identity-header': 'x' }, 400],
	['resource', '?api-version=2019-08-01', { 'x-identity-header': 'x' }, 400],
	['identity header', '?resource=https://management.azure.com&api-version=2019-08-01', {}, 401],
] as const) {
	test(`a token is not given without a ${what}`, async () => {
		await using simulator = await openSimulator()
		const response = await fetch(`${simulator.url}/msi/token${query}`, { headers })
		assert.is(response.status, status)
	})
}

test.run()
