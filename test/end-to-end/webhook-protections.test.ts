import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { runbookText } from '../support/runbook-text.ts'
import { type Runner, startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const says = runbookText('output(parameters.WebhookData.RequestBody)', { declares: 'parameters: z.object({ WebhookData }),' })
const secret = 'a secret of the tests'
const signature = (scheme: string, more: object = {}) => ({ scheme, secrets: [{ variable: 'hook-secret' }], ...more })
const github = (body: string | Buffer, key = secret) => ({
	'X-Hub-Signature-256': `sha256=${createHmac('sha256', key).update(body).digest('hex')}`,
})
const environment = { RUNHOOK_VARIABLE_HOOK_SECRET: secret }

/** Status and code of an answer. */
async function verdict(answer: Promise<Response> | Response): Promise<string> {
	const response = await answer
	const { code } = (await response.json()) as { code?: string }
	return [response.status, code].filter(Boolean).join(' ')
}

const jobCount = async (runner: Runner) => ((await (await runner.manage('/jobs')).json()) as { value: unknown[] }).value.length

test('a call without a valid signature makes no job, and a signed one does, over the bytes that came', async () => {
	await using runner = await startRunner({
		runbooks: { says },
		webhooks: [{ name: 'signed', runbook: 'says', signature: signature('github') }],
		environment,
	})
	const table: [body: string, headers: Record<string, string>, expected: string][] = [
		['body', {}, '401 InvalidSignature'],
		['body', github('other'), '401 InvalidSignature'],
		['body', github('body', 'another secret'), '401 InvalidSignature'],
		['body', { 'X-Hub-Signature-256': github('body')['X-Hub-Signature-256'].slice(7) }, '401 InvalidSignature'],
		['body', github('body'), '202'],
	]
	for (const [body, headers, expected] of table)
		assert.equal(await verdict(runner.call('signed', body, headers)), expected, JSON.stringify(headers))
	// What is no text, and what another encoding of the same text would be.
	const bytes = Buffer.from([0xff, 0x00, 0xfe])
	assert.equal(await verdict(runner.call('signed', new Uint8Array(bytes), github(bytes))), '202')
	assert.equal(await verdict(runner.call('signed', '{"a": "é"}', github('{"a": "\\u00e9"}'))), '401 InvalidSignature')
	assert.equal(await jobCount(runner), 2)
	assert.ok(runner.logged.some((line) => line.includes('not of this body')))
	assert.equal(runner.logged.filter((line) => line.includes(secret)).length, 0)
})

test('without its secret a webhook lets nobody in, says so to its operator, and works from the moment that the secret is there', async () => {
	await using runner = await startRunner({
		runbooks: { says },
		webhooks: [{ name: 'signed', runbook: 'says', signature: signature('github') }],
		environment: { RUNHOOK_SECRETS_DIR: 'secrets' },
	})
	const call = (key: string) => runner.call('signed', 'body', github('body', key))
	for (const key of [secret, '']) {
		const refused = await call(key)
		assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '5'], key)
	}
	assert.ok(runner.logged.some((line) => line.includes('"level":"error"') && line.includes("There is no variable 'hook-secret'")))
	// Told to its operator also before anybody calls.
	const fault = async () => {
		const shown = await runner.manage(`${accountPath}/webhooks/signed`)
		return ((await shown.json()) as { properties: { fault: string | null } }).properties.fault
	}
	assert.match((await fault()) ?? '', /There is no variable 'hook-secret'/)
	const put = async (value: string, isEncrypted: boolean) => {
		await runner.manage(`${accountPath}/variables/hook-secret`, { method: 'DELETE' })
		const body = JSON.stringify({ name: 'hook-secret', properties: { value: JSON.stringify(value), isEncrypted } })
		assert.equal((await runner.manage(`${accountPath}/variables/hook-secret`, { method: 'PUT', body })).status, 201)
	}
	// Everybody who manages the account can read a plain variable; and a short one can be guessed.
	await put('known to everybody', false)
	await until('a plain variable is refused', async () => {
		assert.equal((await call('known to everybody')).status, 503)
		return runner.logged.some((line) => line.includes('is not encrypted'))
	})
	await put('short', true)
	await until('a short one is refused', async () => {
		assert.equal((await call('short')).status, 503)
		return runner.logged.some((line) => line.includes('has less than 8 characters'))
	})
	await put(secret, true)
	await until('the call is accepted', async () => (await call(secret)).status === 202)
	assert.equal(await verdict(call('another secret')), '401 InvalidSignature')
	assert.equal(await fault(), null)
	// Deleted, it lets nobody in any more: also not without a signature.
	await runner.manage(`${accountPath}/variables/hook-secret`, { method: 'DELETE' })
	await until('nobody is let in any more', async () => (await call(secret)).status === 503)
	assert.equal((await runner.call('signed', 'body')).status, 503)
	// A mounted file wins, is read when it changes, and its secret is used as it is there.
	mkdirSync(join(runner.folder, 'secrets/variables'), { recursive: true })
	writeFileSync(join(runner.folder, 'secrets/variables/hook-secret'), 'the mounted secret\n')
	await until('the mounted secret is used', async () => (await call('the mounted secret')).status === 202)
	assert.equal((await call(secret)).status, 401)
	rmSync(join(runner.folder, 'secrets/variables/hook-secret'))
})

test('during a change of the secret both are taken; a missing one lets nobody in who is not signed with the other', async () => {
	const secrets = [{ variable: 'hook-secret' }, { credential: 'next' }]
	await using runner = await startRunner({
		runbooks: { says },
		webhooks: [{ name: 'signed', runbook: 'says', signature: { scheme: 'github', secrets } }],
		environment,
	})
	const call = async (key: string) => verdict(runner.call('signed', 'body', github('body', key)))
	assert.deepEqual([await call(secret), await call('the next secret')], ['202', '503 ServiceUnavailable'])
	const body = JSON.stringify({ name: 'next', properties: { userName: 'any', password: 'the next secret' } })
	assert.equal((await runner.manage(`${accountPath}/credentials/next`, { method: 'PUT', body })).status, 201)
	await until('the next secret is taken', async () => (await call('the next secret')) === '202')
	assert.deepEqual([await call(secret), await call('a third secret')], ['202', '401 InvalidSignature'])
})

test('a webhook that is called by its name needs its signature alone; names of others are told to nobody', async () => {
	await using runner = await startRunner({
		runbooks: { says },
		webhooks: [
			{ name: 'by name', runbook: 'says', isTokenRequired: false, signature: signature('github') },
			{ name: 'by-token', runbook: 'says' },
		],
		environment,
	})
	const printed = runner.printed.find((line) => line.startsWith('Webhook by name: '))
	assert.equal(printed, `Webhook by name: ${runner.url}/webhooks/by%20name`)
	const call = (name: string, headers = {}) => verdict(fetch(`${runner.url}/webhooks/${name}`, { method: 'POST', body: 'body', headers }))
	assert.deepEqual(
		[await call('by%20name', github('body')), await call('BY%20NAME', github('body')), await call('by%20name')],
		['202', '202', '401 InvalidSignature'],
	)
	for (const name of ['by-token', 'nobody', 'by%20name%20']) assert.equal(await call(name, github('body')), '404 WebhookNotFound', name)
	assert.equal(await call('by%20name/more', github('body')), '404 NotFound')
	assert.equal(await verdict(fetch(`${runner.url}/webhooks/by%20name`)), '405 MethodNotAllowed')
	runner.writeWebhooks([{ name: 'by-token', runbook: 'says' }])
	await until('it is gone with its entry', async () => (await call('by%20name', github('body'))) === '404 WebhookNotFound')
})

test('addresses that are not listed are refused before the body is looked at, whatever they say of themselves', async () => {
	const webhooks = [
		{ name: 'here', runbook: 'says', allowedAddresses: ['127.0.0.0/8'] },
		{ name: 'elsewhere', runbook: 'says', allowedAddresses: ['192.0.2.0/24', '2001:db8::/32'] },
	]
	await using runner = await startRunner({ runbooks: { says }, webhooks })
	const call = (name: string, forwardedFor?: string) =>
		verdict(runner.call(name, 'body', forwardedFor === undefined ? {} : { 'X-Forwarded-For': forwardedFor }))
	assert.equal(await call('here'), '202')
	for (const forwarded of [undefined, '192.0.2.1', '127.0.0.1, 192.0.2.1'])
		assert.equal(await call('elsewhere', forwarded), '403 AddressNotAllowed')
	await runner.end('SIGTERM')
	await runner.restart({ RUNHOOK_TRUSTED_PROXIES: '127.0.0.1, ::1' })
	assert.deepEqual(
		[await call('elsewhere', '192.0.2.1'), await call('elsewhere', '2001:db8::9'), await call('here', '192.0.2.1')],
		['202', '202', '403 AddressNotAllowed'],
	)
	// What the client wrote before the proxy's own word counts for nothing.
	for (const forwarded of ['192.0.2.1, 198.51.100.1', 'garbage']) assert.equal(await call('elsewhere', forwarded), '403 AddressNotAllowed')
})

test('over its rate a webhook answers 429 and when to come again; calls that are not let in do not count', async () => {
	await using runner = await startRunner({
		runbooks: { says },
		webhooks: [
			{ name: 'rated', runbook: 'says', rateLimit: { calls: 2, seconds: 3600 }, signature: signature('github') },
			{ name: 'other', runbook: 'says' },
		],
		environment,
	})
	for (let count = 0; count < 5; count++) assert.equal(await verdict(runner.call('rated', 'body')), '401 InvalidSignature')
	const call = () => runner.call('rated', 'body', github('body'))
	assert.deepEqual([(await call()).status, (await call()).status], [202, 202])
	const refused = await call()
	assert.equal(await verdict(refused), '429 TooManyRequests')
	const seconds = Number(refused.headers.get('retry-after'))
	assert.ok(seconds > 1700 && seconds <= 1800, String(seconds))
	assert.equal(await verdict(runner.call('other', 'body')), '202')
})

test("a webhook's own limit of the body holds, announced or not", async () => {
	await using runner = await startRunner({ runbooks: { says }, webhooks: [{ name: 'small', runbook: 'says', bodyBytesMax: 10 }] })
	assert.deepEqual(
		[await verdict(runner.call('small', '0123456789')), await verdict(runner.call('small', '0123456789a'))],
		['202', '413 PayloadTooLarge'],
	)
	const stream = new ReadableStream({
		start(controller) {
			for (let count = 0; count < 11; count++) controller.enqueue(Buffer.from('x'))
			controller.close()
		},
	})
	const chunked = await fetch(runner.webhookUrl('small'), { method: 'POST', body: stream, duplex: 'half' } as RequestInit)
	assert.equal(await verdict(chunked), '413 PayloadTooLarge')
})

test('in observe mode everything is accepted, and what would have been refused is told', async () => {
	await using runner = await startRunner({
		runbooks: { says },
		webhooks: [
			{
				...{ name: 'watched', runbook: 'says', protectionMode: 'observe', signature: signature('github'), bodyBytesMax: 3 },
				...{ allowedAddresses: ['192.0.2.1'], rateLimit: { calls: 1, seconds: 3600 } },
				entraId: { tenantId: '11111111-2222-3333-4444-555555555555', audience: 'api://runhook' },
			},
			{ name: 'unset', runbook: 'says', protectionMode: 'observe', signature: { scheme: 'slack', secrets: [{ variable: 'none' }] } },
		],
		environment,
	})
	assert.deepEqual([await verdict(runner.call('watched', 'body')), await verdict(runner.call('watched', 'body'))], ['202', '202'])
	assert.equal(await verdict(runner.call('unset', 'body')), '202')
	const told = (refusal: string) =>
		runner.logged.filter((line) => line.includes('would have been refused') && line.includes(refusal)).length
	await until('all is told', () => told('cannotCheck') === 1)
	// Each of them, so that who lets the first one pass is not refused for the next.
	const refusals = ['addressNotAllowed', 'invalidSignature', 'invalidBearerToken', 'bodyTooLarge', 'tooManyCalls']
	assert.deepEqual(refusals.map(told), [2, 2, 2, 2, 1])
	runner.writeWebhooks([{ name: 'watched', runbook: 'says', signature: signature('github') }])
	await until('the signature is asked for', async () => (await runner.call('watched', 'body')).status === 401)
})

test('of several protections the first in the documented order answers', async () => {
	const all = { signature: signature('github'), bodyBytesMax: 4, rateLimit: { calls: 1, seconds: 3600 } }
	await using runner = await startRunner({
		runbooks: { says },
		webhooks: [
			{ name: 'all', runbook: 'says', ...all },
			{ name: 'away', runbook: 'says', ...all, allowedAddresses: ['192.0.2.1'] },
			{ name: 'off', runbook: 'says', ...all, allowedAddresses: ['192.0.2.1'], isEnabled: false },
		],
		environment,
	})
	assert.equal(await verdict(runner.call('off', 'too long')), '400 WebhookExpiredOrDisabled')
	assert.equal(await verdict(runner.call('away', 'too long')), '403 AddressNotAllowed')
	assert.equal(await verdict(runner.call('all', 'too long')), '413 PayloadTooLarge')
	const named = { ...github('body'), 'X-GitHub-Delivery': 'one' }
	assert.equal(await verdict(runner.call('all', 'body', { 'X-GitHub-Delivery': 'one' })), '401 InvalidSignature')
	assert.equal(await verdict(runner.call('all', 'body', named)), '202')
	// Also a repeated delivery counts.
	assert.equal(await verdict(runner.call('all', 'body', named)), '429 TooManyRequests')
})

const accountPath =
	'/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/runhook/providers/Microsoft.Automation/automationAccounts/runhook'

test.run()
