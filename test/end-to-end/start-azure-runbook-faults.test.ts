import assert from 'node:assert/strict'
import { test } from 'uvu'
import { openAzureRunner } from '../support/azure-runner.ts'
import { jobsThere, openStarter, runbooks, started } from '../support/azure-starter.ts'

const looks = /^GET \/jobs\/[^/]+$/
const puts = /^PUT \/jobs\//

test('what passes while the job in Azure runs ends nothing: it is not shown yet, a token has ended, signing in fails, Azure is busy', async () => {
	await using azure = await openAzureRunner(runbooks)
	await using runner = await openStarter(azure, { writes: { Parameters: { name: 'Ada' } } })
	const disturbed: [line: RegExp, status: number, headers?: Record<string, string>][] = [
		[looks, 404],
		[looks, 401],
		[/^GET \/jobs\/[^/]+\/streams$/, 404],
		[/^GET \/jobs\/[^/]+\/streams$/, 429, { 'retry-after': '1' }],
		[/^GET \/jobs\/[^/]+\/streams\/./, 401],
	]
	for (const [line, status, headers] of disturbed) {
		azure.answerInstead(line, 3, { status, headers: headers ?? {} })
		const jobId = await runner.start('writes')
		const { properties } = await runner.untilJob(jobId)
		assert.equal(properties.status, 'Completed', `${line} ${status}: ${properties.exception}`)
		assert.equal(await runner.output(jobId), 'Hello Ada\n{"list":[],"body":""}\n7\n', `${line} ${status}`)
	}
	assert.equal((await jobsThere(azure)).length, disturbed.length)
})

test('a record that Azure lists and does not have is written as it is listed', async () => {
	await using azure = await openAzureRunner(runbooks)
	await using runner = await openStarter(azure, { writes: { Parameters: { name: 'Ada' } } })
	azure.answerInstead(/^GET \/jobs\/[^/]+\/streams\/./, 1000, { status: 404 })
	const jobId = await runner.start('writes')
	assert.equal((await runner.untilJob(jobId)).properties.status, 'Completed')
	assert.equal(await runner.output(jobId), 'Hello Ada\n{"list":[],"body":""}\n7\n')
})

test('a start whose answer was lost is looked for while Azure is away, and what stays unknown is said', async () => {
	await using azure = await openAzureRunner(runbooks)
	await using runner = await openStarter(azure, { writes: { Parameters: { name: 'Ada' } } })
	azure.loseAnswers(puts, 1)
	azure.answerInstead(looks, 5, { status: 401 })
	const found = await runner.untilJob(await runner.start('writes'))
	assert.equal(found.properties.status, 'Completed', found.properties.exception ?? '')
	assert.equal(started(azure).length, 1)
	azure.loseAnswers(puts, 1)
	azure.answerInstead(looks, 1000, { status: 401 })
	const { properties } = await runner.untilJob(await runner.start('writes'))
	assert.equal(properties.status, 'Failed')
	const [, name] = /The job in Azure may have been started and may go on; its name is ([0-9a-f-]{36})\. /.exec(properties.exception!) ?? []
	assert.ok(
		(await jobsThere(azure)).some(({ name: there, jobId }) => there === name || jobId === name),
		properties.exception!,
	)
})

test('a job in Azure that can be looked at no more is named, because it may go on', async () => {
	await using azure = await openAzureRunner(runbooks)
	await using runner = await openStarter(azure, { ticks: {} })
	azure.answerInstead(looks, 1000, { status: 401 })
	const { properties } = await runner.untilJob(await runner.start('ticks'))
	assert.match(properties.exception!, /The job in Azure may go on and cannot be followed; its name is [0-9a-f-]{36}\. .*Signing in/)
	assert.equal(azure.asked().filter((line) => looks.test(line)).length, 30)
})

test('the time of a job in Azure ends requests and records that are slow, too', async () => {
	await using azure = await openAzureRunner(runbooks)
	await using runner = await openStarter(azure, { ticks: { TimeoutSeconds: 6, StopWaitSeconds: 5 } })
	azure.delay(/^GET \/jobs\/[^/]+\/streams$/, 1, 60_000)
	const begin = performance.now()
	const { properties } = await runner.untilJob(await runner.start('ticks'))
	assert.ok(performance.now() - begin < 20_000)
	assert.match(properties.exception!, /The job in Azure had not ended after 6 s and was stopped\./)
})

test('a stop that Azure refuses is sent again, and one that stays refused is told', async () => {
	await using azure = await openAzureRunner(runbooks)
	await using runner = await openStarter(azure, { ticks: { TimeoutSeconds: 6, StopWaitSeconds: 3 } })
	const stops = /^POST \/jobs\/[^/]+\/stop$/
	azure.answerInstead(stops, 2, { status: 409 })
	const stopped = await runner.untilJob(await runner.start('ticks'))
	assert.match(stopped.properties.exception!, /had not ended after 6 s and was stopped\./)
	assert.equal((await jobsThere(azure))[0]!.status, 'Stopped')
	azure.answerInstead(stops, 1000, { status: 400 })
	const refused = await runner.untilJob(await runner.start('ticks'))
	assert.match(refused.properties.exception!, /had not ended after 6 s and was told to stop; it is still Running and may go on\./)
	azure.answerInstead(stops, 1000, { status: 403 })
	const forbidden = await runner.untilJob(await runner.start('ticks'))
	assert.match(forbidden.properties.exception!, /and may go on, because it could not be stopped: Disturbed: /)
})

test.run()
