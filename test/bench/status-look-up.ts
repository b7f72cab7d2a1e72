// Reading a job's status with 1 000 and with 1 000 000 jobs kept. The ratio should be near 1. node test/bench/status-look-up.ts [jobs]
import { randomUUIDv7 } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Runner, startRunner } from '../support/runner.ts'
import { median, percentile } from './measure.ts'

const [most = 1_000_000] = process.argv.slice(2).map(Number)

/** Fills the store of a runner that has ended with completed jobs; returns some of their ids. */
function fill(folder: string, jobs: number): string[] {
	using database = new DatabaseSync(join(folder, 'data', 'runhook.sqlite'))
	const insert =
		database.prepare(`INSERT INTO jobs (job_id, runbook_name, content_hash, parameters, status, is_test, creation_time, start_time,
		end_time, last_modified_time, last_status_modified_time) VALUES (?, 'nothing', 'none', ?, 'Completed', 0, ?3, ?3, ?3, ?3, ?3)`)
	const parameters = JSON.stringify({ WebhookData: { WebhookName: 'nothing', RequestBody: 'x'.repeat(300) } })
	const ids: string[] = []
	database.exec('BEGIN')
	for (let index = 0; index < jobs; index++) {
		const jobId = randomUUIDv7()
		insert.run(jobId, parameters, Date.now())
		if (index % Math.ceil(jobs / 1_000) === 0) ids.push(jobId)
	}
	database.exec('COMMIT')
	return ids
}

async function lookUp(runner: Runner, ids: string[]): Promise<number[]> {
	const milliseconds: number[] = []
	for (let index = 0; index < 2_000; index++) {
		const jobId = ids[(index * 7919) % ids.length]!
		const since = performance.now()
		await runner.job(jobId)
		milliseconds.push(performance.now() - since)
	}
	return milliseconds.slice(200)
}

const medians: number[] = []
for (const jobs of [1_000, most]) {
	await using runner = await startRunner({
		isBare: true,
		runbooks: { nothing: `import { defineRunbook } from 'runhook'\nexport default defineRunbook({ run() {} })` },
	})
	await runner.end('SIGTERM')
	const ids = fill(runner.folder, jobs)
	await runner.restart()
	const milliseconds = await lookUp(runner, ids)
	medians.push(median(milliseconds))
	console.log(`${jobs} jobs kept: p50 ${median(milliseconds).toFixed(2)} ms, p99 ${percentile(milliseconds, 99).toFixed(2)} ms`)
}
console.log(`ratio of the medians: ${(medians[1]! / medians[0]!).toFixed(2)}`)
