import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { account, automationClient, group, jobName, json, putRunbook, refusal, textOf } from '../../support/automation-client.ts'
import { runbookText } from '../../support/runbook-text.ts'
import { startRunner } from '../../support/runner.ts'
import { until } from '../../support/until.ts'

const speaks = runbookText(`verbose('Quietly.'); output('Hello'); progress({ activity: 'Speaking' })`, {
	declares: `description: 'Speaks.', logProgress: true, parameters: z.object({ times: z.number().default(2), name: z.string() }),`,
})
const open = () => startRunner({ runbooks: { speaks, broken: 'export default 1' }, webhooks: [] })
const typeScript = { location: 'local', draft: {} }
const says = (text: string) => runbookText(`output(${JSON.stringify(text)})`)

test('runbooks are listed with their faults, and read with what they declare', async () => {
	await using runner = await open()
	const { runbook } = automationClient(runner)
	const listed = await runbook.listByAutomationAccount(group, account)
	assert.deepEqual(
		listed.map(({ name, state, runbookType }) => [name, state, runbookType]),
		[
			['broken', 'Published', 'TypeScript'],
			['speaks', 'Published', 'TypeScript'],
		],
	)
	const raw = await json<{ properties: { fault: string } }>(runner.manage(`${listed[0]!.id}`))
	assert.match(raw.properties.fault, /defineRunbook/)
	const { job } = automationClient(runner)
	await job.create(group, account, jobName(), { runbook: { name: 'speaks' }, parameters: { name: 'x' } })
	const read = await runbook.get(group, account, 'SPEAKS')
	assert.deepEqual(
		[read.name, read.description, read.logProgress, read.logVerbose, read.jobCount, read.provisioningState, read.location],
		['speaks', 'Speaks.', true, false, 1, 'Succeeded', 'local'],
	)
	assert.deepEqual(read.parameters, {
		times: { type: 'number', isMandatory: false, position: 0, defaultValue: '2' },
		name: { type: 'string', isMandatory: true, position: 1, defaultValue: null },
	})
	assert.ok(read.creationTime! <= read.lastModifiedTime!)
	assert.equal(await textOf(await runbook.getContent(group, account, 'speaks')), speaks)
})

test('a runbook is created as a draft, written, tested, published, started, edited, and deleted; all of it is in the folder', async () => {
	await using runner = await open()
	const { runbook, runbookDraft, job } = automationClient(runner)
	const folder = join(runner.folder, 'runbooks')
	const created = await putRunbook(automationClient(runner), 'fresh', {
		...typeScript,
		name: 'fresh',
		description: 'New.',
		logVerbose: false,
		tags: { team: 'a' },
	})
	assert.deepEqual([created._response.status, created.state, created.description, created.tags], [201, 'New', 'New.', { team: 'a' }])
	assert.deepEqual(readdirSync(folder).sort(), ['broken.ts', 'fresh.draft.ts', 'speaks.ts'])
	assert.match(
		await refusal(job.create(group, account, jobName(), { runbook: { name: 'fresh' } })),
		/^404 NotFound: There is no runbook 'fresh'\.$/,
	)
	assert.match(await refusal(runbook.getContent(group, account, 'fresh')), /^404/)

	const draft = runbookText(`output('Hi ' + parameters.name)`, { declares: 'parameters: z.object({ name: z.string() }),' })
	assert.equal((await runbookDraft.replaceContent(group, account, 'fresh', draft))._response.status, 200)
	assert.equal(await textOf(await runbookDraft.getContent(group, account, 'fresh')), draft)
	const seen = await runbookDraft.get(group, account, 'fresh')
	assert.deepEqual([seen.inEdit, Object.keys(seen.parameters!)], [true, ['name']])
	assert.equal((await runbook.publish(group, account, 'fresh'))._response.status, 202)
	assert.deepEqual([readFileSync(join(folder, 'fresh.ts'), 'utf8'), existsSync(join(folder, 'fresh.draft.ts'))], [draft, false])
	const { jobId } = await job.create(group, account, jobName(), { runbook: { name: 'fresh' }, parameters: { name: 'you' } })
	await runner.untilJob(jobId!)
	assert.equal(await runner.output(jobId!), 'Hi you\n')

	const poller = await runbookDraft.beginReplaceContent(group, account, 'fresh', says('edited'))
	await poller.pollUntilFinished()
	assert.equal((await runbook.get(group, account, 'fresh')).state, 'Edit')
	assert.equal((await runbookDraft.undoEdit(group, account, 'fresh')).statusCode, 'OK')
	assert.equal((await runbook.get(group, account, 'fresh')).state, 'Published')
	await runbookDraft.beginReplaceContent(group, account, 'fresh', says('edited'))
	await runbook.publish(group, account, 'fresh')
	const edited = await job.create(group, account, jobName(), { runbook: { name: 'fresh' } })
	await runner.untilJob(edited.jobId!)
	assert.equal(await runner.output(edited.jobId!), 'edited\n')
	assert.equal(await textOf(await job.getRunbookContent(group, account, jobId!)), draft)
	await runbook.deleteMethod(group, account, 'FRESH')
	assert.deepEqual(readdirSync(folder).sort(), ['broken.ts', 'speaks.ts'])
	assert.match(await refusal(runbook.get(group, account, 'fresh')), /^404 NotFound: There is no runbook 'fresh'\.$/)
})

test('what is set through the API holds over the file: Verbose is kept, Progress is not', async () => {
	await using runner = await open()
	const { runbook, job, jobStream } = automationClient(runner)
	const types = async () => {
		const { jobId } = await job.create(group, account, jobName(), { runbook: { name: 'speaks' }, parameters: { name: 'x' } })
		await runner.untilJob(jobId!)
		return (await jobStream.listByJob(group, account, jobId!)).map(({ streamType }) => streamType)
	}
	assert.deepEqual(await types(), ['Output', 'Progress'])
	const updated = await runbook.update(group, account, 'speaks', { logVerbose: true, logProgress: false, description: 'Louder.' })
	assert.deepEqual([updated.logVerbose, updated.logProgress, updated.description], [true, false, 'Louder.'])
	assert.deepEqual(await types(), ['Verbose', 'Output'])
	const put = await putRunbook(automationClient(runner), 'speaks', { ...typeScript, logProgress: true })
	assert.deepEqual([put._response.status, put.description, put.state], [200, 'Louder.', 'Published'])
	assert.deepEqual(await types(), ['Verbose', 'Output', 'Progress'])
})

test('a draft is run as a test job, beside the jobs of the account', async () => {
	await using runner = await open()
	const { runbookDraft, testJob, testJobStreams, job } = automationClient(runner)
	await putRunbook(automationClient(runner), 'tried', { ...typeScript, name: 'tried' })
	await runbookDraft.beginReplaceContent(
		group,
		account,
		'tried',
		runbookText(
			`output(parameters.name); if (parameters.name === 'wait') await new Promise((resolve) => signal.addEventListener('abort', resolve))`,
			{
				declares: 'parameters: z.object({ name: z.string() }),',
			},
		),
	)
	const none = /^404 NotFound: Runbook 'tried' has no test job\.$/
	assert.match(await refusal(testJob.get(group, account, 'tried')), none)
	assert.match(await refusal(testJob.stop(group, account, 'tried')), none)
	assert.match(await refusal(testJobStreams.listByTestJob(group, account, 'tried')), none)
	const started = await testJob.create(group, account, 'tried', { parameters: { name: 'first' } })
	assert.deepEqual([started._response.status, started.parameters], [201, { name: 'first' }])
	await until('the test has ended', async () => (await testJob.get(group, account, 'tried')).status === 'Completed')
	const streams = await testJobStreams.listByTestJob(group, account, 'tried')
	assert.deepEqual(
		streams.map(({ summary }) => summary),
		['first'],
	)
	assert.equal((await testJobStreams.get(group, account, 'tried', streams[0]!.jobStreamId!)).streamText, 'first\r\n')

	await testJob.create(group, account, 'tried', { parameters: { name: 'wait' } })
	assert.match(
		await refusal(testJob.create(group, account, 'tried', { parameters: { name: 'x' } })),
		/^409 Conflict: A test job of runbook 'tried' has not ended/,
	)
	await until('it runs', async () => (await testJob.get(group, account, 'tried')).status === 'Running')
	assert.match(await refusal(testJob.suspend(group, account, 'tried')), /^409 Conflict: A running TypeScript job cannot be suspended/)
	assert.match(await refusal(testJob.resume(group, account, 'tried')), /^409 Conflict: The job is not suspended: Running\.$/)
	await testJob.stop(group, account, 'tried')
	await until('it has stopped', async () => (await testJob.get(group, account, 'tried')).status === 'Stopped')
	assert.match(await refusal(testJob.create(group, account, 'tried', {})), /^400 BadRequest: Parameter 'name' is mandatory/)
	assert.match(await refusal(testJob.create(group, account, 'speaks', {})), /^409 Conflict: Runbook 'speaks' has no draft\.$/)
	assert.match(await refusal(testJob.create(group, account, 'none', {})), /^404 NotFound: There is no runbook 'none'\.$/)
	assert.deepEqual([...(await job.listByAutomationAccount(group, account))], [])
})

test('what cannot be done to a runbook is refused with the reason, and nothing is changed', async () => {
	await using runner = await open()
	const { runbook, runbookDraft } = automationClient(runner)
	const folder = join(runner.folder, 'runbooks')
	const create = (name: string, given: object = {}) => refusal(putRunbook(automationClient(runner), name, { ...typeScript, ...given }))
	await putRunbook(automationClient(runner), 'draft-only', typeScript)
	writeFileSync(join(folder, 'speaks.draft.ts'), 'export default 1')
	const before = readdirSync(folder).sort()
	const table: [() => Promise<string>, RegExp][] = [
		[() => create('../outside'), /^400 BadRequest: '\.\.\/outside' cannot be the name of a runbook; allowed is a letter first/],
		// The client makes it the address of the account.
		[() => create('..'), /^501 NotImplemented: /],
		[() => create('a.b'), /cannot be the name of a runbook/],
		[() => create('1st'), /cannot be the name of a runbook/],
		[() => create('a'.repeat(64)), /cannot be the name of a runbook/],
		[
			() => create('script', { runbookType: 'PowerShell' }),
			/^400 BadRequest: Runbooks of type 'PowerShell' are not supported: they are written in TypeScript/,
		],
		[() => create('linked', { publishContentLink: { uri: 'https://a' } }), /^400 BadRequest: publishContentLink is not supported/],
		[() => refusal(runbook.get(group, account, 'none')), /^404 NotFound: There is no runbook 'none'\.$/],
		[() => refusal(runbook.getContent(group, account, '../package')), /^404 /],
		[() => refusal(runbook.update(group, account, 'none', { description: 'x' })), /^404 NotFound: There is no runbook 'none'\.$/],
		[() => refusal(runbook.deleteMethod(group, account, 'none')), /^404 NotFound: There is no runbook 'none'\.$/],
		[() => refusal(runbook.publish(group, account, 'none')), /^404 NotFound: There is no runbook 'none'\.$/],
		[() => refusal(runbook.publish(group, account, 'broken')), /^409 Conflict: Runbook 'broken' has no draft\.$/],
		[() => refusal(runbook.publish(group, account, 'speaks')), /^400 BadRequest: The draft of runbook 'speaks' cannot be published: /],
		[() => refusal(runbookDraft.get(group, account, 'none')), /^404 NotFound: There is no runbook 'none'\.$/],
		[() => refusal(runbookDraft.getContent(group, account, 'broken')), /^404 /],
		[() => refusal(runbookDraft.undoEdit(group, account, 'broken')), /^409 Conflict: Runbook 'broken' has no draft\.$/],
		[() => refusal(runbookDraft.undoEdit(group, account, 'draft-only')), /^409 Conflict: Runbook 'draft-only' was never published/],
		[() => refusal(runbookDraft.beginReplaceContent(group, account, 'none', 'x')), /^404 /],
	]
	for (const [ask, expected] of table) assert.match(await ask(), expected)
	assert.deepEqual(readdirSync(folder).sort(), before)
	assert.equal((await runbookDraft.get(group, account, 'broken')).inEdit, false)
})

test('the account, its statistics, usages and operations are read; what is not there is 501, what is elsewhere 404', async () => {
	await using runner = await open()
	const { automationAccount, statistics, usages, operations, connection, module, keys } = automationClient(runner)
	const own = await automationAccount.get(group, account)
	assert.deepEqual([own.name, own.state, own.sku?.name], ['runhook', 'Ok', 'Basic'])
	assert.deepEqual(
		(await automationAccount.list()).map(({ id }) => id),
		[own.id],
	)
	assert.deepEqual(
		(await automationAccount.listByResourceGroup('RUNHOOK')).map(({ id }) => id),
		[own.id],
	)
	assert.match(await refusal(automationAccount.listByResourceGroup('other')), /^404 NotFound: There is no resource group 'other'\.$/)
	assert.match(await refusal(automationAccount.get(group, 'other')), /^404 NotFound: There is no Automation account 'other'/)
	const counters = await statistics.listByAutomationAccount(group, account)
	assert.deepEqual(
		counters.filter(({ counterValue }) => counterValue !== 0),
		[],
	)
	assert.deepEqual(
		(await usages.listByAutomationAccount(group, account)).map(({ name, currentValue }) => [name?.value, currentValue]),
		[
			['WaitingJobs', 0],
			['RunningJobs', 0],
			['Runbooks', 2],
		],
	)
	const names = (await operations.list()).map(({ name }) => name)
	for (const name of ['jobs/write', 'webhooks/action', 'runbooks/draft/content/write', 'read'])
		assert.ok(names.includes(`Microsoft.Automation/automationAccounts/${name}`), name)
	for (const ask of [
		() => module.listByAutomationAccount(group, account),
		() => keys.listByAutomationAccount(group, account),
		() => connection.listByAutomationAccount(group, account),
		() => automationAccount.createOrUpdate(group, account, { location: 'local' }),
		() => automationAccount.deleteMethod(group, account),
	])
		assert.match(await refusal(ask()), /^501 NotImplemented: /)
	assert.match(
		await refusal(statistics.listByAutomationAccount(group, account, { filter: 'x' })),
		/^400 BadRequest: \$filter is not supported here/,
	)
})

test('a folder that does not take a change is told, and the runbook stays as it was', async () => {
	await using runner = await open()
	const draft = join(runner.folder, 'runbooks/speaks.draft.ts')
	mkdirSync(join(draft, 'inner'), { recursive: true })
	const { runbook, runbookDraft } = automationClient(runner)
	assert.match(await refusal(runbookDraft.beginReplaceContent(group, account, 'speaks', says('no'))), /^409 /)
	assert.match(await refusal(runbook.deleteMethod(group, account, 'speaks')), /^409 Conflict: The runbooks folder cannot be changed/)
	assert.equal(await textOf(await runbook.getContent(group, account, 'speaks')), speaks)
})

test.run()
