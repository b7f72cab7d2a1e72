import type { NewJob } from '../../jobs/job.ts'
import { DELIVERY_KEY_TIME_MAX, DELIVERY_KEYS_STEP } from '../../limits.ts'
import type { DeliveryKey, Overflow } from '../../queue/queue-store.ts'
import { isOverSql, newestSql } from './overflow.ts'
import type { SqliteDatabase, Statement } from './sqlite-database.ts'

// On a conflict the row is written as it was, because only a row that is written is returned; one that is too old goes to the new job.
// number follows the order of time: what is written anew goes to the end.
const keepSql = (values: string) => `INSERT INTO delivery_keys (webhook_id, key_hash, body_hash, job_id, time) ${values}
	ON CONFLICT (webhook_id, key_hash) DO UPDATE SET
		number = CASE WHEN time <= ?6 THEN (SELECT max(number) + 1 FROM delivery_keys) ELSE number END,
		body_hash = CASE WHEN time <= ?6 THEN excluded.body_hash ELSE body_hash END,
		job_id = CASE WHEN time <= ?6 THEN excluded.job_id ELSE job_id END,
		time = CASE WHEN time <= ?6 THEN excluded.time ELSE time END
	RETURNING job_id, body_hash`

const keepAlwaysSql = keepSql('VALUES (?1, ?2, ?3, ?4, ?5)')
// ?7 is the concurrency key, ?8 how many of it may run.
const keepFittingSql = keepSql(`SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT ${isOverSql('?7', '?8')}`)
const keepSkippingSql = keepSql(`SELECT ?1, ?2, ?3, iif(${isOverSql('?7', '?8')}, ${newestSql('?7')}, ?4), ?5 WHERE true`)

const findSql = 'SELECT job_id, body_hash FROM delivery_keys WHERE webhook_id = ? AND key_hash = ? AND time > ?'

/** The key of the job that is the first value. */
export const keptKeySql = 'SELECT 1 FROM delivery_keys WHERE webhook_id = ?17 AND key_hash = ?18 AND job_id = ?1'

const pruneSql = `DELETE FROM delivery_keys WHERE number IN (SELECT number FROM delivery_keys ORDER BY number LIMIT ?1)
	AND (time <= ?2 OR number <= (SELECT max(number) FROM delivery_keys) - ?3)`

export type KeptKey = { job_id: string; body_hash: Uint8Array }

/** Keeps a key for a job, unless it is kept for another one: whose it is then comes back. */
export function keepKey(key: DeliveryKey, { jobId, creationTime }: Pick<NewJob, 'jobId' | 'creationTime'>): Statement {
	return { sql: keepAlwaysSql, values: keepValues(key, { jobId, creationTime }) }
}

/** The same where a concurrency key may be used up: then the delivery's key is not kept, or kept for the job that the call is told. */
export function keepKeyUnlessOver(key: DeliveryKey, job: NewJob, overflow: Exclude<Overflow, 'queue'>): Statement {
	if (overflow === 'replace') return keepKey(key, job)
	const sql = overflow === 'skip' ? keepSkippingSql : keepFittingSql
	return { sql, values: [...keepValues(key, job), job.concurrencyKey, job.keyConcurrency] }
}

function keepValues({ webhookId, keyHash, bodyHash, forgottenTime }: DeliveryKey, job: Pick<NewJob, 'jobId' | 'creationTime'>): unknown[] {
	return [webhookId, keyHash, bodyHash, job.jobId, job.creationTime, forgottenTime]
}

/** The statement that tells for which job a key is kept. */
export function findKey({ webhookId, keyHash, forgottenTime }: DeliveryKey): Statement {
	return { sql: findSql, values: [webhookId, keyHash, forgottenTime] }
}

/** Forgets some of the keys that are too old or too many; whether there may be more. */
export async function deleteOldKeys(database: Pick<SqliteDatabase, 'transaction'>, now: number, most: number): Promise<boolean> {
	const values = [DELIVERY_KEYS_STEP, now - DELIVERY_KEY_TIME_MAX, most]
	const [result] = await database.transaction([{ sql: pruneSql, values }])
	return result!.changes === DELIVERY_KEYS_STEP
}
