import { RETENTION_STEP_BYTES, RETENTION_STEP_JOBS, RETENTION_STEP_RECORDS } from '../../limits.ts'
import { deleteOldKeys } from '../delivery-keys.ts'
import type { EndedJob, HistoryStore } from '../history-store.ts'
import { deleteContents } from '../old-contents.ts'
import type { PostgresDatabase } from './postgres-database.ts'

/** As many as fit into one step, by their own size, and one in any case. */
const oldestSql = `SELECT job_id, end_time FROM (
		SELECT job_id, end_time, sum(bytes) OVER (ORDER BY end_time, job_id) - bytes AS bytes_before FROM (
			SELECT job_id, end_time, octet_length(parameters) + coalesce(octet_length(exception), 0) AS bytes
			FROM jobs WHERE end_time IS NOT NULL ORDER BY end_time LIMIT ${RETENTION_STEP_JOBS}) AS oldest) AS summed
	WHERE bytes_before < ${RETENTION_STEP_BYTES} ORDER BY end_time, job_id`

// What another runner adds up at the same time is passed over: it adds it to what is there.
const addUpSql = `WITH added AS (DELETE FROM ended_jobs WHERE ctid IN (SELECT ctid FROM ended_jobs FOR UPDATE SKIP LOCKED) RETURNING count)
	INSERT INTO ended_jobs (count) SELECT sum(count) FROM added HAVING count(*) > 0`
const countSql = 'SELECT coalesce(sum(count), 0) AS count FROM ended_jobs'

// ?1 is the list of jobs, in the order that they go. Those whose records are half gone are found again; records without a job would stay for ever.
const deleteRecordsSql = `DELETE FROM job_streams WHERE (job_id, sequence) IN (SELECT job_id, sequence FROM (
	SELECT job_id, sequence, sum(bytes) OVER (ORDER BY place, sequence) - bytes AS bytes_before FROM (
		SELECT job_streams.job_id, place, sequence, octet_length(json) AS bytes
		FROM unnest(?1::text[]) WITH ORDINALITY AS job (job_id, place), LATERAL (
			SELECT * FROM job_streams WHERE job_streams.job_id = job.job_id ORDER BY sequence LIMIT ${RETENTION_STEP_RECORDS}) AS job_streams
		ORDER BY place, sequence LIMIT ${RETENTION_STEP_RECORDS}) AS first) AS summed
	WHERE bytes_before < ${RETENTION_STEP_BYTES})`
const deleteUsesSql = `DELETE FROM asset_uses WHERE ctid IN (
	SELECT ctid FROM asset_uses WHERE job_id = ANY (?1::text[]) LIMIT ${RETENTION_STEP_RECORDS})`
const isBareSql = `job_id = ANY (?1::text[]) AND NOT EXISTS (SELECT 1 FROM job_streams WHERE job_streams.job_id = owner.job_id)
	AND NOT EXISTS (SELECT 1 FROM asset_uses WHERE asset_uses.job_id = owner.job_id)`
const deleteRunsSql = `DELETE FROM scheduled_runs AS owner WHERE ${isBareSql}`
const deleteJobsSql = `DELETE FROM jobs AS owner WHERE ${isBareSql} AND end_time IS NOT NULL`

/** What retention needs, on PostgreSQL. Several runners may look at the same time: they delete one after the other, each what is left. */
export function openHistoryStore(database: PostgresDatabase): HistoryStore {
	return {
		async look() {
			const found = await database.transaction([oldestSql, addUpSql, countSql].map((sql) => ({ sql, values: [] })))
			const [{ count }] = found[2]!.rows as [{ count: number }]
			const rows = found[0]!.rows as { job_id: string; end_time: number }[]
			const oldest = rows.map(({ job_id, end_time }): EndedJob => ({ jobId: job_id, endTime: end_time }))
			// What of its files is free the server does not tell: a bound for bytes would go on deleting until nothing is left.
			return { oldest, endedCount: count, bytes: 0, freeBytes: 0 }
		},
		async deleteSome(jobIds) {
			const statements = [deleteRecordsSql, deleteUsesSql, deleteRunsSql, deleteJobsSql].map((sql) => ({ sql, values: [jobIds] }))
			return (await database.transaction(statements, ['retention'])).at(-1)!.changes
		},
		isHeld: async () => false,
		// The server's own autovacuum uses what is free again.
		giveSpaceBack: async () => false,
		deleteContents: deleteContents.bind(undefined, database),
		deleteKeys: (now) => deleteOldKeys(database, now),
	}
}
