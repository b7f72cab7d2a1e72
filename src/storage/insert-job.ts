import type { NewJob } from '../jobs/job.ts'
import type { DeliveryKey, DeliveryOutcome, Overflow } from '../queue/queue-store.ts'
import type { Database, Statement, StatementResult } from './database.ts'
import { findKey, type KeptKey, keepKey, keepKeyUnlessOver, keptKeySql } from './delivery-keys.ts'
import { findHolder, isOverSql, replaceWaiting } from './overflow.ts'
import { claimedRunSql } from './scheduled-runs.ts'
import { firstOfKeySql, isBehindSql } from './waiting-order.ts'

/** What a new job is written with: {@link insertValues} says the values, and how it waits the last one. */
export const insertColumns = `job_id, name, name_key, runbook_name, content_hash, webhook_id, webhook_name, parameters, started_by,
	is_test, request_hash, traceparent, priority, concurrency_key, key_concurrency, status, creation_time, last_modified_time,
	last_status_modified_time, is_behind`
const insertedSql = `?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?14, ?15, ?16, 'New', ?13, ?13, ?13, ${isBehindSql}`
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

/** Keeps a delivery's key and inserts its job, both or neither; the last but one returns whose the key is. */
export function insertKept(job: NewJob, key: DeliveryKey): Statement[] {
	return [...keepKey(key, job), insertWhereKept(job, key)]
}

function insertWhereKept(job: NewJob, { webhookId, keyHash }: DeliveryKey): Statement {
	return { sql: insertKeptSql, values: [...insertValues(job), webhookId, keyHash] }
}

/** Inserts the job of a delivery unless its concurrency key is used up; {@link overflowFacts} says what became of it. */
export function insertUnlessOver(job: NewJob, key: DeliveryKey | undefined, overflow: Exclude<Overflow, 'queue'>): Statement[] {
	const nothing = { sql: 'SELECT 1 WHERE false', values: [] }
	const fitting = overflow === 'replace' ? insertJob(job) : { sql: insertFittingSql, values: insertValues(job) }
	return [
		key ? findKey(key) : nothing,
		findHolder(job),
		overflow === 'replace' ? replaceWaiting(job, key) : nothing,
		...(key ? keepKeyUnlessOver(key, job, overflow) : [nothing, nothing]),
		// Whether the key was kept for this job says whether there was room.
		key ? insertWhereKept(job, key) : fitting,
		{ sql: firstOfKeySql, values: [job.jobId] },
	]
}

/** What the statements of {@link insertUnlessOver} did. */
export type OverflowFacts = { isInserted: boolean; replaced: { job_id: string; runbook_name: string }[]; outcome: DeliveryOutcome }

/** Reads the results of {@link insertUnlessOver}. */
export function overflowFacts(results: StatementResult[], key: DeliveryKey | undefined): OverflowFacts {
	const [kept] = results[0]!.rows as KeptKey[]
	const [holder] = results[1]!.rows as { job_id: string }[]
	const replaced = results[2]!.rows as OverflowFacts['replaced']
	const isInserted = results[5]!.changes === 1
	if (isInserted) return { isInserted, replaced, outcome: { kind: 'accepted', replaced: replaced.map(({ job_id }) => job_id) } }
	return { isInserted, replaced, outcome: kept ? repeated(kept, key!) : { kind: 'overflowed', jobId: holder!.job_id } }
}

/** What a delivery is told whose key is another job's. */
export function repeated(kept: KeptKey, { bodyHash }: DeliveryKey): Extract<DeliveryOutcome, { kind: 'repeated' }> {
	return { kind: 'repeated', jobId: kept.job_id, isSameBody: Buffer.compare(kept.body_hash, bodyHash) === 0 }
}

/** What a delivery that comes again is told; undefined where its key is not kept. */
export async function findRepeated(database: Database, key: DeliveryKey): Promise<DeliveryOutcome | undefined> {
	const [found] = await database.transaction([findKey(key)])
	const [kept] = found!.rows as KeptKey[]
	return kept && repeated(kept, key)
}

/** The values of a new job; the one after `traceparent` is for all three times. */
export function insertValues(job: NewJob): unknown[] {
	const { jobId, name, runbookName } = job
	return [
		...(name === jobId ? [jobId, null, null] : [jobId, name, name.toLowerCase()]),
		...[runbookName, job.contentHash, job.webhookId, job.webhookName],
		...[JSON.stringify(job.parameters), job.startedBy, Number(job.isTest), job.requestHash, job.traceparent, job.creationTime],
		...[job.priority, job.concurrencyKey, job.keyConcurrency],
	]
}
