import type { Job, NewJob } from '../jobs/job.ts'
import { isFinal, type JobStatus, mayFollow } from '../jobs/job-status.ts'
import type { StatusChange } from '../jobs/job-store.ts'
import type { DeliveryKey, DeliveryOutcome } from '../queue/queue-store.ts'
import type { JobEnd } from '../worker/job-end.ts'
import type { Statement } from './database.ts'
import type { KeptKey } from './delivery-keys.ts'

/** What a new job is written with; the values stand in {@link insertValues}, the last one is for all three times. */
export const insertColumns = `job_id, name, name_key, runbook_name, content_hash, webhook_id, webhook_name, parameters, started_by,
	is_test, request_hash, traceparent, status, creation_time, last_modified_time, last_status_modified_time`
export const insertPlaces = "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'New', ?13, ?13, ?13"

const startedSql = `UPDATE jobs SET status = 'Running', start_time = ?1, last_modified_time = ?1, last_status_modified_time = ?1
	WHERE job_id = ?2 AND status = 'Activating'`

const changeSql = `UPDATE jobs SET status = ?1, last_modified_time = ?2, last_status_modified_time = ?2,
	status_details = coalesce(?3, status_details), exception = coalesce(?4, exception), end_time = CASE WHEN ?5 = 1 THEN ?2 ELSE end_time END
	WHERE job_id = ?6 AND status = ?7 RETURNING runbook_name, status`

const giveBackSql = `UPDATE jobs SET status = 'New', start_time = NULL, try_count = try_count - ?1, last_modified_time = ?2,
	last_status_modified_time = ?2 WHERE job_id = ?3 AND status IN ('Activating', 'Running') RETURNING runbook_name`

/** The jobs that were taken and have not ended. */
export const takenSql = `SELECT * FROM jobs WHERE status IN ('Activating', 'Running', 'Stopping') ORDER BY number`

/** The changes that stand in the statements above, and in those that claim. */
const written: [JobStatus, JobStatus][] = [
	['New', 'Activating'],
	['Activating', 'Running'],
	['Activating', 'New'],
	['Running', 'New'],
]
for (const [from, to] of written) checkChange(from, to)

export function insertValues(job: NewJob): unknown[] {
	const { jobId, name, runbookName } = job
	return [
		...(name === jobId ? [jobId, null, null] : [jobId, name, name.toLowerCase()]),
		...[runbookName, job.contentHash, job.webhookId, job.webhookName],
		...[JSON.stringify(job.parameters), job.startedBy, Number(job.isTest), job.requestHash, job.traceparent, job.creationTime],
	]
}

/** Activating to Running. */
export function startedStatement(jobId: string, at: number): Statement {
	return { sql: startedSql, values: [at, jobId] }
}

/** Returns the job's runbook and status where the status still was `from`. */
export function changeStatement({ jobId, from, to, at, statusDetails, exception }: StatusChange): Statement {
	checkChange(from, to)
	return { sql: changeSql, values: [to, at, statusDetails ?? null, exception ?? null, isFinal(to) ? 1 : 0, jobId, from] }
}

/** Ends a job from whatever status it has; the one that does so returns what {@link changeStatement} does. */
export function endStatements({ jobId, to, at, statusDetails, exception }: Omit<JobEnd, 'records'>): Statement[] {
	const change = (from: Job['status'], end: Job['status']): Statement =>
		changeStatement({ jobId, from, to: end, at, ...given({ statusDetails, exception }) })
	return [
		// A job that is not yet known to run passes through Running, as the table of statuses has it.
		...(to === 'Completed' ? [startedStatement(jobId, at)] : []),
		...(['Activating', 'Running', 'Stopping'] as const).filter((from) => mayFollow(from, to)).map((from) => change(from, to)),
		...(to === 'Stopped' ? [] : [change('Stopping', 'Stopped')]),
	]
}

/** Puts a taken job back; the first statement returns its runbook where it did. */
export function giveBackStatements(jobId: string, { at, countTry }: { at: number; countTry: boolean }): Statement[] {
	// One that is being stopped has nobody left who would end it.
	const stopped = changeStatement({ jobId, from: 'Stopping', to: 'Stopped', at, exception: 'The job was stopped.' })
	return [{ sql: giveBackSql, values: [countTry ? 0 : 1, at, jobId] }, stopped]
}

export function repeated(kept: KeptKey, { bodyHash }: DeliveryKey): DeliveryOutcome {
	return { kind: 'repeated', jobId: kept.job_id, isSameBody: Buffer.compare(kept.body_hash, bodyHash) === 0 }
}

function checkChange(from: JobStatus, to: JobStatus): void {
	if (!mayFollow(from, to)) throw new Error(`A job cannot go from ${from} to ${to}.`)
}

function given<Members extends object>(members: Members): { [Name in keyof Members]?: NonNullable<Members[Name]> } {
	return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never
}
