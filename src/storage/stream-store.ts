import { type Kysely, type Selectable, sql } from 'kysely'
import { STREAM_HEAD_LENGTH, STREAM_PAGE_BYTES } from '../limits.ts'
import type { JobStreamRecord } from '../streams/job-stream.ts'
import type { StreamPage, StreamStore } from '../streams/stream-store.ts'
import type { Tables } from './tables.ts'

export function openStreamReads(queries: Kysely<Tables>): Omit<StreamStore, 'append'> {
	return {
		async list(jobId, page) {
			// Lengths first, which are known without reading the texts: a page of large records must not fill the memory.
			const lengths = await pageOf(queries, jobId, page)
				.select(['sequence', sql<number>`octet_length(json)`.as('bytes')])
				.execute()
			const last = lastWithin(lengths, STREAM_PAGE_BYTES)
			if (last === undefined) return []
			return (await pageOf(queries, jobId, page).selectAll().where('sequence', '<=', last).execute()).map(recordOfRow)
		},
		async listHeads(jobId, page) {
			const head = sql<string>`substr(json, 1, ${STREAM_HEAD_LENGTH})`.as('json')
			return (await pageOf(queries, jobId, page).select(['job_id', 'sequence', 'time', 'stream_type', head]).execute()).map(recordOfRow)
		},
		async get(jobId, sequence) {
			const query = queries.selectFrom('job_streams').selectAll().where('job_id', '=', jobId).where('sequence', '=', sequence)
			const row = await query.executeTakeFirst()
			return row && recordOfRow(row)
		},
	}
}

function pageOf(queries: Kysely<Tables>, jobId: string, { after, limit, streamType, time }: StreamPage) {
	let query = queries.selectFrom('job_streams').where('job_id', '=', jobId).where('sequence', '>', after)
	if (streamType) query = query.where('stream_type', '=', streamType)
	if (typeof time?.from === 'number') query = query.where('time', '>=', time.from)
	if (typeof time?.to === 'number') query = query.where('time', '<=', time.to)
	return query.orderBy('sequence').limit(limit)
}

/** The sequence of the last record that fits into so many bytes; of the first one in any case. */
function lastWithin(lengths: { sequence: number; bytes: number }[], bytesMax: number): number | undefined {
	let bytes = 0
	let last: number | undefined
	for (const record of lengths) {
		bytes += record.bytes
		if (last !== undefined && bytes > bytesMax) break
		last = record.sequence
	}
	return last
}

function recordOfRow(row: Selectable<Tables['job_streams']>): JobStreamRecord {
	return { sequence: row.sequence, time: row.time, streamType: row.stream_type, json: row.json }
}
