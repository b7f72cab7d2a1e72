// Signing in to the portal, as its pages do it, over HTTP.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { account } from '../support/account.ts'
import { adminToken, type Runner, startRunner } from '../support/runner.ts'
import { signedInBy } from './sign-in-in-portal.ts'

const own = { 'x-runhook-portal': '1' }

async function signIn(runner: Runner, token: string): Promise<string> {
	const response = await fetch(`${runner.url}/portal/session`, { method: 'POST', headers: { ...own, authorization: `Bearer ${token}` } })
	assert.equal(response.status, 201, await response.text())
	return response.headers.get('set-cookie')!.split(';')[0]!
}

test('a session lets in who signed in, from pages of the portal alone, until they sign out', async () => {
	await using runner = await startRunner({ runbooks: {} })
	const ask = async (path: string, init: RequestInit = {}) => (await fetch(runner.url + path, init)).status
	const response = await fetch(`${runner.url}/portal/session`, {
		method: 'POST',
		headers: { ...own, authorization: `Bearer ${adminToken}` },
	})
	const cookie = response.headers.get('set-cookie')!
	assert.match(cookie, /^runhook_session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/)
	const body = (await response.json()) as { name: string; roles: string[]; actions: string[]; accountPath: string }
	assert.deepEqual([body.name, body.roles, body.accountPath], ['management token', ['Owner'], account])
	assert.ok(body.actions.includes('accessTokens/write'))
	const headers = { cookie: cookie.split(';')[0]! }
	assert.deepEqual(
		[
			await ask('/jobs', { headers: { ...headers, ...own } }),
			// As the page of another site would send it: with the cookie at the most.
			await ask('/jobs', { headers }),
			await ask('/jobs/x/stop', { method: 'POST', headers }),
			await ask('/portal/session', { method: 'DELETE', headers }),
			await ask('/portal/session', { method: 'POST', headers: { authorization: `Bearer ${adminToken}` } }),
			await ask('/jobs', { headers: { cookie: 'runhook_session=guessed', ...own } }),
			await ask('/portal/session', { method: 'PUT', headers: own }),
		],
		[200, 401, 401, 403, 403, 401, 405],
	)
	assert.equal(await ask('/portal/session', { method: 'DELETE', headers: { ...headers, ...own } }), 200)
	assert.equal(await ask('/jobs', { headers: { ...headers, ...own } }), 401)
	type Entry = { properties: { action: string; resource: string; caller: object; sourceAddress: string; details: object } }
	const { value } = (await (await runner.manage(`${account}/auditEvents`)).json()) as { value: Entry[] }
	const told = value.map(({ properties: { action, resource, caller, sourceAddress, details } }) => [
		...[action, resource, sourceAddress],
		{ ...caller, ...details },
	])
	const caller = { kind: 'managementToken', name: 'management token' }
	assert.deepEqual(told, [
		['signOut/action', 'sessions', '127.0.0.1', caller],
		['signIn/action', 'sessions', '127.0.0.1', { ...caller, by: 'token' }],
	])
})

test('a session ends with its token, outlives a restart, and is kept without what would let in', async () => {
	await using runner = await startRunner({ runbooks: {} })
	const properties = { role: 'Job Operator', expiryTime: new Date(Date.now() + 3_600_000).toISOString() }
	const made = await runner.manage(`${account}/accessTokens/ci`, { method: 'PUT', body: JSON.stringify({ properties }) })
	const { token } = ((await made.json()) as { properties: { token: string } }).properties
	const cookie = await signIn(runner, token)
	const whoIs = async () =>
		(await fetch(`${runner.url}/portal/session`, { headers: { ...own, cookie } })).json() as Promise<{
			name: string
			actions: string[]
		} | null>
	const { name, actions } = (await whoIs())!
	assert.deepEqual([name, actions.includes('jobs/write'), actions.includes('webhooks/read')], ['ci', true, false])
	const started = await fetch(`${runner.url}${account}/webhooks`, { headers: { ...own, cookie } })
	assert.equal(started.status, 403)
	await runner.end('SIGTERM')
	const kept = readFileSync(join(runner.folder, 'data', 'runhook.sqlite'), 'latin1')
	assert.deepEqual(
		[cookie.split('=')[1]!, token].filter((secret) => kept.includes(secret) || runner.logged.join('\n').includes(secret)),
		[],
	)
	await runner.restart()
	assert.equal((await whoIs())?.name, 'ci')
	await runner.manage(`${account}/accessTokens/ci`, { method: 'PATCH', body: JSON.stringify({ properties: { isEnabled: false } }) })
	assert.equal(await whoIs(), null)
	const refused = await fetch(`${runner.url}/jobs`, { headers: { ...own, cookie } })
	assert.deepEqual([refused.status, ((await refused.json()) as { message: string }).message], [401, 'The access token has been disabled.'])
})

test('the portal is found from the root by people, is small, and takes nothing from elsewhere', async () => {
	await using runner = await startRunner({ runbooks: {} })
	const get = (path: string, accept = 'text/html') => fetch(runner.url + path, { redirect: 'manual', headers: { accept } })
	const forPeople = await get('/')
	assert.deepEqual([forPeople.status, forPeople.headers.get('location'), (await get('/', '*/*')).status], [302, 'portal/', 404])
	assert.equal((await get('/portal')).headers.get('location'), 'portal/')
	const index = await get('/portal/')
	assert.equal(
		index.headers.get('content-security-policy'),
		"default-src 'none';script-src 'self';style-src 'self';connect-src 'self';img-src 'self';frame-ancestors 'none';base-uri 'none';form-action 'none'",
	)
	const names = [...(await index.text()).matchAll(/(?:href|src)="([^"]+)"/g)].map(([, name]) => name!)
	assert.equal(names.length, 3)
	let bytes = 0
	for (const name of names) {
		const file = await get(`/portal/${name}`)
		assert.deepEqual([file.status, file.headers.get('cache-control')], [200, 'public, max-age=31536000, immutable'], name)
		assert.equal(file.headers.get('content-encoding'), 'gzip')
		bytes += Number(file.headers.get('content-length'))
	}
	assert.ok(bytes > 10_000 && bytes < 200_000, `${bytes} bytes`)
	assert.equal((await get('/portal/..%2Fportal-files.ts')).status, 404)
	// Nobody is led to Entra ID where it is not set.
	const ways = await fetch(`${runner.url}/portal/sign-in`, { headers: own })
	assert.deepEqual(await ways.json(), { entraUrl: null, fault: null })
	assert.deepEqual([(await get('/portal/sign-in')).status, (await get('/portal/sign-in/entra')).status], [403, 404])
})

test('over https the cookie goes nowhere else, and a webhook cannot sign in', async () => {
	const environment = { RUNHOOK_PUBLIC_URL: 'https://Runner.example:443/runhook', ...signedInBy({ url: 'https://login.example' }) }
	await using runner = await startRunner({
		runbooks: { hello: `import { defineRunbook } from 'runhook'\nexport default defineRunbook({ run() {} })` },
		environment,
	})
	const enter = (token: string) =>
		fetch(`${runner.url}/portal/session`, { method: 'POST', headers: { ...own, authorization: `Bearer ${token}` } })
	assert.match((await enter(adminToken)).headers.get('set-cookie')!, /; Secure$/)
	const led = await fetch(`${runner.url}/portal/sign-in/entra`, { redirect: 'manual' })
	assert.match(led.headers.get('set-cookie')!, / Path=\/runhook\/portal\/sign-in; .*; Secure$/)
	const back = new URL(led.headers.get('location')!).searchParams.get('redirect_uri')
	assert.equal(back, 'https://runner.example/runhook/portal/sign-in/entra/callback')
	const token = new URL(runner.printed.find((line) => line.startsWith('Webhook hello'))!.split(': ')[1]!).searchParams.get('token')!
	const refused = await enter(token)
	assert.deepEqual([refused.status, refused.headers.get('set-cookie')], [403, null])
	assert.equal((await enter('wrong')).status, 401)
})

test.run()
