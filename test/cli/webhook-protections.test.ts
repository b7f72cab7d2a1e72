import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { letInto, runCommand } from '../support/command.ts'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'

const echo = runbookText('output(parameters.WebhookData.RequestBody)', { declares: 'parameters: z.object({ WebhookData }),' })

async function openPlace() {
	const runner = await startRunner({
		runbooks: { echo },
		webhooks: [],
		environment: { RUNHOOK_VARIABLE_HOOK_SECRET: 'a secret of the tests' },
	})
	const run = (...words: string[]) => runCommand(['webhook', ...words], { environment: letInto(runner) })
	const done = async (...words: string[]) => {
		const { code, stdout, stderr } = await run(...words)
		assert.equal(code, 0, stderr)
		return JSON.parse(stdout)
	}
	return { runner, run, done, [Symbol.asyncDispose]: () => runner[Symbol.asyncDispose]() }
}
const post = async (url: string, headers: Record<string, string> = {}) =>
	(await fetch(url, { method: 'POST', body: 'called', headers })).status

test('a webhook is created with what guards it, shown with it, and its guards are changed and taken away', async () => {
	await using place = await openPlace()
	const { run, done } = place
	const created = await done(
		...['create', 'hook', '--runbook', 'echo', '--expires', '30d', '--signature', 'github', '--secret-variable', 'hook-secret'],
		...['--allow-address', '127.0.0.1', '--allow-address', '::1', '--rate', '60/1m', '--body-max', '1000'],
	)
	const { signature, allowedAddresses, rateLimit, bodyBytesMax, uri } = created.properties
	assert.deepEqual(
		{ signature, allowedAddresses, rateLimit, bodyBytesMax },
		{
			signature: { scheme: 'github', secrets: [{ variable: 'hook-secret' }] },
			allowedAddresses: ['127.0.0.1', '::1'],
			rateLimit: { calls: 60, seconds: 60 },
			bodyBytesMax: 1000,
		},
	)
	assert.equal(await post(uri), 401)
	assert.match(
		(await run('show', 'hook', '--output', 'table')).stdout,
		/\nGuarded by +signature github, secret in variable 'hook-secret'\n +from 127\.0\.0\.1, ::1\n +at most 60 calls in 60 s\n +body of at most 1000 bytes\n$/,
	)
	await done('protect', 'hook', '--mode', 'observe')
	assert.equal(await post(uri), 202)
	await done('protect', 'hook', '--mode', 'enforce', '--signature', 'gitlab', '--secret-variable', 'hook-secret')
	assert.deepEqual([await post(uri), await post(uri, { 'X-Gitlab-Token': 'a secret of the tests' })], [401, 202])
	const signed = ['--signature', 'hmac', '--secret-variable', 'none', '--signature-header', 'X-Sign', '--timestamp-header', 'X-Time']
	const details = [
		'--signature-algorithm',
		'sha512',
		'--signature-encoding',
		'base64',
		'--signature-prefix',
		'v1=',
		'--signature-tolerance',
		'1m',
	]
	const tenant = ['--entra-tenant', '11111111-2222-3333-4444-555555555555', '--entra-audience', 'api://runhook']
	const detailed = await done(
		...['protect', 'hook', ...signed, ...details, ...tenant, '--entra-role', 'One', '--entra-role', 'Two'],
		...['--entra-authority', 'https://login.microsoftonline.us'],
	)
	const { scheme: _, secrets, ...rest } = detailed.properties.signature
	const hmac = { header: 'X-Sign', timestampHeader: 'X-Time', algorithm: 'sha512', encoding: 'base64', prefix: 'v1=', toleranceSeconds: 60 }
	assert.deepEqual([secrets, rest], [[{ variable: 'none' }], hmac])
	const { roles, authority } = detailed.properties.entraId
	assert.deepEqual([roles, authority], [['One', 'Two'], 'https://login.microsoftonline.us'])
	assert.match((await run('show', 'hook', '--output', 'table')).stdout, /\n +not to be checked now: There is no variable 'none'/)
	await done('protect', 'hook', '--remove', 'entraId')
	const removed = await done('protect', 'hook', '--remove', 'signature', 'rateLimit')
	assert.deepEqual([removed.properties.signature, removed.properties.rateLimit, removed.properties.bodyBytesMax], [null, null, 1000])
	assert.equal(await post(uri), 202)
})

test('how the jobs of a webhook wait is set, shown and taken away; a number that cannot be is refused', async () => {
	await using place = await openPlace()
	const { run, done } = place
	const waiting = (properties: Record<string, unknown>) =>
		['priority', 'concurrencyKey', 'concurrency', 'overflow'].map((member) => properties[member])
	const options = ['--priority', '-5', '--concurrency-key', 'body.repository.full_name', '--concurrency', '2', '--overflow', 'skip']
	const created = await done('create', 'hook', '--runbook', 'echo', '--expires', '30d', ...options)
	assert.deepEqual(waiting(created.properties), [-5, 'body.repository.full_name', 2, 'skip'])
	assert.match(
		(await run('show', 'hook', '--output', 'table')).stdout,
		/\nJobs +priority -5\n +at most 2 at a time of the same body\.repository\.full_name, overflow skip\n$/,
	)
	const removed = await done('protect', 'hook', '--remove', 'priority', 'concurrencyKey', 'overflow')
	assert.deepEqual(waiting(removed.properties), [0, null, 2, 'queue'])
	for (const [code, words, ...given] of [
		[1, /properties\.priority.* must be at most 100/, '--priority', '101'],
		[1, /properties\.concurrencyKey.* must be body\./, '--concurrency-key', 'query.token'],
		[2, /--concurrency x: give a whole number/, '--concurrency', 'x'],
	] as const) {
		const end = await run('protect', 'hook', ...given)
		assert.deepEqual([end.code, words.test(end.stderr)], [code, true], end.stderr)
	}
})

test('a webhook without a token is told its address; what cannot stand together is refused', async () => {
	await using place = await openPlace()
	const { runner, run, done } = place
	const create = (name: string) => ['create', name, '--runbook', 'echo', '--expires', '30d', '--without-token']
	const created = await done(...create('by name'), '--signature', 'gitlab', '--secret-variable', 'hook-secret')
	assert.equal(created.properties.uri, `${runner.url}/webhooks/by%20name`)
	assert.deepEqual(
		[await post(created.properties.uri), await post(created.properties.uri, { 'X-Gitlab-Token': 'a secret of the tests' })],
		[401, 202],
	)
	const refused = async (code: number, words: RegExp, ...command: string[]) => {
		const end = await run(...command)
		assert.equal(end.code, code, end.stderr)
		assert.match(end.stderr, words)
	}
	await refused(1, /only beside signature or entraId/, ...create('open'))
	await refused(1, /only beside signature or entraId/, 'protect', 'by name', '--remove', 'signature')
	await refused(1, /observe only while the token is required/, 'protect', 'by name', '--mode', 'observe')
	await refused(2, /name where its secret is kept[\s\S]*--secret-variable/, 'protect', 'by name', '--signature', 'github')
	await refused(2, /Give --signature/, 'protect', 'by name', '--secret-variable', 'x')
	await refused(2, /Give --signature/, 'protect', 'by name', '--signature-prefix', 'x')
	await refused(2, /go together/, 'protect', 'by name', '--entra-tenant', 'x')
	await refused(2, /go together/, 'protect', 'by name', '--entra-role', 'x')
	await refused(2, /--rate 5: give calls and a duration/, 'protect', 'by name', '--rate', '5')
	await refused(2, /cannot be set and removed at once/, 'protect', 'by name', '--rate', '5/1m', '--remove', 'rateLimit')
	await refused(2, /Say what is to guard it/, 'protect', 'by name')
	await refused(1, /must be an address such as/, 'protect', 'by name', '--allow-address', 'here')
	await refused(
		2,
		/nothing that guards a webhook/,
		'protect',
		'by name',
		'--rate',
		'5/1m',
		'--azure',
		'--endpoint',
		'http://127.0.0.1:1',
		'--subscription',
		'00000000-0000-0000-0000-000000000000',
		'--resource-group',
		'g',
		'--account',
		'a',
	)
})

test('calls are listed, shown, sent again and tried', async () => {
	await using place = await openPlace()
	const { runner, run, done } = place
	const { properties } = await done(
		'create',
		'hook',
		'--runbook',
		'echo',
		'--expires',
		'30d',
		'--signature',
		'gitlab',
		'--secret-variable',
		'hook-secret',
	)
	await post(properties.uri)
	await post(properties.uri, { 'X-Gitlab-Token': 'a secret of the tests', 'X-Own': 'yes' })
	const listed = await run('deliveries', 'hook', '--output', 'table')
	assert.match(
		listed.stdout,
		/^DELIVERY +TIME +FROM +ANSWER +JOB +REASON\n\S+ +.* 127\.0\.0\.1 +202 +\S{36}\n\S+ +.* 401 InvalidSignature +It has no header x-gitlab-token\.\n$/,
	)
	const { value } = await done('deliveries', 'hook', '--limit', '1')
	assert.equal(value.length, 1)
	const shown = await run('delivery', 'hook', value[0].name, '--output', 'table')
	assert.match(shown.stdout, /\nX-Own: yes|X-Own: yes/)
	assert.match(shown.stdout, /\nBody +called\n$/)
	assert.equal(shown.stdout.includes('a secret of the tests'), false)
	const { JobIds } = await done('replay', 'hook', value[0].name)
	await runner.untilJob(JobIds[0], 'Completed')
	assert.equal(await runner.output(JobIds[0]), 'called\n')
	writeFileSync(join(runner.folder, 'body.txt'), 'tried')
	const tried = await done('test', 'hook', '--body-file', join(runner.folder, 'body.txt'))
	await runner.untilJob(tried.properties.jobId, 'Completed')
	assert.equal(await runner.output(tried.properties.jobId), 'tried\n')
	assert.equal((await done('test', 'hook', '--dry-run', '--sender', 'github')).properties.jobId, null)
	await done('disable', 'hook')
	const refused = await run('test', 'hook', '--output', 'table')
	assert.equal(refused.code, 1)
	assert.match(refused.stdout, /^Answer +400 WebhookExpiredOrDisabled\n/)
})

test.run()
