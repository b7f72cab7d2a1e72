import type { NewJob } from '../../jobs/job.ts'
import type { DeliveryKey, Overflow } from '../../queue/queue-store.ts'
import { keptKeySql } from './delivery-keys.ts'
import { isOverSql } from './overflow.ts'
import { claimedRunSql } from './scheduled-runs.ts'
import type { Statement } from './sqlite-database.ts'
import { isBehindSql } from './waiting-order.ts'

const insertColumns = `job_id, name, name_key, runbook_name, content_hash, webhook_id, webhook_name, parameters, status, started_by,
	is_test, request_hash, creation_time, last_modified_time, last_status_modified_time, traceparent, priority, concurrency_key, key_concurrency,
	is_behind`
const insertedSql = `?, ?, ?, ?, ?, ?, ?, ?, 'New', ?, ?, ?, ?12, ?12, ?12, ?13, ?14, ?15, ?16, ${isBehindSql}`
const insertSql = `INSERT INTO jobs (${insertColumns}) VALUES (${insertedSql}) ON CONFLICT DO NOTHING`
const insertWhereSql = (condition: string) => `INSERT INTO jobs (${insertColumns}) SELECT ${insertedSql} WHERE ${condition}`
const insertRunSql = insertWhereSql(`EXISTS (${claimedRunSql})`)
const insertKeptSql = insertWhereSql(`EXISTS (${keptKeySql})`)
const insertFittingSql = insertWhereSql(`NOT ${isOverSql('?15', '?16')}`)

/** Inserts a job as New; nothing when its name is taken. */
export function insertJob(job: NewJob): Statement {
	return { sql: insertSql, values: insertValues(job) }
}

/** Inserts the job that a run of a job schedule was claimed for. */
export function insertClaimed(job: NewJob): Statement {
	return { sql: insertRunSql, values: insertValues(job) }
}

/** Inserts a job whose delivery's key is kept for it. */
export function insertKept(job: NewJob, { webhookId, keyHash }: DeliveryKey): Statement {
	return { sql: insertKeptSql, values: [...insertValues(job), webhookId, keyHash] }
}

/** Inserts a job unless its concurrency key is used up. */
export function insertUnlessOver(job: NewJob, key: DeliveryKey | undefined, overflow: Exclude<Overflow, 'queue'>): Statement {
	// Whether the key was kept for this job says whether there was room.
	if (key) return insertKept(job, key)
	return overflow === 'replace' ? insertJob(job) : { sql: insertFittingSql, values: insertValues(job) }
}

function insertValues(job: NewJob): unknown[] {
	const { jobId, name, runbookName } = job
	return [
		...(name === jobId ? [jobId, null, null] : [jobId, name, name.toLowerCase()]),
		...[runbookName, job.contentHash, job.webhookId, job.webhookName],
		...[JSON.stringify(job.parameters), job.startedBy, Number(job.isTest), job.requestHash, job.creationTime, job.traceparent],
		...[job.priority, job.concurrencyKey, job.keyConcurrency],
	]
}
