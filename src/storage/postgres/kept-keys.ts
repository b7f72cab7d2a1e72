import type { NewJob } from '../../jobs/job.ts'
import type { DeliveryKey } from '../../queue/queue-store.ts'
import type { KeptKey } from '../delivery-keys.ts'
import type { Run } from './connections.ts'

// As many keys by one statement as came. In the order of the index, so that of two runners that keep the same ones neither waits for the other.
const findSql = `SELECT kept.number, webhook_id, key_hash, job_id, body_hash, time
	FROM unnest(?1::bigint[], ?2::bytea[]) AS asked (webhook_id, key_hash) JOIN delivery_keys AS kept USING (webhook_id, key_hash)
	ORDER BY webhook_id, key_hash`
const forgetSql = `DELETE FROM delivery_keys WHERE number IN (
	SELECT number FROM delivery_keys WHERE number = ANY (?1::bigint[]) ORDER BY webhook_id, key_hash FOR UPDATE)`
// On a conflict the row is written as it was, because only a row that is written is returned.
const keepSql = `INSERT INTO delivery_keys (webhook_id, key_hash, body_hash, job_id, time)
	SELECT * FROM unnest(?1::bigint[], ?2::bytea[], ?3::bytea[], ?4::text[], ?5::bigint[]) AS key (webhook_id, key_hash, body_hash, job_id, time)
	ORDER BY webhook_id, key_hash
	ON CONFLICT (webhook_id, key_hash) DO UPDATE SET time = delivery_keys.time RETURNING webhook_id, key_hash, job_id, body_hash`

type KeyRow = KeptKey & { webhook_id: number; key_hash: Uint8Array }
type FoundRow = KeyRow & { number: number; time: number }

/** Keys of deliveries and whose they are, by {@link textOfKey}. */
export type KeptKeys = Map<string, KeptKey>

/** The same for the same key. */
export function textOfKey({ webhookId, keyHash }: DeliveryKey): string {
	return textOf(webhookId, keyHash)
}

/** Those of some keys that are kept; those among them that are too old are forgotten. */
export async function findKeys(run: Run, keys: DeliveryKey[]): Promise<KeptKeys> {
	if (keys.length === 0) return new Map()
	const forgottenTimes = new Map(keys.map((key) => [textOfKey(key), key.forgottenTime]))
	const asked = [keys.map(({ webhookId }) => webhookId), keys.map(({ keyHash }) => Buffer.from(keyHash))]
	const found = (await run({ sql: findSql, values: asked })).rows as FoundRow[]
	const isOld = (row: FoundRow) => row.time <= forgottenTimes.get(textOfRow(row))!
	const old = found.filter(isOld).map(({ number }) => number)
	if (old.length > 0) await run({ sql: forgetSql, values: [old] })
	return new Map(found.filter((row) => !isOld(row)).map((row) => [textOfRow(row), row]))
}

/** Keeps keys that differ, each for its job unless another runner did meanwhile: whose they are. */
export async function keepKeys(run: Run, kept: { key: DeliveryKey; job: NewJob }[]): Promise<KeptKeys> {
	if (kept.length === 0) return new Map()
	const values = [
		kept.map(({ key }) => key.webhookId),
		kept.map(({ key }) => Buffer.from(key.keyHash)),
		kept.map(({ key }) => Buffer.from(key.bodyHash)),
		kept.map(({ job }) => job.jobId),
		kept.map(({ job }) => job.creationTime),
	]
	const rows = (await run({ sql: keepSql, values })).rows as KeyRow[]
	return new Map(rows.map((row) => [textOfRow(row), row]))
}

function textOfRow({ webhook_id, key_hash }: KeyRow): string {
	return textOf(webhook_id, key_hash)
}

function textOf(webhookId: number, keyHash: Uint8Array): string {
	return `${webhookId} ${Buffer.from(keyHash).toString('hex')}`
}
