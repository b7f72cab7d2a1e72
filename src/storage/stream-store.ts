import type { Kysely, Selectable } from 'kysely'
import type { JobStreamRecord } from '../streams/job-stream.ts'
import type { StreamStore } from '../streams/stream-store.ts'
import type { Tables } from './tables.ts'

export function openStreamReads(queries: Kysely<Tables>): Omit<StreamStore, 'append'> {
	return {
		async list(jobId, { after, limit, streamType, time }) {
			let query = queries.selectFrom('job_streams').selectAll().where('job_id', '=', jobId).where('sequence', '>', after)
			if (streamType) query = query.where('stream_type', '=', streamType)
			if (typeof time?.from === 'number') query = query.where('time', '>=', time.from)
			if (typeof time?.to === 'number') query = query.where('time', '<=', time.to)
			return (await query.orderBy('sequence').limit(limit).execute()).map(recordOfRow)
		},
		async get(jobId, sequence) {
			const query = queries.selectFrom('job_streams').selectAll().where('job_id', '=', jobId).where('sequence', '=', sequence)
			const row = await query.executeTakeFirst()
			return row && recordOfRow(row)
		},
	}
}

function recordOfRow(row: Selectable<Tables['job_streams']>): JobStreamRecord {
	return { sequence: row.sequence, time: row.time, streamType: row.stream_type, json: row.json }
}
