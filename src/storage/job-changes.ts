import type { Job } from '../jobs/job.ts'
import { isFinal, type JobStatus, mayFollow } from '../jobs/job-status.ts'
import type { StatusChange } from '../jobs/job-store.ts'
import type { GivingBack, Holder } from '../queue/queue-store.ts'
import type { JobEnd } from '../worker/job-end.ts'
import type { Statement } from './database.ts'
import { firstOfKeySql, holdingSql } from './waiting-order.ts'

const ANYBODY = 'anybody'

/** Whether the node that a write names still has the job: the value of the placeholder is that of {@link holderValue}. */
export function isHeldSql(holder: string, column = 'held_by'): string {
	return `(${holder} = '${ANYBODY}' OR ${column} IS NOT DISTINCT FROM ${holder})`
}

/** A write that names no holder is not of a run. One of a job that nobody held, such as a copied one, must not change what somebody took since. */
export function holderValue(heldBy: Holder): string | null {
	return heldBy === undefined ? ANYBODY : heldBy
}

const startedSql = `UPDATE jobs SET status = 'Running', start_time = ?1, last_modified_time = ?1, last_status_modified_time = ?1
	WHERE job_id = ?2 AND status = 'Activating' AND ${isHeldSql('?3')}`

const changeSql = `UPDATE jobs SET status = ?1, last_modified_time = ?2, last_status_modified_time = ?2,
	status_details = coalesce(?3, status_details), exception = coalesce(?4, exception), end_time = CASE WHEN ?5 = 1 THEN ?2 ELSE end_time END
	WHERE job_id = ?6 AND status = ?7 AND ${isHeldSql('?8')} RETURNING runbook_name, status`

const giveBackSql = `UPDATE jobs SET status = 'New', start_time = NULL, held_by = NULL, try_count = try_count - ?1, last_modified_time = ?2,
	last_status_modified_time = ?2, queued_time = NULL, claim_time = NULL
	WHERE job_id = ?3 AND status IN ('Activating', 'Running') AND ${isHeldSql('?4')} RETURNING runbook_name`

/** The jobs that were taken and have not ended. */
export const takenSql = `SELECT * FROM jobs WHERE ${holdingSql} ORDER BY number`

/** The changes that stand in the statements above, and in those that claim and replace. */
const written: [JobStatus, JobStatus][] = [
	['New', 'Activating'],
	['New', 'Stopped'],
	['Activating', 'Running'],
	['Activating', 'New'],
	['Running', 'New'],
]
for (const [from, to] of written) checkChange(from, to)

/** Activating to Running. */
export function startedStatement(jobId: string, at: number, heldBy: Holder): Statement {
	return { sql: startedSql, values: [at, jobId, holderValue(heldBy)] }
}

function changeStatement({ jobId, from, to, at, statusDetails, exception }: StatusChange, heldBy?: Holder): Statement {
	checkChange(from, to)
	return {
		sql: changeSql,
		values: [to, at, statusDetails ?? null, exception ?? null, isFinal(to) ? 1 : 0, jobId, from, holderValue(heldBy)],
	}
}

/** The statements of a change of status; the first one returns the job's runbook and status where the status still was `from`. */
export function changeStatements(change: StatusChange): Statement[] {
	const mayMoveOthers = change.from === 'New' || change.to === 'New'
	return [changeStatement(change), ...(mayMoveOthers ? [{ sql: firstOfKeySql, values: [change.jobId] }] : [])]
}

/** Ends a job from whatever status it has; the one that does so returns what the first of {@link changeStatements} does. */
export function endStatements({ jobId, to, at, heldBy, statusDetails, exception }: Omit<JobEnd, 'records'>): Statement[] {
	const change = (from: Job['status'], end: Job['status']): Statement =>
		changeStatement({ jobId, from, to: end, at, ...given({ statusDetails, exception }) }, heldBy)
	return [
		// A job that is not yet known to run passes through Running, as the table of statuses has it.
		...(to === 'Completed' ? [startedStatement(jobId, at, heldBy)] : []),
		...(['Activating', 'Running', 'Stopping'] as const).filter((from) => mayFollow(from, to)).map((from) => change(from, to)),
		...(to === 'Stopped' ? [] : [change('Stopping', 'Stopped')]),
	]
}

/** Puts a taken job back; the first statement returns its runbook where it did. */
export function giveBackStatements(jobId: string, { at, countTry, heldBy }: GivingBack): Statement[] {
	// One that is being stopped has nobody left who would end it.
	const stopped = changeStatement({ jobId, from: 'Stopping', to: 'Stopped', at, exception: 'The job was stopped.' }, heldBy)
	return [
		{ sql: giveBackSql, values: [countTry ? 0 : 1, at, jobId, holderValue(heldBy)] },
		stopped,
		{ sql: firstOfKeySql, values: [jobId] },
	]
}

function checkChange(from: JobStatus, to: JobStatus): void {
	if (!mayFollow(from, to)) throw new Error(`A job cannot go from ${from} to ${to}.`)
}

function given<Members extends object>(members: Members): { [Name in keyof Members]?: NonNullable<Members[Name]> } {
	return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never
}
