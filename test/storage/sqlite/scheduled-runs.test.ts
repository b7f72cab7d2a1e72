import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'uvu'
import type { Statement } from '../../../src/storage/database.ts'
import { openQueries, transact } from '../../../src/storage/queries.ts'
import { openScheduleStore } from '../../../src/storage/schedule-store.ts'
import { SqliteQueueStore } from '../../../src/storage/sqlite/queue-store.ts'
import { SqliteDatabase } from '../../../src/storage/sqlite/sqlite-database.ts'
import { newJob } from '../../support/new-job.ts'
import { linkedSchedule } from '../../support/new-schedule.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

test('what has run is never looked through: each statement finds a run by its key, by its job, or what is open', async () => {
	using folder = temporaryFolder()
	const file = join(folder.path, 'runhook.sqlite')
	await using database = await SqliteDatabase.open(file)
	const asked: Statement[] = []
	const run = database.transaction.bind(database)
	database.transaction = (request) => {
		asked.push(...request)
		return run(request)
	}
	const schedules = openScheduleStore(openQueries(database), (queries) => transact(database, queries))
	const queue = await SqliteQueueStore.open(database, 100)
	const { schedule, jobSchedule } = await linkedSchedule(schedules, 5)
	const { jobScheduleId } = jobSchedule
	await queue.insertRun(newJob(), { jobScheduleId, dueTime: 6, decidedTime: 5, mayOverlap: false })
	await schedules.wait(jobScheduleId, { read: 6, dueTime: 7 })
	await schedules.runsOf(jobScheduleId)
	await queue.insertRun(newJob(), { jobScheduleId, dueTime: 7, decidedTime: null, mayOverlap: true })
	await schedules.decide(jobScheduleId, { read: 7, decidedTime: 8, failure: { time: 8, dueTime: 8, message: 'No.' } })
	await schedules.update(schedule.scheduleId, { isEnabled: false }, { at: 9, anew: true })
	await schedules.deleteJobSchedule(randomUUID())
	await schedules.delete(schedule.scheduleId)

	using db = new DatabaseSync(file, { readOnly: true })
	const touching = asked.filter(({ sql }) => sql.includes('scheduled_runs'))
	const steps = touching.flatMap(({ sql }) => db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[])
	const ways = new Set(steps.map(({ detail }) => detail).filter((detail) => detail.includes('scheduled_runs')))
	const allowed = [
		/USING PRIMARY KEY \(job_schedule_id=\? AND due_time=\?\)/,
		/INDEX scheduled_runs_open \(open_job_schedule_id=\?( AND due_time=\?)?\)/,
		/INDEX scheduled_runs_job \(job_id=\?\)/,
	]
	assert.deepEqual(
		[...ways].filter((way) => !allowed.some((pattern) => pattern.test(way))),
		[],
	)
	assert.ok(allowed.every((pattern) => [...ways].some((way) => pattern.test(way))))
})

test.run()
