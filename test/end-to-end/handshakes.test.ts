import assert from 'node:assert/strict'
import { test } from 'uvu'
import { runbookText } from '../support/runbook-text.ts'
import { type Runner, startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const describes = runbookText('output(parameters.WebhookData.RequestBody)', { declares: 'parameters: z.object({ WebhookData }),' })
const open = () =>
	startRunner({
		runbooks: { describes },
		webhooks: [
			{ name: 'closed', runbook: 'describes' },
			{ name: 'open', runbook: 'describes', allowedOrigins: ['EventGrid.azure.net', 'events.example:8443'] },
			{ name: 'any', runbook: 'describes', allowedOrigins: ['*'] },
			{ name: 'off', runbook: 'describes', allowedOrigins: ['*'], isEnabled: false },
		],
	})
const code = '512d38b6-c7b8-40c8-89fe-f46f9e9622b6'
const validation = (data: unknown, eventType = 'Microsoft.EventGrid.SubscriptionValidationEvent') =>
	JSON.stringify([
		{ id: '1', topic: '/subscriptions/x', subject: '', data, eventType, eventTime: '2018-01-25T22:12:19.4556811Z', dataVersion: '1' },
	])
const jobCount = async (runner: Runner) => ((await (await runner.manage('/jobs')).json()) as { value: unknown[] }).value.length

test("Event Grid's validation is answered with 200 and its code, and makes no job", async () => {
	await using runner = await open()
	for (const headers of [{ 'aeg-event-type': 'SubscriptionValidation' }, {}]) {
		const response = await runner.call('closed', validation({ validationCode: code, validationUrl: 'https://a' }), headers)
		assert.deepEqual([response.status, await response.json()], [200, { validationResponse: code }])
	}
	assert.equal((await runner.call('off', validation({ validationCode: code }))).status, 400)
	assert.equal(await jobCount(runner), 0)
	// What only looks like it is an ordinary delivery.
	for (const body of [
		validation({}),
		validation(null),
		validation({ validationCode: 5 }),
		validation({ validationCode: code }, 'Other'),
		'[]',
		'[{',
	]) {
		const text = `${body} Microsoft.EventGrid.SubscriptionValidationEvent`
		assert.deepEqual([(await runner.call('closed', body)).status, (await runner.call('closed', text)).status], [202, 202], body)
	}
})

test('a CloudEvents sender that asks is told whether the webhook allows its origin; by default it does not', async () => {
	await using runner = await open()
	const ask = (name: string, headers: Record<string, string>) => fetch(runner.webhookUrl(name), { method: 'OPTIONS', headers })
	const table: [string, string, number][] = [
		['closed', 'eventgrid.azure.net', 405],
		['open', 'eventgrid.azure.net', 200],
		['open', 'EVENTS.example:8443', 200],
		['open', 'other.example', 405],
		['any', 'other.example', 200],
		['off', 'eventgrid.azure.net', 400],
	]
	for (const [name, origin, status] of table) {
		const response = await ask(name, { 'WebHook-Request-Origin': origin, 'WebHook-Request-Rate': '120' })
		const { headers } = response
		assert.deepEqual(
			[response.status, headers.get('webhook-allowed-origin')],
			[status, status === 200 ? origin : null],
			`${name} ${origin}`,
		)
		if (status === 200)
			assert.deepEqual([headers.get('webhook-allowed-rate'), headers.get('allow'), await response.text()], ['*', 'POST', ''])
	}
	const plain = await ask('any', {})
	assert.deepEqual([plain.status, plain.headers.get('allow'), plain.headers.get('webhook-allowed-origin')], [405, 'POST', null])
	const unknown = await fetch(`${runner.url}/webhooks?token=x`, { method: 'OPTIONS', headers: { 'WebHook-Request-Origin': 'a' } })
	assert.equal(unknown.status, 400)
	assert.equal(await jobCount(runner), 0)
	const delivered = await runner.call('open', '{"specversion":"1.0"}', { 'WebHook-Request-Origin': 'eventgrid.azure.net' })
	assert.equal(delivered.status, 202)
})

test("GitHub's ping is an ordinary delivery", async () => {
	await using runner = await open()
	const jobId = await runner.start('closed', '{"zen":"Keep it logically awesome."}', { 'X-GitHub-Event': 'ping' })
	await runner.untilJob(jobId)
	assert.equal(await runner.output(jobId), '{"zen":"Keep it logically awesome."}\n')
})

test('the origins that a webhook allows follow webhooks.json', async () => {
	await using runner = await open()
	const url = runner.webhookUrl('closed')
	const ask = () => fetch(url, { method: 'OPTIONS', headers: { 'WebHook-Request-Origin': 'a.example' } })
	assert.equal((await ask()).status, 405)
	runner.writeWebhooks([{ name: 'closed', runbook: 'describes', allowedOrigins: ['a.example'] }])
	await until('the origin is allowed', async () => (await ask()).status === 200)
})

test.run()
