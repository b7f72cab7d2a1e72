import assert from 'node:assert/strict'
import { test } from 'uvu'
import { isAlive } from '../support/processes.ts'
import { runbookText } from '../support/runbook-text.ts'
import { type Runner, startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const wait = (milliseconds: number) => `await new Promise((resolve) => setTimeout(resolve, ${milliseconds}))`
const runbooks = {
	listens: runbookText(`
		output('runs')
		await new Promise<void>((resolve) => signal.addEventListener('abort', () => { output('told: ' + signal.reason.message); resolve() }))
		output('cleaned up')`),
	throwsWhenStopped: runbookText(
		`output('runs'); await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))`,
	),
	ignores: runbookText(`output('runs'); ${wait(60_000)}`, { declares: 'stopGraceSeconds: 1,' }),
	loops: runbookText(`output('runs'); for (;;);`, { declares: 'stopGraceSeconds: 0,' }),
	startsProgram: runbookText(`const child = spawn('sleep', ['60']); output('runs'); output(child.pid); ${wait(60_000)}`, {
		head: `import { spawn } from 'node:child_process'`,
		declares: 'stopGraceSeconds: 0, permissions: { childProcess: true },',
	}),
	loopsTooLong: runbookText(`output('runs'); for (;;);`, { declares: 'timeoutSeconds: 1, stopGraceSeconds: 0,' }),
	loadsTooLong: runbookText(`output('never')`, {
		head: `await new Promise((resolve) => setTimeout(resolve, 1_500))`,
		declares: 'timeoutSeconds: 1, stopGraceSeconds: 0,',
	}),
	loadsSlowly: runbookText(`output('never')`, {
		head: `await new Promise((resolve) => setTimeout(resolve, 1_000))`,
		declares: 'stopGraceSeconds: 1,',
	}),
	fine: runbookText(`output('fine')`),
}

const stop = async (runner: Runner, jobId: string) => (await runner.manage(`/jobs/${jobId}/stop`, { method: 'POST' })).status
const untilRuns = (runner: Runner, jobId: string) => until(`job ${jobId} runs`, async () => (await runner.output(jobId)).startsWith('runs'))

/** The runbooks of a test: each one more takes the runner's start some time. */
const only = (...names: (keyof typeof runbooks)[]) => Object.fromEntries(names.map((name) => [name, runbooks[name]]))

test('a stop ends a job Stopped: by its signal, and where it does not listen by a kill', async () => {
	const names = ['listens', 'throwsWhenStopped', 'ignores', 'loops', 'startsProgram'] as const
	await using runner = await startRunner({ runbooks: only(...names, 'fine'), environment: { RUNHOOK_CONCURRENCY: '8' } })
	const jobIds = await Promise.all(names.map((name) => runner.start(name)))
	const program = jobIds[4]!
	await Promise.all(jobIds.map((jobId) => untilRuns(runner, jobId)))
	const child = Number(await until('it told its program', async () => (await runner.output(program)).split('\n')[1]))

	assert.equal(await stop(runner, jobIds[2]!), 200)
	assert.equal((await runner.job(jobIds[2]!)).properties.status, 'Stopping')
	assert.equal(await stop(runner, jobIds[2]!), 200)
	for (const jobId of jobIds) await stop(runner, jobId)
	for (const [index, jobId] of jobIds.entries()) {
		const { status, exception, endTime } = (await runner.untilJob(jobId)).properties
		assert.deepEqual([names[index], status, exception], [names[index], 'Stopped', 'The job was stopped.'])
		assert.notEqual(endTime, null)
		assert.equal(await stop(runner, jobId), 409)
	}
	assert.equal(await runner.output(jobIds[0]!), 'runs\ntold: The job was stopped.\ncleaned up\n')
	await until('the program is gone', () => !isAlive(child))
	assert.equal((await runner.untilJob(await runner.start('fine'))).properties.status, 'Completed')
})

test('a job over its time limit ends Stopped and says so, also when its runbook is still being loaded', async () => {
	await using runner = await startRunner({ runbooks: only('loopsTooLong', 'loadsTooLong') })
	const jobIds = await Promise.all(['loopsTooLong', 'loadsTooLong'].map((name) => runner.start(name)))
	for (const jobId of jobIds) {
		const { status, exception, statusDetails } = (await runner.untilJob(jobId)).properties
		const text = 'The job was stopped because it ran longer than its limit of 1 s.'
		assert.deepEqual([status, exception, statusDetails], ['Stopped', text, text])
	}
})

test('a job that waits is stopped at once, one that is being loaded ends Stopped', async () => {
	await using runner = await startRunner({ runbooks: only('loadsSlowly', 'fine'), environment: { RUNHOOK_CONCURRENCY: '1' } })
	const loading = await runner.start('loadsSlowly')
	await runner.untilJob(loading, 'Activating')
	const waiting = await runner.start('fine')
	assert.equal(await stop(runner, waiting), 200)
	const { status, startTime, endTime } = (await runner.job(waiting)).properties
	assert.deepEqual([status, startTime], ['Stopped', null])
	assert.notEqual(endTime, null)
	assert.equal(await stop(runner, loading), 200)
	assert.equal((await runner.untilJob(loading)).properties.status, 'Stopped')
	assert.equal((await runner.untilJob(await runner.start('fine'))).properties.status, 'Completed')
})

test.run()
