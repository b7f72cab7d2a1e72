import { type JobStatus, mayFollow } from '../../jobs/job-status.ts'
import type { JobEnd } from '../../worker/job-end.ts'
import type { Statement } from '../database.ts'
import { holderValue, isHeldSql } from '../job-changes.ts'
import { recordColumns, recordsSql } from './stream-batches.ts'

// What SQLite does by several statements is one here, because each is a way to the server and back. One that is not yet known to run passes
// through Running. Written again, because the answer to the first time was lost, it changes nothing and returns nothing.
const endSql = `WITH ended AS (
		UPDATE jobs SET status = CASE status WHEN 'Stopping' THEN 'Stopped' ELSE $1 END, last_modified_time = $2, last_status_modified_time = $2,
			end_time = $2, start_time = CASE WHEN status = 'Activating' AND $1 = 'Completed' THEN $2 ELSE start_time END,
			status_details = coalesce($3, status_details), exception = coalesce($4, exception)
		WHERE job_id = $5 AND status = ANY ($6) AND ${isHeldSql('$7')} RETURNING job_id, status),
	kept AS (INSERT INTO job_streams (job_id, sequence, time, stream_type, json)
		SELECT ended.job_id, record.* FROM ended, ${recordsSql(8)} AS record ON CONFLICT DO NOTHING)
	SELECT status FROM ended`

/** Ends a job from whatever status it has, with its last records; returns its status then, and nothing where it was not this node's to end. */
export function endStatement({ jobId, to, at, heldBy, statusDetails, exception, records }: JobEnd): Statement {
	const from = (['Activating', 'Running', 'Stopping'] as const).filter((status) => mayEnd(status, to))
	const values = [to, at, statusDetails ?? null, exception ?? null, jobId, from, holderValue(heldBy)]
	return { sql: endSql, values: [...values, ...recordColumns(records)] }
}

function mayEnd(from: JobStatus, to: JobEnd['to']): boolean {
	if (from === 'Stopping') return mayFollow(from, 'Stopped')
	return mayFollow(from, to) || (mayFollow(from, 'Running') && to === 'Completed')
}
