import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { test } from 'uvu'
import { assertNoneTwice, notingRunbook } from '../support/noted-runs.ts'
import { isAlive, sandboxPids } from '../support/processes.ts'
import { runbookText } from '../support/runbook-text.ts'
import { type Runner, startRunner } from '../support/runner.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

const triedText = 'The job was tried three times but it failed'

/** Calls again and again until the signal; calls that fail because the runner is away are no answer. */
async function callOn(runner: Runner, answered: Set<string>, signal: AbortSignal): Promise<void> {
	while (!signal.aborted) {
		const jobId = await runner.start('notes').catch(() => undefined)
		if (jobId) answered.add(jobId)
		await wait(8)
	}
}

test('a runner killed under load loses no job that it answered for, and runs none twice at the same time', async () => {
	using place = temporaryFolder()
	const file = join(place.path, 'notes')
	await using runner = await startRunner({ runbooks: { notes: notingRunbook(file) }, environment: { RUNHOOK_CONCURRENCY: '6' } })
	const answered = new Set<string>()
	const calling = new AbortController()
	const callers = Array.from({ length: 4 }, () => callOn(runner, answered, calling.signal))
	for (let round = 0; round < 3; round++) {
		const before = answered.size
		await until('jobs were accepted', () => answered.size > before + 20)
		await wait(Math.random() * 300)
		const pids = sandboxPids(join(runner.folder, 'data'))
		await runner.end('SIGKILL')
		// One that is just starting looks for its runner only then; on a busy machine that takes a while.
		await until('no sandbox is left', () => !pids.some(isAlive), 5_000)
		await runner.restart()
	}
	calling.abort()
	await Promise.all(callers)
	const statuses = new Map<string, number>()
	for (const jobId of answered) {
		const { status, exception } = (await runner.untilJob(jobId)).properties
		statuses.set(status, (statuses.get(status) ?? 0) + 1)
		assert.ok(status === 'Completed' || (status === 'Failed' && exception === triedText), `${jobId}: ${status} ${exception}`)
	}
	assert.ok((statuses.get('Completed') ?? 0) > 50)
	assert.ok([...assertNoneTwice(file)].filter((jobId) => answered.has(jobId)).length > 50)
})

const loops = runbookText(`output(process.pid); await new Promise((resolve) => setTimeout(resolve, 20)); for (;;);`, {
	declares: 'stopGraceSeconds: 0,',
})
const waits = (declares = '') =>
	runbookText(`output(process.pid); await new Promise((resolve) => setTimeout(resolve, 60_000))`, { declares })

test('a job interrupted three times ends Failed, one that must not be started again at once; no process of a dead runner goes on', async () => {
	await using runner = await startRunner({ runbooks: { loops, waits: waits(), once: waits('restartable: false,') } })
	const jobIds = await Promise.all(['loops', 'waits', 'once'].map((name) => runner.start(name)))
	const [looping, waiting, once] = jobIds as [string, string, string]
	for (let tries = 1; tries <= 3; tries++) {
		const lines = async (jobId: string) => (await runner.output(jobId)).trimEnd().split('\n').filter(Boolean).map(Number)
		const running = tries === 1 ? jobIds : [looping, waiting]
		for (const jobId of running) await until('the job runs', async () => (await lines(jobId)).length === tries)
		const pids = await Promise.all(running.map(async (jobId) => (await lines(jobId)).at(-1)!))
		assert.ok(pids.every(isAlive))
		await runner.end('SIGKILL')
		await until('no process goes on', () => !pids.some(isAlive), 2_500)
		await runner.restart()
	}
	for (const jobId of [looping, waiting]) {
		const { status, exception } = (await runner.untilJob(jobId)).properties
		assert.deepEqual([status, exception], ['Failed', triedText])
	}
	const { status, exception } = (await runner.untilJob(once)).properties
	assert.equal(status, 'Failed')
	assert.match(exception!, /^The job was interrupted with its runner, .*must not be started again \(restartable: false\)\.$/)
})

test('a process whose runner is frozen ends by itself, and its job is tried again', async () => {
	await using runner = await startRunner({ runbooks: { loops } })
	const jobId = await runner.start('loops')
	const pid = Number(await until('it runs', async () => (await runner.output(jobId)) || undefined))
	runner.process.kill('SIGSTOP')
	const since = performance.now()
	await until('the process has ended', () => !isAlive(pid), 8_000)
	assert.ok(performance.now() - since > 3_000)
	runner.process.kill('SIGCONT')
	// Its runner finds that out and goes on.
	await until('the job runs again', async () => (await runner.output(jobId)).trimEnd().split('\n').length === 2)
	await runner.manage(`/jobs/${jobId}/stop`, { method: 'POST' })
	assert.equal((await runner.untilJob(jobId)).properties.status, 'Stopped')
})

test.run()
