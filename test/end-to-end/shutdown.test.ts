import assert from 'node:assert/strict'
import { test } from 'uvu'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const wait = (milliseconds: number) => `await new Promise((resolve) => setTimeout(resolve, ${milliseconds}))`
const runbooks = {
	short: runbookText(`output('runs'); ${wait(500)}; output('done')`),
	long: runbookText(`output('runs'); output(job.tryCount); if (job.tryCount === 1) output('first try'); ${wait(60_000)}`),
	once: runbookText(`output('runs'); ${wait(60_000)}`, { declares: 'restartable: false,' }),
	stubborn: runbookText(`output('runs'); ${wait(60_000)}`, { declares: 'stopGraceSeconds: 120,' }),
	fine: runbookText(`output('fine')`),
}

test('a shutdown lets running jobs finish in their time, and the next start runs what was put back', async () => {
	await using runner = await startRunner({ runbooks, environment: { RUNHOOK_CONCURRENCY: '4', RUNHOOK_SHUTDOWN_SECONDS: '2' } })
	const [short, long, once, stubborn] = await Promise.all(['short', 'long', 'once', 'stubborn'].map((name) => runner.start(name)))
	for (const jobId of [short!, long!, once!, stubborn!]) await until('it runs', async () => (await runner.output(jobId)).startsWith('runs'))
	const waiting = await runner.start('fine')
	await runner.manage(`/jobs/${stubborn}/stop`, { method: 'POST' })
	const since = performance.now()
	assert.deepEqual(await runner.end('SIGTERM'), { code: 0, signal: null })
	assert.ok(performance.now() - since < 8_000)

	await runner.restart()
	const statusOf = async (jobId: string) => (await runner.job(jobId)).properties
	assert.equal((await statusOf(short!)).status, 'Completed')
	assert.equal(await runner.output(short!), 'runs\ndone\n')
	assert.equal((await statusOf(stubborn!)).status, 'Stopped')
	const refused = await statusOf(once!)
	assert.equal(refused.status, 'Failed')
	assert.match(refused.exception!, /restartable: false/)
	assert.equal((await runner.untilJob(waiting)).properties.status, 'Completed')
	// A shutdown is no try: the job is at its first one again, and its earlier records stay.
	assert.equal(await until('it runs again', async () => (await runner.output(long!)) === 'runs\n1\nfirst try\n'.repeat(2)), true)
	await runner.manage(`/jobs/${long}/stop`, { method: 'POST' })
})

test.run()
