// Signing in to the portal, as its pages do it, over HTTP.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { adminToken, type Runner, startRunner } from '../support/runner.ts'

const account =
	'/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/runhook/providers/Microsoft.Automation/automationAccounts/runhook'
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

test('over https the cookie goes nowhere else, and a webhook cannot sign in', async () => {
	const environment = { RUNHOOK_PUBLIC_URL: 'https://runner.example/runhook' }
	await using runner = await startRunner({
		runbooks: { hello: `import { defineRunbook } from 'runhook'\nexport default defineRunbook({ run() {} })` },
		environment,
	})
	const enter = (token: string) =>
		fetch(`${runner.url}/portal/session`, { method: 'POST', headers: { ...own, authorization: `Bearer ${token}` } })
	assert.match((await enter(adminToken)).headers.get('set-cookie')!, /; Secure$/)
	const token = new URL(runner.printed.find((line) => line.startsWith('Webhook hello'))!.split(': ')[1]!).searchParams.get('token')!
	const refused = await enter(token)
	assert.deepEqual([refused.status, refused.headers.get('set-cookie')], [403, null])
	assert.equal((await enter('wrong')).status, 401)
})

test.run()
