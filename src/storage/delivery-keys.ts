import { DELIVERY_KEY_TIME_MAX, DELIVERY_KEYS_MAX, DELIVERY_KEYS_STEP } from '../limits.ts'
import type { DeliveryKey } from '../queue/queue-store.ts'
import type { Database, Statement } from './database.ts'

const forgetSql = 'DELETE FROM delivery_keys WHERE webhook_id = ?1 AND key_hash = ?2 AND time <= ?3'
// On a conflict the row is written as it was, because only a row that is written is returned.
const keepSql = `INSERT INTO delivery_keys (webhook_id, key_hash, body_hash, job_id, time) VALUES (?1, ?2, ?3, ?4, ?5)
	ON CONFLICT (webhook_id, key_hash) DO UPDATE SET time = delivery_keys.time RETURNING job_id, body_hash`

const findSql = 'SELECT job_id, body_hash FROM delivery_keys WHERE webhook_id = ?1 AND key_hash = ?2 AND time > ?3'

/** The key of the job that is the first value. */
export const keptKeySql = 'SELECT 1 FROM delivery_keys WHERE webhook_id = ?14 AND key_hash = ?15 AND job_id = ?1'

const pruneSql = `DELETE FROM delivery_keys WHERE number IN (SELECT number FROM delivery_keys ORDER BY number LIMIT ?1)
	AND (time <= ?2 OR number <= (SELECT max(number) FROM delivery_keys) - ?3)`

export type KeptKey = { job_id: string; body_hash: Uint8Array }

/** Keeps a key for a job, unless it is kept for another one: whose it is comes back from the last statement. */
export function keepKey({ webhookId, keyHash, bodyHash, forgottenTime }: DeliveryKey, jobId: string, at: number): Statement[] {
	const forget = { sql: forgetSql, values: [webhookId, keyHash, forgottenTime] }
	return [forget, { sql: keepSql, values: [webhookId, keyHash, bodyHash, jobId, at] }]
}

export async function findKey(database: Database, { webhookId, keyHash, forgottenTime }: DeliveryKey): Promise<KeptKey | undefined> {
	return (await database.rows<KeptKey>(findSql, webhookId, keyHash, forgottenTime))[0]
}

/** Forgets keys that are too old or too many, a few at a time so that requests come in between. */
export async function deleteOldKeys(database: Database, now: number, signal: AbortSignal, most: number = DELIVERY_KEYS_MAX): Promise<void> {
	let deleted = DELIVERY_KEYS_STEP
	while (deleted === DELIVERY_KEYS_STEP && !signal.aborted) {
		const values = [DELIVERY_KEYS_STEP, now - DELIVERY_KEY_TIME_MAX, most]
		const [result] = await database.transaction([{ sql: pruneSql, values }])
		deleted = result!.changes
	}
}
