import { type Clock, repeatedly } from '../../clock.ts'
import {
	ENDED_JOBS_MAX,
	MILLISECONDS_PER_DAY,
	RETENTION_INTERVAL,
	RETENTION_STEP_JOBS,
	RETENTION_STEP_RECORDS,
	STORE_BYTES_MAX,
} from '../../limits.ts'
import type { Log } from '../../log.ts'
import { deleteOldKeys } from '../delivery-keys.ts'
import type { SqliteDatabase } from './sqlite-database.ts'

type Parts = { retentionDays: number; forgetReplaced: (at: number) => Promise<void>; clock: Clock; log: Log }

/** The oldest ended jobs, as long as they are over the age, or there are too many of them, or the store is too large. */
const oldestSql = 'SELECT job_id, number, end_time FROM jobs INDEXED BY jobs_ended WHERE end_time IS NOT NULL ORDER BY end_time LIMIT ?'

/** Free pages handed back in one step: few enough to stay under 5 ms. */
const VACUUM_STEP_PAGES = 200

/** Looks for old jobs from time to time and deletes them in small steps, until it is disposed. */
export function startRetention(database: SqliteDatabase, parts: Parts): AsyncDisposable {
	const look = async (signal: AbortSignal): Promise<void> => {
		try {
			const count = await deleteOldJobs(database, parts, signal)
			if (count > 0) parts.log.info('Old jobs deleted', { count })
			await parts.forgetReplaced(parts.clock.now())
			await deleteOldKeys(database, parts.clock.now(), signal)
		} catch (error) {
			if (!signal.aborted) parts.log.warn('Old jobs could not be deleted', { reason: (error as Error).message })
		}
	}
	return repeatedly(look, { clock: parts.clock, interval: RETENTION_INTERVAL, atOnce: true })
}

/** Deletes what is due, a few jobs at a time so that requests come in between; resolves with their number. */
export async function deleteOldJobs(
	database: SqliteDatabase,
	{ retentionDays, clock }: Pick<Parts, 'retentionDays' | 'clock'>,
	signal: AbortSignal,
	bounds: { jobs: number; bytes: number } = { jobs: ENDED_JOBS_MAX, bytes: STORE_BYTES_MAX },
): Promise<number> {
	const before = clock.now() - retentionDays * MILLISECONDS_PER_DAY
	let deleted = 0
	while (!signal.aborted) {
		const oldest = await database.rows<{ job_id: string; number: number; end_time: number }>(oldestSql, RETENTION_STEP_JOBS)
		const tooOld = oldest.filter(({ end_time }) => end_time < before)
		const due = tooOld.length > 0 ? tooOld : oldest[0] && (await isOver(database, oldest[0].number, bounds)) ? oldest : []
		if (due.length === 0) break
		const ids = JSON.stringify(due.map(({ job_id }) => job_id))
		// The records first: a job whose records are half gone is found again, records without a job would stay for ever.
		for (const table of ['job_streams', 'asset_uses'] as const) {
			let more = true
			while (more && !signal.aborted) more = (await deleteOf(database, table, ids)) === RETENTION_STEP_RECORDS
		}
		if (signal.aborted) break
		await database.transaction([
			{ sql: 'DELETE FROM scheduled_runs WHERE job_id IN (SELECT value FROM json_each(?))', values: [ids] },
			{ sql: 'DELETE FROM jobs WHERE job_id IN (SELECT value FROM json_each(?))', values: [ids] },
		])
		deleted += due.length
	}
	await deleteOldContents(database, before)
	if (deleted > 0) await giveSpaceBack(database, signal)
	return deleted
}

const keyColumns = { job_streams: 'job_id, sequence', asset_uses: 'job_id, kind, name, access, source' }

async function deleteOf(database: SqliteDatabase, table: keyof typeof keyColumns, ids: string): Promise<number> {
	const columns = keyColumns[table]
	const some = `SELECT ${columns} FROM ${table} WHERE job_id IN (SELECT value FROM json_each(?)) LIMIT ?`
	const sql = `DELETE FROM ${table} WHERE (${columns}) IN (${some})`
	const [result] = await database.transaction([{ sql, values: [ids, RETENTION_STEP_RECORDS] }])
	return result!.changes
}

/** Hands free pages back to the disk, a few at a time. */
async function giveSpaceBack(database: SqliteDatabase, signal: AbortSignal): Promise<void> {
	for (let before = Number.POSITIVE_INFINITY; !signal.aborted; ) {
		const [free] = await database.rows<{ freelist_count: number }>('PRAGMA freelist_count')
		if (free!.freelist_count === 0 || free!.freelist_count >= before) return
		before = free!.freelist_count
		await database.rows(`PRAGMA incremental_vacuum(${VACUUM_STEP_PAGES})`)
	}
}

/** Whether there are too many jobs from the oldest ended one on, told by their numbers because counting takes too long; or too many bytes. */
async function isOver(database: SqliteDatabase, oldestNumber: number, { jobs, bytes }: { jobs: number; bytes: number }): Promise<boolean> {
	const [size] = await database.rows<{ bytes: number }>(
		'SELECT (page_count - freelist_count) * page_size AS bytes FROM pragma_page_count, pragma_freelist_count, pragma_page_size',
	)
	const [newest] = await database.rows<{ number: number }>('SELECT max(number) AS number FROM jobs')
	return size!.bytes > bytes || newest!.number - oldestNumber + 1 > jobs
}

/** Contents that were superseded longer ago than jobs are kept, and that no waiting or running job needs. */
async function deleteOldContents(database: SqliteDatabase, before: number): Promise<void> {
	await database.rows(
		`DELETE FROM runbook_contents WHERE superseded_time < ? AND content_hash NOT IN
			(SELECT content_hash FROM jobs WHERE status = 'New'
			UNION SELECT content_hash FROM jobs WHERE status IN ('Activating', 'Running', 'Stopping', 'Suspended'))`,
		before,
	)
}
