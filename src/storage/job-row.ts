import type { Selectable } from 'kysely'
import type { Job, JobSummary } from '../jobs/job.ts'
import type { HeldJob } from '../queue/queue-store.ts'
import type { JobRow } from './tables.ts'

type Row = Selectable<JobRow>

export function jobOfRow(row: Omit<Row, 'number' | 'name_key' | 'is_behind' | 'held_by'>): Job {
	return { ...jobSummaryOfRow(row), parameters: JSON.parse(row.parameters), exception: row.exception, traceparent: row.traceparent }
}

export function jobSummaryOfRow(
	row: Omit<Row, 'number' | 'name_key' | 'is_behind' | 'held_by' | 'parameters' | 'exception' | 'traceparent'>,
): JobSummary {
	return {
		jobId: row.job_id,
		name: row.name ?? row.job_id,
		runbookName: row.runbook_name,
		contentHash: row.content_hash,
		webhookId: row.webhook_id,
		webhookName: row.webhook_name,
		status: row.status,
		statusDetails: row.status_details,
		startedBy: row.started_by,
		isTest: row.is_test === 1,
		requestHash: row.request_hash,
		tryCount: row.try_count,
		priority: row.priority,
		concurrencyKey: row.concurrency_key,
		keyConcurrency: row.key_concurrency,
		creationTime: row.creation_time,
		queuedTime: row.queued_time,
		claimTime: row.claim_time,
		startTime: row.start_time,
		endTime: row.end_time,
		lastModifiedTime: row.last_modified_time,
		lastStatusModifiedTime: row.last_status_modified_time,
	}
}

export function heldJobOfRow(row: Omit<Row, 'number' | 'name_key' | 'is_behind'>): HeldJob {
	return { ...jobOfRow(row), heldBy: row.held_by }
}
