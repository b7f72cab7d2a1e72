import { RUNS_CLOSED_AT_ONCE } from '../limits.ts'
import type { RunOutcome, ScheduledRun } from '../queue/queue-store.ts'
import type { Statement, StatementResult } from './database.ts'

// ?1 is the job schedule, ?2 the due instant; of claims ?3 the job, ?4 whether runs may overlap.

const notEndedSql = 'EXISTS (SELECT 1 FROM jobs WHERE jobs.job_id = scheduled_runs.job_id AND end_time IS NULL)'
const openSql = 'SELECT due_time FROM scheduled_runs WHERE open_job_schedule_id = ?1 AND job_id IS NOT NULL'

/** The oldest runs whose jobs have ended, or are no longer kept, are open no more. */
const closeSql = `UPDATE scheduled_runs SET open_job_schedule_id = NULL
	WHERE job_schedule_id = ?1 AND due_time IN (${openSql} ORDER BY due_time LIMIT ${RUNS_CLOSED_AT_ONCE}) AND NOT ${notEndedSql}`

const mayStartSql = `(?4 = 1 OR NOT EXISTS (${openSql} AND ${notEndedSql}))`

/** Nothing was changed or decided since, neither by a request nor by another runner; the place is of what was decided when the run was found. */
const standsSql = (decidedTime: '?3' | '?5') => `EXISTS (SELECT 1 FROM job_schedules JOIN schedules USING (schedule_id)
	WHERE job_schedule_id = ?1 AND decided_time = ${decidedTime} AND is_enabled = 1)`

// The pair of job schedule and due instant is the key: of those who claim it one wins.
const claimSql = `INSERT INTO scheduled_runs (job_schedule_id, due_time, job_id, open_job_schedule_id) SELECT ?1, ?2, ?3, ?1
	WHERE ${standsSql('?5')} AND ${mayStartSql}
	ON CONFLICT (job_schedule_id, due_time) DO UPDATE SET job_id = excluded.job_id WHERE scheduled_runs.job_id IS NULL`

// One that waits has no job yet, and is forgotten where its schedule is changed.
const waitingSql = 'job_schedule_id = ?1 AND due_time = ?2 AND job_id IS NULL'
const claimWaitingSql = `UPDATE scheduled_runs SET job_id = ?3 WHERE ${waitingSql} AND ${mayStartSql}`

/** The claim of the job that is the first value: no other statement gives a run this job. */
export const claimedRunSql = 'SELECT 1 FROM scheduled_runs WHERE job_id = ?1'

const takenSql = 'EXISTS (SELECT 1 FROM scheduled_runs WHERE job_schedule_id = ?1 AND due_time = ?2 AND job_id IS NOT NULL)'

/** What stands after the claim: whether the run has a job, and else whether it could be claimed still. */
type ClaimFacts = { is_taken: number | boolean; is_claimable: number | boolean }
const factsSql = `SELECT ${takenSql} AS is_taken, ${standsSql('?3')} AS is_claimable`
const waitingFactsSql = `SELECT ${takenSql} AS is_taken, EXISTS (SELECT 1 FROM scheduled_runs WHERE ${waitingSql}) AS is_claimable`

const decideSql = `UPDATE job_schedules SET decided_time = ?2 WHERE job_schedule_id = ?1 AND ${standsSql('?3')} AND ${takenSql}`

/** The statements that claim a run, insert its job and tell the facts, in this order after the first; and decide up to it where it is new. */
export function claimRun({ jobScheduleId, dueTime, decidedTime, mayOverlap }: ScheduledRun, jobId: string, insert: Statement): Statement[] {
	const close = { sql: closeSql, values: [jobScheduleId] }
	const run = [jobScheduleId, dueTime]
	const claim = [...run, jobId, Number(mayOverlap)]
	if (decidedTime === null) return [close, { sql: claimWaitingSql, values: claim }, insert, { sql: waitingFactsSql, values: run }]
	return [
		close,
		{ sql: claimSql, values: [...claim, decidedTime] },
		insert,
		...[factsSql, decideSql].map((sql) => ({ sql, values: [...run, decidedTime] })),
	]
}

/** What the statements of {@link claimRun} did. */
export function claimOutcome([_closed, _claimed, inserted, told]: StatementResult[]): Exclude<RunOutcome, 'queueFull'> {
	if (inserted!.changes === 1) return 'accepted'
	const { is_taken, is_claimable } = told!.rows[0] as ClaimFacts
	if (is_taken) return 'runTaken'
	return is_claimable ? 'runOverlaps' : 'runChanged'
}
