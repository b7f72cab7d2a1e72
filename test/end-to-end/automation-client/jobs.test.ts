import assert from 'node:assert/strict'
import { test } from 'uvu'
import { account, automationClient, group, jobName, json, refusal, textOf } from '../../support/automation-client.ts'
import { runbookText } from '../../support/runbook-text.ts'
import { startRunner } from '../../support/runner.ts'
import { until } from '../../support/until.ts'

const counts = runbookText(
	`output({ count: parameters.count }); output(28); warning('Take care.'); console.error('Wrong.'); progress({ activity: 'Counting', percentComplete: 50 })`,
	{ declares: 'logProgress: true, parameters: z.object({ count: z.number(), name: z.string().optional() }),' },
)
const waits = runbookText('await new Promise((resolve) => signal.addEventListener("abort", resolve))')
const open = (environment = {}) => startRunner({ runbooks: { counts, waits, broken: 'export default 1' }, webhooks: [], environment })

test('a job is started, read by name and by id, and its streams, output and content are read', async () => {
	await using runner = await open()
	const { job, jobStream } = automationClient(runner)
	const name = jobName()
	const asked = { runbook: { name: 'Counts' }, parameters: { Count: '3' } }
	const started = await job.create(group, account, name, asked)
	assert.deepEqual([started._response.status, started.name, started.runbook?.name], [201, name, 'counts'])
	assert.deepEqual(started.parameters, { count: '3' })
	const jobId = started.jobId!
	assert.notEqual(jobId, name)
	await runner.untilJob(jobId)
	const ended = await job.get(group, account, name.toUpperCase())
	assert.deepEqual(
		[ended.jobId, ended.name, ended.status, ended.provisioningState, ended.exception],
		[jobId, name, 'Completed', 'Succeeded', null],
	)
	assert.ok(ended.startTime! <= ended.endTime!)
	const byId = await job.get(group, account, jobId)
	assert.deepEqual([byId.name, byId.id?.endsWith(`/jobs/${jobId}`), ended.id?.endsWith(`/jobs/${name.toUpperCase()}`)], [name, true, true])

	assert.equal(await textOf(await job.getOutput(group, account, name)), '{"count":3}\n28\n')
	assert.equal(await textOf(await job.getRunbookContent(group, account, jobId)), counts)
	const streams = await jobStream.listByJob(group, account, name)
	const types = streams.map(({ streamType }) => streamType)
	assert.deepEqual(types, ['Output', 'Output', 'Warning', 'Error', 'Progress'])
	const ids = streams.map(({ jobStreamId }) => jobStreamId!)
	assert.deepEqual(ids.toSorted(), ids)
	const whole = await jobStream.get(group, account, name, ids[1]!)
	assert.deepEqual([whole.streamText, whole.value], ['28\r\n', { value: 28 }])
	const list = async (filter: string) => (await jobStream.listByJob(group, account, jobId, { filter })).map(({ streamType }) => streamType)
	assert.deepEqual(await list("properties/streamType eq 'warning'"), ['Warning'])
	assert.deepEqual(await list("properties/streamType eq 'Any' and properties/time ge 2021-11-28T08:58:39.7001943Z"), types)
	assert.deepEqual(await list('properties/time le 2021-11-28T08:58:39.7001943Z'), [])
})

test('the same request again answers with the job that it made, also after its end; another one of that name is refused', async () => {
	await using runner = await open()
	const { job } = automationClient(runner)
	const create = (name: string, count: string, more = {}) =>
		job.create(group, account, name, { runbook: { name: 'counts' }, parameters: { count, ...more } })
	const name = jobName()
	const both = await Promise.all([create(name, '3'), create(name, '3')])
	assert.equal(both[0].jobId, both[1].jobId)
	await runner.untilJob(both[0].jobId!)
	const again = await create(name.toUpperCase(), '3')
	assert.deepEqual([again._response.status, again.jobId, again.status], [201, both[0].jobId, 'Completed'])
	const taken = /^409 Conflict: There is a job '.*' of another request already: choose another name\.$/
	assert.match(await refusal(create(name, '4')), taken)
	assert.match(await refusal(create(name, '3', { name: 'x' })), taken)
	assert.match(await refusal(create(both[0].jobId!, '3')), taken)
	assert.equal((await job.listByAutomationAccount(group, account)).length, 1)
})

test('jobs are stopped, suspended and resumed', async () => {
	await using runner = await open({ RUNHOOK_CONCURRENCY: '1' })
	const { job } = automationClient(runner)
	const start = async () => (await job.create(group, account, jobName(), { runbook: { name: 'waits' } })).jobId!
	const running = await start()
	await runner.untilJob(running, 'Running')
	const waiting = await start()
	assert.equal((await job.suspend(group, account, waiting))._response.status, 200)
	assert.equal((await job.get(group, account, waiting)).status, 'Suspended')
	assert.match(await refusal(job.suspend(group, account, running)), /^409 Conflict: A running TypeScript job cannot be suspended\.$/)
	assert.equal((await job.resume(group, account, waiting))._response.status, 200)
	assert.equal((await job.stop(group, account, running))._response.status, 200)
	assert.equal((await runner.untilJob(running)).properties.status, 'Stopped')
	await runner.untilJob(waiting, 'Running')
	await job.stop(group, account, waiting)
	await runner.untilJob(waiting, 'Stopped')
	assert.match(await refusal(job.stop(group, account, waiting)), /^409 Conflict: The job has already ended: Stopped\.$/)
})

test('jobs are listed in pages of absolute addresses, and filtered', async () => {
	await using runner = await open()
	const { job } = automationClient(runner)
	const names = Array.from({ length: 105 }, jobName)
	for (let at = 0; at < names.length; at += 15)
		await Promise.all(
			names.slice(at, at + 15).map((name) => job.create(group, account, name, { runbook: { name: 'counts' }, parameters: { count: '1' } })),
		)
	const first = await job.listByAutomationAccount(group, account)
	assert.equal(first.length, 100)
	assert.ok(first.nextLink?.startsWith(`${runner.url}/subscriptions/`))
	await job.create(group, account, jobName(), { runbook: { name: 'waits' } })
	const second = await job.listByAutomationAccountNext(first.nextLink!)
	assert.deepEqual([second.length, second.nextLink], [5, undefined])
	assert.equal(new Set([...first, ...second].map(({ name }) => name)).size, 105)
	assert.equal(first[0]!.jobId! > second.at(-1)!.jobId!, true)
	const one = await json<{ value: { properties: object }[]; nextLink: string }>(
		runner.manage('/jobs?$top=1&$filter=properties/runbook/name%20eq%20%27counts%27'),
	)
	assert.deepEqual([one.value.length, one.nextLink.includes('$filter=properties')], [1, true])
	assert.equal('parameters' in one.value[0]!.properties, false)
	await until('all have ended', async () => {
		const completed = await job.listByAutomationAccount(group, account, {
			filter: "properties/status eq 'Completed' and properties/runbook/name eq 'counts'",
		})
		return completed.length === 100 && completed.nextLink !== undefined
	})
	const since = await job.listByAutomationAccount(group, account, {
		filter: `properties/startTime ge ${new Date(Date.now() + 60_000).toISOString()}`,
	})
	assert.deepEqual([...since], [])
})

test('what cannot be done is refused with the reason', async () => {
	await using runner = await open()
	const { job, jobStream } = automationClient(runner)
	const create = (given: object, name: string = jobName()) => refusal(job.create(group, account, name, given))
	const started = await job.create(group, account, jobName(), { runbook: { name: 'counts' }, parameters: { count: '1' } })
	const list = (filter: string) => refusal(job.listByAutomationAccount(group, account, { filter }))
	const table: [() => Promise<string>, RegExp][] = [
		[() => create({ runbook: { name: 'none' } }), /^404 NotFound: There is no runbook 'none'\.$/],
		[() => create({ runbook: { name: 'broken' } }), /^400 BadRequest: Runbook 'broken' cannot be started: /],
		[() => create({}), /^400 BadRequest: The body does not fit\. properties(\.runbook)?: .*mandatory/],
		[() => create({ runbook: { name: 'counts' } }), /^400 BadRequest: Parameter 'count' is mandatory and has no value\.$/],
		[
			() => create({ runbook: { name: 'counts' }, parameters: { count: '1', other: '' } }),
			/has no parameter 'other': it has 'count', 'name'/,
		],
		[() => create({ runbook: { name: 'counts' }, runOn: 'group' }), /^400 BadRequest: Hybrid worker groups are not supported\.$/],
		[
			() => create({ runbook: { name: 'counts' }, parameters: { name: 'x'.repeat(524_289) } }),
			/Max allowed length:524288\. Parameter names: name$/,
		],
		[() => create({ runbook: { name: 'waits' } }, 'a'.repeat(129)), /^400 BadRequest: The name of a job has 1 to 128 characters/],
		[() => refusal(job.get(group, account, 'none')), /^404 NotFound: There is no job 'none'\.$/],
		[() => refusal(job.stop(group, account, 'none')), /^404 NotFound: There is no job 'none'\.$/],
		[() => refusal(job.getOutput(group, account, 'none')), /^404 /],
		[() => refusal(job.getRunbookContent(group, account, 'none')), /^404 /],
		[() => refusal(jobStream.listByJob(group, account, 'none')), /^404 NotFound: There is no job 'none'\.$/],
		[() => refusal(jobStream.get(group, account, started.jobId!, 'none')), /^404 NotFound: The job has no such stream record\.$/],
		[
			() => refusal(jobStream.listByJob(group, account, started.jobId!, { filter: "properties/summary eq 'a'" })),
			/^400 BadRequest: The filter cannot be by properties\/summary/,
		],
		[() => list("properties/status eq 'Lost'"), /^400 BadRequest: The filter has 'Lost' for properties\/status; allowed are New, /],
		[() => list("properties/status ne 'New'"), /^400 BadRequest: The filter cannot have 'ne' with properties\/status/],
		[() => list('properties/startTime ge yesterday'), /^400 BadRequest: The filter has 'yesterday', which is no time/],
		[() => list("properties/status eq 'New' or properties/status eq 'Failed'"), /^400 BadRequest: The filter cannot be read from '.* or /],
		[() => list("properties/status eq 'New' and "), /^400 BadRequest: The filter ends in 'and'/],
	]
	for (const [ask, expected] of table) assert.match(await ask(), expected)
	for (const query of ['$skip=3', '$orderby=name', '$top=0', '$top=1001', '$skiptoken=x', '$top=1&$top=2']) {
		const response = await runner.manage(`/jobs?${query}`)
		assert.deepEqual([response.status, ((await response.json()) as { code: string }).code], [400, 'BadRequest'], query)
	}
})

test('a full queue is told with when to come again', async () => {
	await using runner = await open({ RUNHOOK_CONCURRENCY: '1', RUNHOOK_QUEUE_LIMIT: '1' })
	const { job } = automationClient(runner)
	const { jobId } = await job.create(group, account, jobName(), { runbook: { name: 'waits' } })
	await runner.untilJob(jobId!, 'Running')
	const waiting = jobName()
	await job.create(group, account, waiting, { runbook: { name: 'waits' } })
	assert.match(
		await refusal(job.create(group, account, jobName(), { runbook: { name: 'waits' } })),
		/^503 ServiceUnavailable: As many jobs wait as may/,
	)
	// What exists is answered for all that.
	assert.equal((await job.create(group, account, waiting, { runbook: { name: 'waits' } }))._response.status, 201)
})

test.run()
