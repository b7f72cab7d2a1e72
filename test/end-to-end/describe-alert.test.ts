import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import { startRunner } from '../support/runner.ts'

const folder = new URL('../alerts/payloads/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8')
const { files } = JSON.parse(read('index.json')) as { files: Record<string, Record<string, unknown>> }

test('whatever is sent to describe-alert is told in one record', async () => {
	await using runner = await startRunner({
		webhooks: [
			{ name: 'describe-alert', runbook: 'describe-alert' },
			{ name: 'with-raw', runbook: 'describe-alert', parameters: { raw: true } },
		],
	})
	const told = async (webhook: string, body: string | Uint8Array<ArrayBuffer>, headers?: Record<string, string>) => {
		const answer = await runner.call(webhook, body, headers)
		assert.equal(answer.status, 202)
		const [jobId] = ((await answer.json()) as { JobIds: string[] }).JobIds
		const job = await runner.untilJob(jobId!)
		assert.equal(job.properties.status, 'Completed', job.properties.exception ?? '')
		const records = (await runner.streams(jobId!)).map(({ properties }) => properties.streamType)
		assert.deepEqual(records, ['Output'])
		return JSON.parse(await runner.output(jobId!)) as Record<string, unknown>
	}

	for (const [name, { headers, ...expected }] of Object.entries(files)) {
		// The runner answers this question itself, and starts no job.
		if (expected.kind === 'eventgrid-validation') continue
		const facts = await told('describe-alert', read(name), headers as Record<string, string>)
		for (const fact of ['kind', 'subkind', 'resourceIds', 'condition', 'severity', 'rule'])
			assert.deepEqual(facts[fact], expected[fact], `${name}: ${fact}`)
		assert.equal('raw' in facts, false)
	}
	const budget = await told('with-raw', read('budget-notification.json'))
	assert.deepEqual(budget.raw, JSON.parse(read('budget-notification.json')))
	const form = String(new URLSearchParams({ payload: '{"action":"opened"}' }))
	const issue = await told('describe-alert', form, { 'X-GitHub-Event': 'issues', 'Content-Type': 'application/x-www-form-urlencoded' })
	assert.deepEqual([issue.kind, issue.subkind], ['github-issues', 'opened'])

	const nested = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`
	const data = `{"customProperties":{"team":"web","deep":${nested}},"essentials":{"alertRule":"cpu"}}`
	const deep = `{"schemaId":"azureMonitorCommonAlertSchema","data":${data}}`
	for (const webhook of ['describe-alert', 'with-raw']) {
		const facts = await told(webhook, deep)
		assert.deepEqual([facts.kind, facts.rule, facts.properties], ['azure-common-alert', 'cpu', { team: 'web' }])
		const reason = 'The body is nested too deeply to be written again: raw is its text.'
		assert.deepEqual([facts.raw, facts.reason], webhook === 'with-raw' ? [deep, reason] : [undefined, undefined])
	}

	assert.deepEqual(await told('describe-alert', '<alert/>'), { kind: 'unknown', reason: 'The body is not JSON: <alert/>' })
	assert.deepEqual(await told('describe-alert', ''), { kind: 'unknown', reason: 'The body is not JSON: (empty)' })
	assert.deepEqual(await told('describe-alert', new Uint8Array([0xff, 0xfe])), {
		kind: 'unknown',
		reason: 'WebhookData.RequestBody is no text: it is the base64 of bytes that are not UTF-8.',
	})
	assert.equal((await told('describe-alert', '{"text":"custom"}')).kind, 'unknown')
})

test.run()
