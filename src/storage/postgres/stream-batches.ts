import type { Holder } from '../../queue/queue-store.ts'
import type { JobStreamRecord } from '../../streams/job-stream.ts'
import type { Database } from '../database.ts'

// Written again after an answer that got lost, a record is the same: then there is nothing to do.
const insertSql = `INSERT INTO job_streams (job_id, sequence, time, stream_type, json)
	SELECT $1, * FROM ${recordsSql(2)} ON CONFLICT DO NOTHING`

// The row is locked: while records are on their way nobody takes the job from its node, and counts its records from where they end.
const insertHeldSql = `WITH held AS (SELECT 1 FROM jobs WHERE job_id = $1 AND held_by = $6 FOR SHARE)
	INSERT INTO job_streams (job_id, sequence, time, stream_type, json)
	SELECT $1, record.* FROM ${recordsSql(2)} AS record, held ON CONFLICT DO NOTHING`

/** Records as rows: all by one statement, because each one is a way to the server and back. Their columns are values from this one on. */
function recordsSql(first: number): string {
	return `unnest($${first}::bigint[], $${first + 1}::bigint[], $${first + 2}::text[], $${first + 3}::text[])`
}

/** Records as one value for each column: sequence, time, stream type, JSON. */
export function recordColumns(records: JobStreamRecord[]): unknown[][] {
	return (['sequence', 'time', 'streamType', 'json'] as const).map((name) => records.map((record) => record[name]))
}

/** Keeps a batch of records of a job in one commit, where `heldBy` names no node or the one that has the job. */
export async function appendRecords(database: Database, jobId: string, records: JobStreamRecord[], heldBy?: Holder): Promise<void> {
	const values = [jobId, ...recordColumns(records)]
	await database.transaction([heldBy ? { sql: insertHeldSql, values: [...values, heldBy] } : { sql: insertSql, values }])
}
