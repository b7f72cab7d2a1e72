import type { ScheduledRun } from '../../queue/queue-store.ts'
import type { Statement } from './sqlite-database.ts'

/** Runs whose jobs have ended, or are no longer kept, are open no more. */
const closeSql = `UPDATE scheduled_runs SET is_open = 0 WHERE job_schedule_id = ?1 AND is_open = 1 AND job_id IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.job_id = scheduled_runs.job_id AND end_time IS NULL)`

// The pair of job schedule and due instant is the key: of those who claim it one wins. One that waits has no job yet.
const claimSql = `INSERT INTO scheduled_runs (job_schedule_id, due_time, job_id, is_open) SELECT ?1, ?2, ?3, 1
	WHERE EXISTS (SELECT 1 FROM job_schedules WHERE job_schedule_id = ?1)
	AND (?4 OR NOT EXISTS (SELECT 1 FROM scheduled_runs WHERE job_schedule_id = ?1 AND is_open = 1 AND job_id IS NOT NULL))
	ON CONFLICT (job_schedule_id, due_time) DO UPDATE SET job_id = excluded.job_id WHERE scheduled_runs.job_id IS NULL`

/** The claim of the job that is the first value: no other statement gives a run this job. */
export const claimedRunSql = 'SELECT 1 FROM scheduled_runs WHERE job_id = ?1'

const decideSql = `UPDATE job_schedules SET decided_time = ?2 WHERE job_schedule_id = ?3 AND EXISTS (${claimedRunSql})`

const thereSql = 'SELECT 1 FROM scheduled_runs WHERE job_schedule_id = ? AND due_time = ?'

/** The statements that claim a run and insert its job; the second tells whether it was claimed, the last whether it is there. */
export function claimRun({ jobScheduleId, dueTime, mayOverlap, hasWaited }: ScheduledRun, jobId: string, insert: Statement): Statement[] {
	return [
		{ sql: closeSql, values: [jobScheduleId] },
		{ sql: claimSql, values: [jobScheduleId, dueTime, jobId, Number(mayOverlap)] },
		insert,
		// One that waited was decided when it began to wait.
		...(hasWaited ? [{ sql: 'SELECT 1', values: [] }] : [{ sql: decideSql, values: [jobId, dueTime, jobScheduleId] }]),
		{ sql: thereSql, values: [jobScheduleId, dueTime] },
	]
}
