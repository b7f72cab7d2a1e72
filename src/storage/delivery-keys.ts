import type { NewJob } from '../jobs/job.ts'
import { DELIVERY_KEY_TIME_MAX, DELIVERY_KEYS_MAX, DELIVERY_KEYS_STEP } from '../limits.ts'
import type { DeliveryKey, Overflow } from '../queue/queue-store.ts'
import type { Database, Statement } from './database.ts'
import { isOverSql, newestSql } from './overflow.ts'

const forgetSql = 'DELETE FROM delivery_keys WHERE webhook_id = ?1 AND key_hash = ?2 AND time <= ?3'
// On a conflict the row is written as it was, because only a row that is written is returned.
const keepSql = (values: string) => `INSERT INTO delivery_keys (webhook_id, key_hash, body_hash, job_id, time) ${values}
	ON CONFLICT (webhook_id, key_hash) DO UPDATE SET time = delivery_keys.time RETURNING job_id, body_hash`

const keepAlwaysSql = keepSql('VALUES (?1, ?2, ?3, ?4, ?5)')
// ?6 is the concurrency key, ?7 how many of it may run.
const keepFittingSql = keepSql(`SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT ${isOverSql('?6', '?7')}`)
const keepSkippingSql = keepSql(`SELECT ?1, ?2, ?3, CASE WHEN ${isOverSql('?6', '?7')} THEN ${newestSql('?6')} ELSE ?4 END, ?5 WHERE true`)

const findSql = 'SELECT job_id, body_hash FROM delivery_keys WHERE webhook_id = ?1 AND key_hash = ?2 AND time > ?3'

/** The key of the job that is the first value. */
export const keptKeySql = 'SELECT 1 FROM delivery_keys WHERE webhook_id = ?17 AND key_hash = ?18 AND job_id = ?1'

const pruneSql = `DELETE FROM delivery_keys WHERE number IN (SELECT number FROM delivery_keys ORDER BY number LIMIT ?1)
	AND (time <= ?2 OR number <= (SELECT max(number) FROM delivery_keys) - ?3)`

export type KeptKey = { job_id: string; body_hash: Uint8Array }

/** Keeps a key for a job, unless it is kept for another one: whose it is comes back from the last statement. */
export function keepKey(key: DeliveryKey, job: NewJob): [Statement, Statement] {
	return [forgetKey(key), { sql: keepAlwaysSql, values: keepValues(key, job) }]
}

/** The same where a concurrency key may be used up: then the delivery's key is not kept, or kept for the job that the call is told. */
export function keepKeyUnlessOver(key: DeliveryKey, job: NewJob, overflow: Exclude<Overflow, 'queue'>): [Statement, Statement] {
	if (overflow === 'replace') return keepKey(key, job)
	const sql = overflow === 'skip' ? keepSkippingSql : keepFittingSql
	return [forgetKey(key), { sql, values: [...keepValues(key, job), job.concurrencyKey, job.keyConcurrency] }]
}

function forgetKey({ webhookId, keyHash, forgottenTime }: DeliveryKey): Statement {
	return { sql: forgetSql, values: [webhookId, keyHash, forgottenTime] }
}

function keepValues({ webhookId, keyHash, bodyHash }: DeliveryKey, { jobId, creationTime }: NewJob): unknown[] {
	return [webhookId, keyHash, bodyHash, jobId, creationTime]
}

/** The statement that tells for which job a key is kept. */
export function findKey({ webhookId, keyHash, forgottenTime }: DeliveryKey): Statement {
	return { sql: findSql, values: [webhookId, keyHash, forgottenTime] }
}

/** Forgets some of the keys that are too old or too many; whether there may be more. */
export async function deleteOldKeys(database: Database, now: number, most: number = DELIVERY_KEYS_MAX): Promise<boolean> {
	const values = [DELIVERY_KEYS_STEP, now - DELIVERY_KEY_TIME_MAX, most]
	const [result] = await database.transaction([{ sql: pruneSql, values }])
	return result!.changes === DELIVERY_KEYS_STEP
}
