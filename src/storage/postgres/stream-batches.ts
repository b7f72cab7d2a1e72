import type { Holder } from '../../queue/queue-store.ts'
import type { JobStreamRecord } from '../../streams/job-stream.ts'
import type { Database, Statement } from '../database.ts'

// Written again after an answer that got lost, a record is the same: then there is nothing to do.
const insertSql = `INSERT INTO job_streams (job_id, sequence, time, stream_type, json)
	SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[]) ON CONFLICT DO NOTHING`

// The row is locked: while records are on their way nobody takes the job from its node, and counts its records from where they end.
const insertHeldSql = `WITH held AS (SELECT 1 FROM jobs WHERE job_id = $1 AND held_by = $6 FOR SHARE)
	INSERT INTO job_streams (job_id, sequence, time, stream_type, json)
	SELECT $1, record.* FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[]) AS record, held ON CONFLICT DO NOTHING`

/** Keeps records of a job, where `heldBy` names no node or the one that has the job: all by one statement, because each one is a way to the server and back. */
export function insertRecords(jobId: string, records: JobStreamRecord[], heldBy?: Holder): Statement {
	const column = (name: keyof JobStreamRecord) => records.map((record) => record[name])
	const values = [jobId, column('sequence'), column('time'), column('streamType'), column('json')]
	return heldBy ? { sql: insertHeldSql, values: [...values, heldBy] } : { sql: insertSql, values }
}

/** Keeps a batch of records in one commit. */
export async function appendRecords(database: Database, jobId: string, records: JobStreamRecord[], heldBy?: Holder): Promise<void> {
	await database.transaction([insertRecords(jobId, records, heldBy)])
}
