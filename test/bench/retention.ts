// Accepted calls while 500 000 old jobs are deleted, and the pace of that, against the same without. The ratio should be near 1.
// node test/bench/retention.ts [jobs] [rounds] [seconds]
import { randomUUIDv7 } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Runner, startRunner } from '../support/runner.ts'
import { type Load, median, sendLoad } from './measure.ts'

const [jobs = 500_000, rounds = 3, seconds = 3] = process.argv.slice(2).map(Number)
const MiB = 2 ** 20

/** Fills the store of a runner that has ended with jobs that ended a year ago, with three records each, the last one with 30 times a MiB. */
function fill(folder: string): void {
	using database = new DatabaseSync(join(folder, 'data', 'runhook.sqlite'))
	const insert =
		database.prepare(`INSERT INTO jobs (job_id, runbook_name, content_hash, parameters, status, is_test, creation_time, end_time,
		last_modified_time, last_status_modified_time) VALUES (?, 'nothing', 'none', ?, 'Completed', 0, ?3, ?3, ?3, ?3)`)
	const record = database.prepare(`INSERT INTO job_streams (job_id, sequence, time, stream_type, json) VALUES (?, ?, 1, 'Output', ?)`)
	const parameters = JSON.stringify({ WebhookData: { WebhookName: 'nothing', RequestBody: 'x'.repeat(300) } })
	const yearAgo = Date.now() - 365 * 86_400_000
	database.exec('BEGIN')
	for (let index = 0; index < jobs; index++) {
		const jobId = randomUUIDv7()
		insert.run(jobId, parameters, yearAgo + index)
		for (let sequence = 1; sequence <= 3; sequence++) record.run(jobId, sequence, JSON.stringify('x'.repeat(300)))
		// One that is deleted in the midst of the others.
		if (index === 10_000) for (let sequence = 4; sequence < 34; sequence++) record.run(jobId, sequence, JSON.stringify('x'.repeat(MiB)))
	}
	database.prepare('UPDATE ended_jobs SET count = count + ?').run(jobs)
	database.exec('COMMIT')
}

const waits = `import { defineRunbook, WebhookData, z } from 'runhook'
export default defineRunbook({ concurrency: 1, parameters: z.object({ WebhookData }), run: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve)) })`
const environment = { RUNHOOK_CONCURRENCY: '1', RUNHOOK_QUEUE_LIMIT: '10000000', RUNHOOK_SHUTDOWN_SECONDS: '0' }

const sizeOf = (runner: Runner) => {
	const file = join(runner.folder, 'data', 'runhook.sqlite')
	return (statSync(file).size + (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0)) / MiB
}
const shown = (name: string, loads: Load[]) => {
	const of = (key: 'perSecond' | 'p50' | 'p99') => median(loads.map((load) => load[key]))
	const failed = loads.reduce((sum, { non2xx, errors }) => sum + non2xx + errors, 0)
	console.log(
		`${name.padEnd(18)}${Math.round(of('perSecond'))} calls/s, p50 ${of('p50').toFixed(1)} ms, p99 ${of('p99').toFixed(1)} ms, ${failed} failed`,
	)
	return of('p99')
}

await using runner = await startRunner({
	isBare: true,
	runbooks: { waits },
	environment: { ...environment, RUNHOOK_RETENTION_DAYS: '3650' },
})
const load = () => sendLoad(runner.webhookUrl('waits'), seconds)
await load()
await runner.end('SIGTERM')
fill(runner.folder)
await runner.restart()
console.log(`${jobs} old jobs, ${Math.round(sizeOf(runner))} MiB`)
const without: Load[] = []
for (let round = 0; round < rounds; round++) without.push(await load())
await runner.end('SIGTERM')
await runner.restart({ RUNHOOK_RETENTION_DAYS: '1' })
const since = performance.now()
const during: Load[] = []
for (let round = 0; round < rounds; round++) during.push(await load())
const isDone = () => runner.logged.some((line) => line.includes('Old jobs deleted'))
if (isDone()) console.log('They were gone before the load ended: the figures below are of fewer seconds of deleting.')
const least = shown('without deleting', without)
const most = shown('while deleting', during)
console.log(`p99 while deleting / without: ${(most / least).toFixed(2)}`)
while (!isDone()) await new Promise((resolve) => setTimeout(resolve, 100))
console.log(`${jobs} jobs deleted in ${((performance.now() - since) / 1000).toFixed(1)} s; ${Math.round(sizeOf(runner))} MiB are left`)
