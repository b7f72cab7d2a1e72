// On PostgreSQL, while nothing else waits: from the answer to a call to the claim of its job, and from there to its runbook's first line, warm; beside
// pg-boss from a job that was put in to its handler. node test/bench/cluster-first-line.ts [jobs]
import { createInterface } from 'node:readline'
import { startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'
import { median, percentile, printTable, startScript } from './measure.ts'
import { benchDatabases, bossQueue, openBoss } from './queue-engines.ts'

const [jobs = 200] = process.argv.slice(2).map(Number)
const now = () => performance.timeOrigin + performance.now()

const warm = `import { defineRunbook } from 'runhook'
export default defineRunbook({ run: ({ output }) => output(performance.timeOrigin + performance.now()) })`
const [runnerUrl, bossUrl] = (await benchDatabases(2)) as [string, string]
await using runner = await startRunner({
	runbooks: { warm },
	environment: { RUNHOOK_DATABASE_URL: runnerUrl, RUNHOOK_LOG_LEVEL: 'debug' },
})

const boss = await openBoss(bossUrl)
const worker = startScript('./pg-boss-worker.ts', bossUrl, '4')
const handled = new Map<string, number>()
createInterface({ input: worker.stdout! }).on('line', (line) => {
	const [id, time] = line.split(' ') as [string, string]
	handled.set(id, Number(time))
})
await until('the worker works', () => handled.has('Listening'))

/** The runner's own log says when it claimed a job. */
const claimTime = (jobId: string) =>
	Number(JSON.parse(runner.logged.findLast((line) => line.includes('Job claimed') && line.includes(jobId))!).at)

const milliseconds: Record<string, number[]> = { 'pg-boss, put in to handler': [], 'answer to first line': [], 'claim to first line': [] }
for (let index = 0; index < jobs + 5; index++) {
	const jobId = await runner.start('warm')
	const answered = now()
	const { properties } = await runner.untilJob(jobId)
	if (properties.status !== 'Completed') throw new Error(properties.exception ?? '')
	const firstLine = Number(await runner.output(jobId))
	const id = (await boss.send(bossQueue, { stays: false }))!
	const sent = now()
	const handler = await until('it is handled', () => handled.get(id))
	// The first jobs start the first processes.
	if (index < 5) continue
	milliseconds['pg-boss, put in to handler']!.push(handler - sent)
	milliseconds['answer to first line']!.push(firstLine - answered)
	milliseconds['claim to first line']!.push(firstLine - claimTime(jobId))
}
worker.kill('SIGKILL')
await boss.stop({ graceful: false })
const base = median(milliseconds['pg-boss, put in to handler']!)
printTable(
	[`${jobs} jobs, one at a time`, 'p50 ms', 'p99 ms', 'of pg-boss'],
	...Object.entries(milliseconds).map(([name, values]) => [
		name,
		...[median(values), percentile(values, 99)].map((value) => value.toFixed(1)),
		(median(values) / base).toFixed(2),
	]),
)
