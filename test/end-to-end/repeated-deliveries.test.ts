import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'uvu'
import { runbookText } from '../support/runbook-text.ts'
import { type Runner, startRunner } from '../support/runner.ts'

const says = runbookText('output(parameters.WebhookData.RequestBody)', { declares: 'parameters: z.object({ WebhookData }),' })
const open = (environment: Record<string, string> = {}) =>
	startRunner({
		runbooks: { says },
		webhooks: [
			{ name: 'one', runbook: 'says' },
			{ name: 'two', runbook: 'says' },
			{ name: 'by body', runbook: 'says', bodyIdentifiesDelivery: true },
		],
		environment,
	})
const jobCount = async (runner: Runner) => ((await (await runner.manage('/jobs')).json()) as { value: unknown[] }).value.length

test('a delivery that comes again is answered with the job of the first time, per webhook, also after a restart', async () => {
	await using runner = await open()
	const headers = { 'X-GitHub-Delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958' }
	const first = await runner.start('one', 'body', headers)
	assert.equal(await runner.start('one', 'body', headers), first)
	assert.equal(await runner.start('one', 'another body', headers), first)
	const again = await runner.call('one', 'body', headers)
	assert.equal(again.headers.get('location'), `${runner.url}/jobs/${first}`)
	assert.notEqual(await runner.start('two', 'body', headers), first)
	assert.equal(await jobCount(runner), 2)
	assert.equal(await runner.start('one', 'body', headers), first)
	await runner.end('SIGKILL')
	await runner.restart()
	assert.equal(await runner.start('one', 'body', headers), first)
	assert.notEqual(await runner.start('one', 'body'), await runner.start('one', 'body'))
})

test('the same delivery many times at once makes one job', async () => {
	await using runner = await open()
	const ids = await Promise.all(Array.from({ length: 50 }, () => runner.start('one', 'body', { 'Idempotency-Key': 'a' })))
	assert.equal(new Set(ids).size, 1)
	assert.equal(await jobCount(runner), 1)
})

test("the caller's own key with another body is the caller's mistake", async () => {
	await using runner = await open()
	const first = await runner.start('one', 'body', { 'Idempotency-Key': 'a' })
	const refused = await runner.call('one', 'another body', { 'Idempotency-Key': 'a' })
	assert.deepEqual([refused.status, ((await refused.json()) as { code: string }).code], [422, 'IdempotencyKeyReused'])
	assert.equal(await runner.start('one', 'body', { 'Idempotency-Key': 'a' }), first)
})

test('a recorded call of Standard Webhooks makes no second job, whatever ids are added to it', async () => {
	const secret = 'whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cw=='
	await using runner = await startRunner({
		runbooks: { says },
		webhooks: [{ name: 'signed', runbook: 'says', signature: { scheme: 'standardWebhooks', secrets: [{ variable: 'hook-secret' }] } }],
		environment: { RUNHOOK_VARIABLE_HOOK_SECRET: secret },
	})
	const time = String(Math.floor(Date.now() / 1_000))
	const hmac = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64')).update(`msg_1.${time}.body`)
	const recorded = { 'webhook-id': 'msg_1', 'webhook-timestamp': time, 'webhook-signature': `v1,${hmac.digest('base64')}` }
	const first = await runner.start('signed', 'body', recorded)
	for (const added of ['Idempotency-Key', 'X-GitHub-Delivery'])
		assert.equal(await runner.start('signed', 'body', { ...recorded, [added]: 'other' }), first, added)
})

test('where the webhook says so, the same body is the same delivery', async () => {
	await using runner = await open()
	const first = await runner.start('by body', '{"a":1}')
	assert.equal(await runner.start('by body', '{"a":1}'), first)
	assert.notEqual(await runner.start('by body', '{"a":2}'), first)
})

test('a delivery that was refused is not known: it makes its job when it comes again', async () => {
	const waits = `import { defineRunbook } from 'runhook'
		export default defineRunbook({ run: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve)) })`
	await using runner = await startRunner({
		runbooks: { waits },
		environment: { RUNHOOK_CONCURRENCY: '1', RUNHOOK_QUEUE_LIMIT: '1', RUNHOOK_SHUTDOWN_SECONDS: '0' },
	})
	await runner.untilJob(await runner.start('waits', '', { 'Idempotency-Key': '1' }), 'Running')
	const second = await runner.start('waits', '', { 'Idempotency-Key': '2' })
	const third = () => runner.call('waits', '', { 'Idempotency-Key': '3' })
	assert.equal((await third()).status, 503)
	// Its job is there, so its sender need not come again because others wait.
	assert.equal(await runner.start('waits', '', { 'Idempotency-Key': '2' }), second)
	assert.equal((await runner.manage(`/jobs/${second}/stop`, { method: 'POST' })).status, 200)
	assert.equal((await third()).status, 202)
})

test.run()
