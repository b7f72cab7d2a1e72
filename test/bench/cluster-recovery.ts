// From the kill -9 of the one of two runners that has a job to its start on the other, on PostgreSQL, beside the same with two workers of pg-boss.
// node test/bench/cluster-recovery.ts [rounds]
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { type Runner, startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'
import { webhookUrlOn } from '../support/webhook-url-on.ts'
import { median, printTable, startScript } from './measure.ts'
import { benchDatabases, bossQueue, openBoss } from './queue-engines.ts'

const [rounds = 20] = process.argv.slice(2).map(Number)

// What is tried again ends at once, so that the next round finds the slots free.
const stays = `import { defineRunbook } from 'runhook'
export default defineRunbook({ async run({ output, job }) {
	output(performance.timeOrigin + performance.now())
	if (job.tryCount === 1) await new Promise((resolve) => setTimeout(resolve, 600_000))
} })`

const [runnersUrl, bossUrl] = (await benchDatabases(2)) as [string, string]
const environment = { RUNHOOK_DATABASE_URL: runnersUrl, RUNHOOK_CONCURRENCY: '1', RUNHOOK_LOG_LEVEL: 'debug' }
const settings = { runbooks: { stays }, environment }
await using one = await startRunner(settings)
await using two = await startRunner(settings)

/** Milliseconds from the kill to the second try. The next round has two runners again. */
async function ofRunners(): Promise<number> {
	const response = await fetch(webhookUrlOn(two, one, 'stays'), { method: 'POST' })
	const [jobId] = ((await response.json()) as { JobIds: [string] }).JobIds
	const lines = async () => (await two.output(jobId).catch(() => one.output(jobId))).split('\n').filter(Boolean).map(Number)
	await until('it runs', async () => (await lines()).length === 1)
	const has = (runner: Runner) => runner.logged.some((line) => line.includes('Job claimed') && line.includes(jobId))
	const killed = has(one) ? one : two
	const since = Date.now()
	await killed.end('SIGKILL')
	const [, again] = await until('it runs again', async () => (await lines()).length === 2 && lines())
	await killed.restart()
	return again! - since
}

type Worker = { process: ChildProcess; jobs: Map<string, number> }

async function startWorker(): Promise<Worker> {
	const worker: Worker = { process: startScript('./pg-boss-worker.ts', bossUrl, '1'), jobs: new Map() }
	let listens = false
	createInterface({ input: worker.process.stdout! }).on('line', (line) => {
		const [jobId, time] = line.split(' ') as [string, string]
		if (jobId === 'Listening') listens = true
		else worker.jobs.set(jobId, Number(time))
	})
	await until('the worker works', () => listens)
	return worker
}

const boss = await openBoss(bossUrl)
const workers = [await startWorker(), await startWorker()]

async function ofBoss(): Promise<number> {
	const jobId = (await boss.send(bossQueue, { stays: true }))!
	const index = await until('it runs', () => {
		const found = workers.findIndex(({ jobs }) => jobs.has(jobId))
		return found >= 0 && { found }
	})
	const since = Date.now()
	workers[index.found]!.process.kill('SIGKILL')
	const again = await until('it runs again', () => workers[1 - index.found]!.jobs.get(jobId), 120_000)
	workers[index.found] = await startWorker()
	return again - since
}

const seconds = { Runhook: [] as number[], 'pg-boss': [] as number[] }
for (let round = 0; round < rounds; round++) {
	// At the same time: both wait for a clock and take nothing from each other.
	const [runhook, pgBoss] = await Promise.all([ofRunners(), ofBoss()])
	seconds.Runhook.push(runhook / 1000)
	seconds['pg-boss'].push(pgBoss / 1000)
}
for (const { process } of workers) process.kill('SIGKILL')
await boss.stop({ graceful: false })
printTable(
	[`from kill -9 to the next try, ${rounds} times`, 'p50 s', 'max s', 'of pg-boss'],
	...Object.entries(seconds).map(([name, values]) => [
		name,
		...[median(values), Math.max(...values)].map((value) => value.toFixed(1)),
		(median(values) / median(seconds['pg-boss'])).toFixed(2),
	]),
)
