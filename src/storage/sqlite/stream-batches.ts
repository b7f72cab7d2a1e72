import type { JobStreamRecord } from '../../streams/job-stream.ts'
import type { Statement } from '../database.ts'
import type { SqliteDatabase } from './sqlite-database.ts'

// Written again after an answer that got lost, a record is the same: then there is nothing to do.
const insertSql = 'INSERT INTO job_streams (job_id, sequence, time, stream_type, json) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING'

export function insertRecord(jobId: string, { sequence, time, streamType, json }: JobStreamRecord): Statement {
	return { sql: insertSql, values: [jobId, sequence, time, streamType, json] }
}

/** Keeps a batch of records in one commit. */
export async function appendRecords(database: SqliteDatabase, jobId: string, records: JobStreamRecord[]): Promise<void> {
	await database.transaction(records.map((record) => insertRecord(jobId, record)))
}
