import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { ask, healthKey, settle, untilPart, withKey } from '../support/ask-health.ts'
import { runbookText } from '../support/runbook-text.ts'
import { adminToken, startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

test('with a key every part is told with its times; without one nothing but up or down', async () => {
	await using runner = await startRunner({
		runbooks: { secretive: runbookText(''), broken: 'export default nothing' },
		webhooks: [
			{ name: 'expiring', runbook: 'secretive', expiryTime: new Date(Date.now() + 3 * 86_400_000).toISOString() },
			{ name: 'lasting', runbook: 'secretive' },
			{ name: 'signed', runbook: 'secretive', signature: { scheme: 'github', secrets: [{ variable: 'not-there' }] } },
		],
		environment: { RUNHOOK_HEALTH_KEY: healthKey },
	})
	await settle(runner)
	// The webhooks of the file are issued after the first look.
	await untilPart(runner, 'secondary', 'webhooks', 'warning')
	const core = await ask(runner, '/health/core')
	assert.equal(core.status, 200)
	assert.deepEqual(Object.keys(core.body.parts), ['store', 'queue', 'sandbox', 'disk', 'clock', 'schedules'])
	for (const [name, part] of Object.entries(core.body.parts)) {
		assert.equal(part.status, 'up', name)
		assert.ok(Date.parse(part.since) <= Date.parse(part.checkedTime!), name)
	}
	const secondary = await ask(runner, '/health/secondary')
	assert.equal(secondary.status, 200)
	assert.deepEqual([secondary.body.status, secondary.body.warnings], ['up', ['webhooks', 'runbooks']])
	assert.match(
		secondary.body.parts.webhooks!.message!,
		/^Webhook 'signed' lets no call in: .*'not-there'.*, 'expiring' expires in [23] d\.$/,
	)
	assert.deepEqual(secondary.body.parts.azure!.facts, { identities: 0 })

	for (const path of ['/health/core/store', `/health/core/store?key=${healthKey}`]) {
		const init = path.includes('?') ? {} : withKey
		const { status, body } = await ask(runner, path, init)
		assert.deepEqual([status, body.status], [200, 'up'])
	}
	assert.equal((await ask(runner, '/health/core', { headers: { authorization: `Bearer ${adminToken}` } })).body.parts.store!.status, 'up')

	for (const path of ['/health/live', '/health/ready', '/health/core', '/health/secondary'])
		assert.deepEqual(await ask(runner, path, {}), { status: 200, text: '{"status":"up"}', body: { status: 'up' } }, path)
	const refusals: [string, RequestInit, number][] = [
		['/health/core/store', {}, 401],
		['/health/core/no-such-part', {}, 401],
		['/health/core/no-such-part', withKey, 404],
		['/health/core/azure', withKey, 404],
		['/health/core/store/more', withKey, 404],
		['/health/no-such-mode', withKey, 404],
		['/health', withKey, 404],
		['/health/core', { headers: { 'x-health-key': 'not-the-key-at-all' } }, 401],
		['/health/core?key=', {}, 401],
		[`/health/core?key=${healthKey}&key=other`, {}, 401],
		['/health/core', { headers: { authorization: 'Bearer not-the-token' } }, 401],
		['/health/core', { headers: { authorization: `Bearer ${new URL(runner.webhookUrl('lasting')).searchParams.get('token')}` } }, 401],
		['/health/core', { method: 'POST' }, 405],
		['/health/core', { method: 'HEAD' }, 200],
	]
	for (const [path, init, expected] of refusals) {
		const { status, text } = await ask(runner, path, init)
		assert.equal(status, expected, `${init.method ?? 'GET'} ${path}`)
		assert.doesNotMatch(text, /expiring|lasting|secretive|broken|"up"/)
	}
})

test('path, key, modes and the status to try a monitor out with change without a restart', async () => {
	await using runner = await startRunner({ runbooks: {} })
	const write = (settings: unknown) => writeFileSync(join(runner.folder, 'settings.json'), JSON.stringify(settings))
	const status = async (path: string, given?: string) =>
		(await ask(runner, path, given ? { headers: { 'x-health-key': given } } : {})).status
	assert.deepEqual([await status('/health/core/store', healthKey), await status('/health/configured-status')], [401, 200])

	write({
		health: { path: '/h/4f1c', key: [healthKey, 'key-before-this-one'], configuredStatus: 503, modes: { shop: ['store', 'azure'] } },
	})
	await until('the key is in force', async () => (await status('/h/4f1c/core/store', healthKey)) === 200)
	assert.equal(await status('/h/4f1c/core/store', 'key-before-this-one'), 200)
	assert.deepEqual(Object.keys((await ask(runner, '/h/4f1c/shop')).body.parts), ['store', 'azure'])
	assert.equal(await status('/h/4f1c/configured-status'), 503)
	assert.deepEqual(
		[await status('/health/core', healthKey), await status('/health/random'), await status('/health/ready')],
		[404, 404, 200],
	)
	const values = await Promise.all([1, 2].map(async () => (await ask(runner, '/h/4f1c/random', {})).text))
	assert.notEqual(values[0], values[1])

	write({ health: { path: '/h/4f1c', key: 'short' } })
	await until('the fault is told', () => runner.logged.some((line) => line.includes('settings.json cannot be applied')))
	assert.equal(await status('/h/4f1c/core/store', healthKey), 200)
	write({ health: { key: 'key-that-follows-it' } })
	await until('the new key is in force', async () => (await status('/health/core/store', 'key-that-follows-it')) === 200)
	assert.deepEqual([await status('/health/core/store', healthKey), await status('/h/4f1c/core')], [401, 404])
	assert.doesNotMatch(runner.logged.join(), /key-that-follows-it|key-of-the-monitor|4f1c/)
})

test('check-endpoints finds its own runner well, as it is shipped', async () => {
	await using runner = await startRunner({
		webhooks: [{ name: 'check', runbook: 'check-endpoints' }],
		environment: { RUNHOOK_HEALTH_KEY: healthKey },
	})
	await settle(runner)
	const shipped = readFileSync(new URL('../../runbooks/check-endpoints.json', import.meta.url), 'utf8')
	// On a busy machine an answer may take longer than what is well.
	const own = shipped.replaceAll('http://127.0.0.1:8080', runner.url).replaceAll('"url"', '"maxMs": 9000, "url"')
	const jobId = await runner.start('check', own)
	assert.equal((await runner.untilJob(jobId)).properties.status, 'Completed')
	const records = (await runner.output(jobId)).trimEnd().split('\n')
	assert.deepEqual(JSON.parse(records.at(-1)!), { ok: true, core: { up: 2, down: 0 }, secondary: { up: 2, down: 0 } })
})

test.run()
