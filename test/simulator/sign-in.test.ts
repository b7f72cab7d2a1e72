import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openSimulator, type Simulator } from './simulator.ts'

const form = {
	grant_type: 'client_credentials',
	client_id: 'client',
	client_secret: 'a secret',
	scope: 'https://management.azure.com/.default',
}

async function signIn({ url }: Simulator, changes: Record<string, string | undefined> = {}) {
	const fields = Object.entries({ ...form, ...changes }).filter((field): field is [string, string] => field[1] !== undefined)
	const response = await fetch(`${url}/tenant/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams(fields) })
	return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

test('an application signs in with its secret, and the token serves', async () => {
	await using simulator = await openSimulator()
	const { status, body } = await signIn(simulator)
	assert.equal([status, body.token_type, body.expires_in], [200, 'Bearer', 3600])
	const authorization = `Bearer ${body.access_token}`
	const path = '/subscriptions/11111111-1111-1111-1111-111111111111/providers/Microsoft.Network/networkWatchers?api-version=2026-01-01'
	assert.is((await fetch(`${simulator.url}${path}`, { headers: { authorization } })).status, 200)
})

test('what an application signs in with is recorded but for its secret', async () => {
	await using simulator = await openSimulator()
	await signIn(simulator)
	const [record] = simulator.requests
	assert.equal([record?.operation, record?.body], ['signIn', { ...form, client_secret: '[redacted]' }])
	assert.not.match(JSON.stringify(simulator.requests), 'a secret')
})

for (const [changes, status, error, code] of [
	[{ client_secret: undefined }, 400, 'invalid_request', 900144],
	[{ scope: '' }, 400, 'invalid_request', 900144],
	[{ grant_type: 'password' }, 400, 'unsupported_grant_type', 70003],
	[{ client_secret: 'another' }, 401, 'invalid_client', 7000215],
] as const) {
	test(`it is refused as Entra does: ${JSON.stringify(changes)}`, async () => {
		await using simulator = await openSimulator({ clientSecrets: { client: 'a secret' } })
		const answer = await signIn(simulator, changes)
		assert.equal([answer.status, answer.body.error, answer.body.error_codes], [status, error, [code]])
		assert.match(String(answer.body.error_description), `AADSTS${code}: `)
		assert.is((await signIn(simulator)).status, 200)
	})
}

test('a fault strikes signing in, in the form of Entra', async () => {
	await using simulator = await openSimulator()
	const message = 'AADSTS7000222: The provided client secret keys are expired.'
	simulator.fail({ effect: 'refuse', operation: 'signIn', status: 401, code: 'invalid_client', message, times: 1 })
	simulator.fail({ effect: 'answer', operation: 'signIn', status: 503, times: 1, path: '/other/*' })
	assert.equal(await signIn(simulator), {
		status: 401,
		body: { error: 'invalid_client', error_description: message, error_codes: [7000222] },
	})
	assert.is((await signIn(simulator)).status, 200)
})

test.run()
