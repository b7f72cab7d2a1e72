import assert from 'node:assert/strict'
import { test } from 'uvu'
import { runbookText } from '../support/runbook-text.ts'
import { type JobView, type Runner, startRunner } from '../support/runner.ts'

const brief = (milliseconds: number) => `await new Promise((resolve) => setTimeout(resolve, ${milliseconds})); output(job.jobId)`
const runbooks = {
	single: runbookText(brief(400), { declares: 'concurrency: 1,' }),
	free: runbookText(brief(40)),
}

const properties = async (runner: Runner, jobIds: string[]) =>
	Promise.all(jobIds.map(async (jobId) => (await runner.untilJob(jobId)).properties))

/** Most of the jobs that ran at the same instant. */
function mostAtOnce(jobs: JobView['properties'][]): number {
	const changes = jobs.flatMap(({ startTime, endTime }) => [
		{ at: Date.parse(startTime!), by: 1 },
		{ at: Date.parse(endTime!), by: -1 },
	])
	let now = 0
	// An end comes before a start of the same millisecond.
	return Math.max(...changes.sort((one, other) => one.at - other.at || one.by - other.by).map(({ by }) => (now += by)))
}

test('no more jobs run at once than configured, and no more of a runbook than it declares; they start in order of arrival', async () => {
	await using runner = await startRunner({ runbooks, environment: { RUNHOOK_CONCURRENCY: '3', RUNHOOK_LOG_LEVEL: 'debug' } })
	const single: string[] = []
	const free: string[] = []
	for (let number = 0; number < 10; number++) single.push(await runner.start('single'))
	for (let number = 0; number < 10; number++) free.push(await runner.start('free'))
	const [ofSingle, ofFree] = [await properties(runner, single), await properties(runner, free)]
	assert.equal(mostAtOnce(ofSingle), 1)
	assert.ok(mostAtOnce([...ofSingle, ...ofFree]) > 1)
	assert.ok(mostAtOnce([...ofSingle, ...ofFree]) <= 3)
	const claimed = runner.logged.map((line) => JSON.parse(line)).filter(({ message }) => message === 'Job claimed')
	for (const [runbookName, jobIds] of Object.entries({ single, free }))
		assert.deepEqual(
			claimed.filter((line) => line.runbookName === runbookName).map(({ jobId }) => jobId),
			jobIds,
		)
	// The many that wait for their only slot do not hold up those that came after them.
	const place = (jobId: string | undefined) => claimed.findIndex((line) => line.jobId === jobId)
	assert.ok(place(free.at(-1)) < place(single.at(-1)))
})

test.run()
