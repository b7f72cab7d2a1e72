import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { test } from 'uvu'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const ticks = runbookText(`output('tick')`, { declares: `schedule: { cron: '* * * * * *', missed: 'all' },` })

/** The runs that a runner kept, with how many jobs each has. */
function keptRuns(folder: string): { due: number; jobs: number }[] {
	const db = new DatabaseSync(join(folder, 'data/runhook.sqlite'), { readOnly: true })
	try {
		const sql = `SELECT due_time AS due, (SELECT count(*) FROM jobs WHERE jobs.job_id = scheduled_runs.job_id) AS jobs
			FROM scheduled_runs ORDER BY due_time`
		const jobs = db.prepare('SELECT count(*) AS count FROM jobs').get()!
		const runs = db.prepare(sql).all() as { due: number; jobs: number }[]
		assert.equal(jobs.count, runs.length, 'a job without a run')
		return runs.map(({ due, jobs: count }) => ({ due, jobs: count }))
	} finally {
		db.close()
	}
}

test('a runner that is killed again and again makes each due run once, and misses none', async () => {
	await using runner = await startRunner({ runbooks: { ticks }, webhooks: [] })
	for (let round = 0; round < 3; round++) {
		const before = keptRuns(runner.folder).length
		await until('runs were made', () => keptRuns(runner.folder).length > before + 1)
		await wait(Math.random() * 1_000)
		await runner.end('SIGKILL')
		await wait(round * 1_200)
		await runner.restart()
	}
	const sofar = keptRuns(runner.folder).length
	await until('runs were made again', () => keptRuns(runner.folder).length > sofar + 1)
	const ending = Date.now() - 1_000
	await runner.end('SIGTERM')
	const runs = keptRuns(runner.folder)
	const first = runs[0]!.due
	const due = runs.map((run) => run.due)
	assert.deepEqual(
		due,
		due.map((_, index) => first + index * 1_000),
	)
	assert.ok(due.at(-1)! >= ending - 3_000)
	assert.deepEqual([...new Set(runs.map(({ jobs }) => jobs))], [1])
})

test.run()
