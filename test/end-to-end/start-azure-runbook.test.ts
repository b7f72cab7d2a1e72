import assert from 'node:assert/strict'
import { test } from 'uvu'
import { account, group } from '../support/automation-client.ts'
import { openAzureRunner } from '../support/azure-runner.ts'
import { jobsThere, openStarter, runbooks, started } from '../support/azure-starter.ts'
import type { Runner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const types = async (runner: Runner, jobId: string) =>
	(await runner.streams(jobId)).map(({ properties }) => `${properties.streamType}: ${properties.summary}`)

test('a runbook in Azure is given its values, its records are relayed in order, and the job completes with its output', async () => {
	await using azure = await openAzureRunner(runbooks)
	await using runner = await openStarter(azure, { writes: { Parameters: { NAME: 'Ada', list: [1, 2], count: 230 } } })
	const jobId = await runner.start('writes', 'called')
	const job = await runner.untilJob(jobId)
	assert.equal(job.properties.status, 'Completed', job.properties.exception ?? '')
	const [there] = await jobsThere(azure)
	const output = await runner.output(jobId)
	assert.equal(output, await azure.runner.output(there!.jobId!))
	assert.equal(output.split('\n').length, 234)
	const records = await types(runner, jobId)
	assert.deepEqual(records.slice(0, 10), [
		`Verbose: Job ${there!.jobId} of runbook 'writes' in Azure was started.`,
		'Output: Hello Ada',
		'Warning: Mind.',
		'Error: Oh.',
		'Verbose: Said.',
		'Debug: Seen.',
		'Progress: Copying: 1 of 2 (50 %)',
		'Output: {"list":[1,2],"body":"called"}',
		'Output: 7',
		'Output: line 0',
	])
	assert.ok(azure.asked().some((line) => /^GET \/jobs\/[^/]+\/streams$/.test(line)))
})

test('a job ends as the one in Azure: failed with its exception, stopped, suspended', async () => {
	await using azure = await openAzureRunner(runbooks, { RUNHOOK_CONCURRENCY: '1' })
	await using runner = await openStarter(azure, { fails: {}, ticks: {} })
	const failed = await runner.untilJob(await runner.start('fails'))
	assert.equal(failed.properties.status, 'Failed')
	assert.match(failed.properties.exception!, /^Error: Error: The disk is full\.\n/)
	assert.equal(await runner.output(failed.properties.jobId), 'before\n')

	const first = await runner.start('ticks')
	const [one] = await until(
		'it runs there',
		async () => (await jobsThere(azure)).filter(({ status }) => status === 'Running').slice(0, 1).length === 1 && jobsThere(azure),
	)
	// There is one place there, so the second one waits and can be suspended.
	const second = await runner.start('ticks')
	const two = await until('another waits', async () => (await jobsThere(azure)).find(({ status }) => status === 'New'))
	await azure.client.job.suspend(group, account, two.jobId!)
	const suspended = await runner.untilJob(second)
	assert.equal(suspended.properties.status, 'Failed')
	assert.match(suspended.properties.exception!, /The job in Azure is suspended: resume it there, or stop it\./)
	await azure.client.job.stop(group, account, one!.jobId!)
	const stopped = await runner.untilJob(first)
	assert.equal(stopped.properties.status, 'Failed')
	assert.match(stopped.properties.exception!, /The job in Azure was stopped there\./)
})

test('records come while the job in Azure runs, and a stop is passed on', async () => {
	await using azure = await openAzureRunner(runbooks)
	await using runner = await openStarter(azure, { ticks: {} })
	const jobId = await runner.start('ticks')
	await until('some were relayed', async () => (await runner.output(jobId)).includes('tick 3\n'))
	assert.equal((await jobsThere(azure))[0]!.status, 'Running')
	assert.equal((await runner.manage(`/jobs/${jobId}/stop`, { method: 'POST' })).status, 200)
	assert.equal((await runner.untilJob(jobId)).properties.status, 'Stopped')
	const [there] = await jobsThere(azure)
	assert.equal(there!.status, 'Stopped')
	assert.equal(await runner.output(jobId), await azure.runner.output(there!.jobId!))
	assert.equal((await types(runner, jobId)).at(-1), 'Verbose: The job in Azure is Stopped.')
})

test('a job in Azure that takes too long is stopped', async () => {
	await using azure = await openAzureRunner(runbooks)
	await using runner = await openStarter(azure, { ticks: { TimeoutSeconds: 6 } })
	const job = await runner.untilJob(await runner.start('ticks'))
	assert.equal(job.properties.status, 'Failed')
	assert.match(job.properties.exception!, /The job in Azure had not ended after 6 s and was stopped\./)
	assert.equal((await jobsThere(azure))[0]!.status, 'Stopped')
})

test('a runner that is killed or shut down takes up the job in Azure again, where it was', async () => {
	await using azure = await openAzureRunner(runbooks)
	await using runner = await openStarter(azure, { ticks: {} })
	const jobId = await runner.start('ticks')
	for (const [signal, tick] of [
		['SIGKILL', 'tick 5\n'],
		['SIGTERM', 'tick 25\n'],
	] as const) {
		await until(`${tick} was relayed`, async () => (await runner.output(jobId)).includes(tick))
		await runner.end(signal)
		await runner.restart({ RUNHOOK_SHUTDOWN_SECONDS: '0' })
	}
	await until('it goes on', async () => (await runner.output(jobId)).includes('tick 60\n'))
	assert.equal((await jobsThere(azure)).length, 1)
	assert.equal(started(azure).length, 1)
	await runner.manage(`/jobs/${jobId}/stop`, { method: 'POST' })
	await runner.untilJob(jobId)
	const lines = (await runner.output(jobId)).trimEnd().split('\n')
	assert.equal([...new Set(lines)].join('\n'), (await azure.runner.output((await jobsThere(azure))[0]!.jobId!)).trimEnd())
	// At each end a few were written and not yet noted.
	assert.ok(lines.length - new Set(lines).size <= 16, lines.join(' '))
})

test('lost answers start no second job, and a short outage ends nothing', async () => {
	await using azure = await openAzureRunner(runbooks)
	await using runner = await openStarter(azure, { writes: { Parameters: { name: 'Ada' } } })
	azure.loseAnswers(/^PUT \/jobs\//, 1)
	const first = await runner.untilJob(await runner.start('writes'))
	assert.equal(first.properties.status, 'Completed', first.properties.exception ?? '')
	assert.equal((await jobsThere(azure)).length, 1)
	azure.loseAnswers(/^GET \/jobs\/[^/]+\/streams$/, 2)
	const second = await runner.untilJob(await runner.start('writes'))
	assert.equal(second.properties.status, 'Completed', second.properties.exception ?? '')
	assert.equal(await runner.output(second.properties.jobId), 'Hello Ada\n{"list":[]}\n7\n'.replace('{"list":[]}', '{"list":[],"body":""}'))
})

test('names are checked before any call, and what Azure refuses is told', async () => {
	await using azure = await openAzureRunner(runbooks)
	const webhooks = {
		'../x': {},
		ticks: { ResourceGroupName: 'a/..' },
		fails: { AutomationAccountName: '..' },
		writes: {},
		none: {},
		grouped: { RunbookName: 'ticks', RunOn: 'servers' },
		other: { RunbookName: 'ticks', SubscriptionId: 'x' },
	}
	const { '../x': dots, ...named } = webhooks
	await using runner = await openStarter(azure, { ...named, dots: { ...dots, RunbookName: '../x' } })
	const exceptionOf = async (name: string) => {
		const { properties } = await runner.untilJob(await runner.start(name))
		assert.equal(properties.status, 'Failed')
		return properties.exception!.split('\n', 1)[0]!
	}
	assert.match(await exceptionOf('dots'), /RunbookName is not the name of a runbook: \.\.\/x$/)
	assert.match(await exceptionOf('ticks'), /ResourceGroupName is not a resource group name: a\/\.\.$/)
	assert.match(await exceptionOf('fails'), /AutomationAccountName is not a resource name: \.\.$/)
	assert.match(await exceptionOf('other'), /SubscriptionId is not a subscription id: x$/)
	assert.deepEqual(azure.asked(), [])
	assert.match(await exceptionOf('writes'), /mandatory parameters that Parameters gives no value: 'name'\.$/)
	assert.match(await exceptionOf('none'), /^Error: NotFound: There is no runbook 'none'/)
	assert.match(await exceptionOf('grouped'), /BadRequest: Hybrid worker groups are not supported\.$/)
	assert.deepEqual(await jobsThere(azure), [])
})

test.run()
