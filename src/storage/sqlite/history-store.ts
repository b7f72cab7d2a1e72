import { RETENTION_STEP_BYTES, RETENTION_STEP_JOBS, RETENTION_STEP_PAGES, RETENTION_STEP_RECORDS } from '../../limits.ts'
import type { Database } from '../database.ts'
import { deleteOldKeys } from '../delivery-keys.ts'
import type { EndedJob, HistoryStore } from '../history-store.ts'
import { deleteContents } from '../old-contents.ts'
import type { SqliteDatabase } from './sqlite-database.ts'

/** As many as fit into one step, by their own size, and one in any case. Lengths are known without reading the texts. */
const oldestSql = `SELECT job_id, end_time FROM (SELECT job_id, end_time, sum(bytes) OVER (ORDER BY end_time, job_id) - bytes AS bytes_before FROM (
		SELECT job_id, end_time, octet_length(parameters) + coalesce(octet_length(exception), 0) AS bytes
		FROM jobs INDEXED BY jobs_ended WHERE end_time IS NOT NULL ORDER BY end_time, job_id LIMIT ${RETENTION_STEP_JOBS}))
	WHERE bytes_before < ${RETENTION_STEP_BYTES} ORDER BY end_time, job_id`

const sizeSql = `SELECT page_size * (page_count - freelist_count) AS bytes, page_size * freelist_count AS free_bytes,
		(SELECT count FROM ended_jobs) AS ended_count
	FROM pragma_page_count, pragma_freelist_count, pragma_page_size`

// ?1 is the list of jobs, in the order that they go. Those whose records are half gone are found again; records without a job would stay for ever.
// Not sorted before it is limited: that would look through all records of these jobs. They come by the list and by the key in any case.
const deleteRecordsSql = `DELETE FROM job_streams WHERE rowid IN (SELECT record FROM (
	SELECT record, sum(bytes) OVER (ORDER BY place, sequence) - bytes AS bytes_before FROM (
		SELECT job_streams.rowid AS record, job.key AS place, sequence, octet_length(job_streams.json) AS bytes
		FROM json_each(?1) AS job CROSS JOIN job_streams ON job_id = job.value LIMIT ${RETENTION_STEP_RECORDS}))
	WHERE bytes_before < ${RETENTION_STEP_BYTES})`
const useKeys = 'job_id, kind, name, access, source'
const deleteUsesSql = `DELETE FROM asset_uses WHERE (${useKeys}) IN (
	SELECT ${useKeys} FROM asset_uses WHERE job_id IN (SELECT value FROM json_each(?1)) LIMIT ${RETENTION_STEP_RECORDS})`
const isBareSql = `job_id IN (SELECT value FROM json_each(?1)) AND NOT EXISTS (SELECT 1 FROM job_streams WHERE job_streams.job_id = owner.job_id)
	AND NOT EXISTS (SELECT 1 FROM asset_uses WHERE asset_uses.job_id = owner.job_id)`
const deleteRunsSql = `DELETE FROM scheduled_runs AS owner WHERE ${isBareSql}`
const deleteJobsSql = `DELETE FROM jobs AS owner WHERE ${isBareSql} AND end_time IS NOT NULL`

/** What retention needs, on SQLite. */
export function openHistoryStore(database: Database & Pick<SqliteDatabase, 'checkpoint'>): HistoryStore {
	return {
		async look() {
			const [jobs, size] = await database.transaction([oldestSql, sizeSql].map((sql) => ({ sql, values: [] })))
			const { bytes, free_bytes, ended_count } = size!.rows[0] as { bytes: number; free_bytes: number; ended_count: number }
			const oldest = (jobs!.rows as { job_id: string; end_time: number }[]).map(
				({ job_id, end_time }): EndedJob => ({ jobId: job_id, endTime: end_time }),
			)
			return { oldest, endedCount: ended_count, bytes, freeBytes: free_bytes }
		},
		async deleteSome(jobIds) {
			const values = [JSON.stringify(jobIds)]
			const statements = [deleteRecordsSql, deleteUsesSql, deleteRunsSql, deleteJobsSql].map((sql) => ({ sql, values }))
			return (await database.transaction(statements)).at(-1)!.changes
		},
		isHeld: async () => !(await database.checkpoint()),
		async giveSpaceBack() {
			const free = { sql: 'PRAGMA freelist_count', values: [] }
			const vacuum = { sql: `PRAGMA incremental_vacuum(${RETENTION_STEP_PAGES})`, values: [] }
			const [before, , after] = (await database.transaction([free, vacuum, free])).map(
				({ rows }) => (rows[0] as { freelist_count: number } | undefined)?.freelist_count,
			)
			if (after! > 0 && after! < before!) return true
			// The file is shortened when the log is written into it; and a reader may have been in the way of that the last time.
			await database.checkpoint()
			return false
		},
		deleteContents: deleteContents.bind(undefined, database),
		deleteKeys: (now) => deleteOldKeys(database, now),
	}
}
