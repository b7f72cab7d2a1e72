import type { JobStreamRecord } from '../../streams/job-stream.ts'
import type { Database, Statement } from '../database.ts'

// Written again after an answer that got lost, a record is the same: then there is nothing to do.
const insertSql = `INSERT INTO job_streams (job_id, sequence, time, stream_type, json)
	SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[]) ON CONFLICT DO NOTHING`

/** Keeps records of a job: all by one statement, because each one is a way to the server and back. */
export function insertRecords(jobId: string, records: JobStreamRecord[]): Statement {
	const column = (name: keyof JobStreamRecord) => records.map((record) => record[name])
	return { sql: insertSql, values: [jobId, column('sequence'), column('time'), column('streamType'), column('json')] }
}

/** Keeps a batch of records in one commit. */
export async function appendRecords(database: Database, jobId: string, records: JobStreamRecord[]): Promise<void> {
	await database.transaction([insertRecords(jobId, records)])
}
