import type { Selectable } from 'kysely'
import type { Job } from '../jobs/job.ts'
import type { JobRow } from './tables.ts'

export function jobOfRow(row: Omit<Selectable<JobRow>, 'number'>): Job {
	return {
		jobId: row.job_id,
		name: row.name ?? row.job_id,
		runbookName: row.runbook_name,
		contentHash: row.content_hash,
		webhookId: row.webhook_id,
		webhookName: row.webhook_name,
		parameters: JSON.parse(row.parameters),
		status: row.status,
		statusDetails: row.status_details,
		startedBy: row.started_by,
		exception: row.exception,
		tryCount: row.try_count,
		creationTime: row.creation_time,
		startTime: row.start_time,
		endTime: row.end_time,
		lastModifiedTime: row.last_modified_time,
		lastStatusModifiedTime: row.last_status_modified_time,
	}
}
