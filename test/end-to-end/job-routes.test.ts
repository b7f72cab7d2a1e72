import assert from 'node:assert/strict'
import { test } from 'uvu'
import { type Runner, startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const records = `import { defineRunbook, WebhookData, z } from 'runhook'
export default defineRunbook({
	parameters: z.object({ Count: z.number().optional(), WebhookData: WebhookData.optional() }),
	logProgress: true,
	run({ output, warning, error, progress }) {
		output('first\\nline')
		output({ list: [1, null], text: 'é' })
		warning('low')
		error('not good')
		progress({ activity: 'Copying', percentComplete: 50 })
		output('x'.repeat(100))
		output('')
	},
})`
const waits = `import { defineRunbook } from 'runhook'
export default defineRunbook({ run: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve)) })`
const account =
	'/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/runhook/providers/Microsoft.Automation/automationAccounts/runhook'
const utc = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

const withToken = (runner: Runner, path: string, token: string, method = 'GET') =>
	fetch(runner.url + path, { method, headers: { authorization: `Bearer ${token}` } })
const tokenOf = (runner: Runner, name: string) => new URL(runner.webhookUrl(name)).searchParams.get('token')!
const codeOf = async (response: Response) => [response.status, ((await response.json()) as { code: string }).code]

/** An action on a job: its status and message, or the status alone where the body is empty. */
async function act(runner: Runner, jobId: string, action: string): Promise<[number, string]> {
	const response = await runner.manage(`/jobs/${jobId}/${action}`, { method: 'POST' })
	const text = await response.text()
	return [response.status, text === '' ? '' : JSON.parse(text).message]
}

test('a manager reads a job in full, at the root and under the account, and its output to the letter', async () => {
	await using runner = await startRunner({
		runbooks: { records },
		webhooks: [{ name: 'call', runbook: 'records', parameters: { Count: 3 } }],
		environment: { RUNHOOK_ACCOUNT: 'Runhook' },
	})
	const jobId = await runner.start('call', 'a body')
	await runner.untilJob(jobId, 'Completed')
	const path = account.replace(/runhook$/, 'Runhook')
	const job = (await (await runner.manage(`/jobs/${jobId}`)).json()) as { properties: Record<string, unknown> }
	const { creationTime, queuedTime, claimTime, startTime, endTime, lastModifiedTime, lastStatusModifiedTime, parameters, ...rest } =
		job.properties
	assert.deepEqual(
		{ ...job, properties: rest },
		{
			id: `${path}/jobs/${jobId}`,
			name: jobId,
			type: 'Microsoft.Automation/AutomationAccounts/Jobs',
			properties: {
				jobId,
				runbook: { name: 'records' },
				webhook: { name: 'call' },
				status: 'Completed',
				statusDetails: 'None',
				provisioningState: 'Succeeded',
				startedBy: null,
				runOn: null,
				exception: null,
				priority: 0,
				concurrencyKey: null,
				tryCount: 1,
				waits: [],
			},
		},
	)
	for (const time of [creationTime, queuedTime, claimTime, startTime, endTime, lastModifiedTime, lastStatusModifiedTime])
		assert.match(String(time), utc)
	const { Count, WebhookData } = parameters as Record<string, string>
	assert.equal(Count, '3')
	assert.deepEqual([JSON.parse(WebhookData!).WebhookName, JSON.parse(WebhookData!).RequestBody], ['call', 'a body'])

	for (const asked of [`${path}/jobs/${jobId}`, `${path.toLowerCase()}/jobs/${jobId.toUpperCase()}`, `/JOBS/${jobId}`])
		assert.equal((await runner.manage(asked)).status, 200, asked)
	for (const asked of [`${path}s/jobs/${jobId}`, path.replace('0000-0000', '0000-0001'), '/jobs/none', `/jobs/${jobId.slice(1)}`])
		assert.deepEqual(await codeOf(await runner.manage(asked)), [404, 'NotFound'], asked)

	const output = await runner.manage(`${path}/jobs/${jobId}/output`)
	assert.equal(output.headers.get('content-type'), 'text/plain; charset=utf-8')
	assert.equal(await output.text(), `first\nline\n{"list":[1,null],"text":"é"}\n${'x'.repeat(100)}\n\n`)

	const { value } = (await (await runner.manage(`/jobs/${jobId}/streams`)).json()) as {
		value: { id: string; properties: Record<string, string> }[]
	}
	assert.deepEqual(
		value.map(({ properties }) => [properties.streamType, properties.summary]),
		[
			['Output', 'first\nline'],
			['Output', '{"list":[1,null],"text":"é"}'],
			['Warning', 'low'],
			['Error', 'not good'],
			['Progress', 'Copying (50 %)'],
			['Output', `${'x'.repeat(83)}...`],
			['Output', ''],
		],
	)
	const { id, properties } = value[1]!
	assert.equal(id, `${path}/jobs/${jobId}/streams/${properties.jobStreamId}`)
	assert.match(properties.jobStreamId!, new RegExp(`^${jobId}_\\d{20}_00000000000000000002$`))
	const record = (await (await runner.manage(id)).json()) as { properties: Record<string, unknown> }
	assert.deepEqual(record.properties, {
		...properties,
		streamText: '{"list":[1,null],"text":"é"}\r\n',
		value: { value: { list: [1, null], text: 'é' } },
	})
	assert.equal((await runner.manage(`/jobs/${jobId}/streams/${properties.jobStreamId!.replace(/2$/, '9')}`)).status, 404)
	assert.equal((await runner.manage(`/jobs/${jobId}/streams?$skiptoken=x`)).status, 400)
	assert.equal((await runner.manage(`/jobs/${jobId}/streams?$filter=properties/streamType ne 'Error'`)).status, 400)
	assert.equal((await runner.manage(`${path}/jobs/%zz`)).status, 400)
})

test("a webhook's own token shows the status and times of its jobs and nothing else, until the webhook is deleted", async () => {
	await using runner = await startRunner({
		runbooks: { records },
		webhooks: [
			{ name: 'mine', runbook: 'records' },
			{ name: 'other', runbook: 'records' },
		],
	})
	const jobId = await runner.start('mine')
	await runner.untilJob(jobId, 'Completed')
	const mine = tokenOf(runner, 'mine')
	const read = () => withToken(runner, `/jobs/${jobId}`, mine)
	const seen = (await (await read()).json()) as Record<string, string>
	assert.deepEqual(Object.keys(seen), ['jobId', 'status', 'creationTime', 'startTime', 'endTime'])
	assert.deepEqual([seen.jobId, seen.status], [jobId, 'Completed'])
	for (const time of [seen.creationTime, seen.startTime, seen.endTime]) assert.match(time!, utc)
	assert.equal((await withToken(runner, `${account}/jobs/${jobId}`, mine)).status, 200)

	assert.deepEqual(await codeOf(await withToken(runner, `/jobs/${jobId}`, tokenOf(runner, 'other'))), [404, 'NotFound'])
	for (const path of ['output', 'streams', 'streams?follow', 'streams/x'])
		assert.deepEqual(await codeOf(await withToken(runner, `/jobs/${jobId}/${path}`, mine)), [403, 'Forbidden'], path)
	for (const action of ['stop', 'suspend', 'resume'])
		assert.deepEqual(await codeOf(await withToken(runner, `/jobs/${jobId}/${action}`, mine, 'POST')), [403, 'Forbidden'], action)

	for (const path of [`/jobs/${jobId}`, '/jobs/none', `/jobs/${jobId}/output`, `${account}/jobs/${jobId}`]) {
		const nobody = await fetch(runner.url + path)
		assert.equal(nobody.headers.get('www-authenticate'), 'Bearer')
		assert.deepEqual(await codeOf(nobody), [401, 'Unauthorized'], path)
		for (const token of ['unknown', 'management-token-of-the-test', mine.slice(1)])
			assert.deepEqual(await codeOf(await withToken(runner, path, token)), [401, 'Unauthorized'])
	}
	assert.equal((await fetch(`${runner.url}/jobs/${jobId}`, { headers: { authorization: `Basic ${mine}` } })).status, 401)

	runner.writeWebhooks([
		{ name: 'mine', runbook: 'records', isEnabled: false },
		{ name: 'other', runbook: 'records' },
	])
	await until('it is disabled', async () => (await runner.call('mine')).status === 400)
	assert.equal((await read()).status, 200)
	runner.writeWebhooks([{ name: 'other', runbook: 'records' }])
	await until('it is deleted', async () => (await runner.call('mine')).status === 404)
	assert.equal((await read()).status, 401)
	const secrets = [mine, tokenOf(runner, 'other'), 'management-token-of-the-tests']
	assert.deepEqual(
		runner.logged.filter((line) => secrets.some((secret) => line.includes(secret))),
		[],
	)
})

test('jobs are stopped, suspended and resumed as their status allows', async () => {
	await using runner = await startRunner({
		runbooks: { waits, records },
		environment: { RUNHOOK_CONCURRENCY: '1', RUNHOOK_SHUTDOWN_SECONDS: '0' },
	})
	const running = await runner.start('waits')
	await runner.untilJob(running, 'Running')
	const [stopped, resumed] = [await runner.start('records'), await runner.start('records')]
	assert.equal((await runner.job(stopped)).properties.status, 'New')

	assert.deepEqual(await act(runner, running, 'suspend'), [409, 'A running TypeScript job cannot be suspended.'])
	assert.deepEqual(await act(runner, running, 'resume'), [409, 'The job is not suspended: Running.'])
	for (const jobId of [stopped, resumed, resumed]) assert.deepEqual(await act(runner, jobId, 'suspend'), [200, ''])
	assert.equal((await runner.job(resumed)).properties.status, 'Suspended')
	assert.deepEqual(await act(runner, stopped, 'stop'), [200, ''])
	assert.deepEqual(await act(runner, stopped, 'stop'), [409, 'The job has already ended: Stopped.'])
	assert.match((await runner.job(stopped)).properties.endTime!, utc)
	assert.deepEqual(await act(runner, resumed, 'resume'), [200, ''])
	assert.equal((await runner.job(resumed)).properties.status, 'New')

	assert.deepEqual(await act(runner, running, 'stop'), [200, ''])
	const { properties } = await runner.untilJob(running)
	assert.deepEqual([properties.status, properties.exception], ['Stopped', 'The job was stopped.'])
	await runner.untilJob(resumed, 'Completed')
	for (const action of ['stop', 'suspend', 'resume'])
		assert.deepEqual(await act(runner, resumed, action), [409, 'The job has already ended: Completed.'], action)
	assert.equal((await runner.manage(`/jobs/none/stop`, { method: 'POST' })).status, 404)
	assert.equal((await runner.manage(`/jobs/${resumed}/remove`, { method: 'POST' })).status, 404)
})

test.run()
