import type { JobStatus } from '../jobs/job-status.ts'
import type { Holder } from '../queue/queue-store.ts'
import type { JobStreamRecord } from '../streams/job-stream.ts'

/** How a job ended: the last status, the last records, and why when it did not complete. */
export type JobEnd = {
	jobId: string
	to: 'Completed' | 'Failed' | 'Stopped'
	at: number
	heldBy?: Holder
	statusDetails?: string
	exception?: string
	records: JobStreamRecord[]
}

/** What this folder needs kept beyond what the queue keeps. May throw a StoreUnavailableError: then it can be repeated. */
export type EndStore = {
	/**
	 * Ends a job, with its last records in the same commit; resolves with its status then, or with undefined where another node may have the job.
	 * One that is Stopping ends Stopped, however the runbook returned.
	 */
	finish(end: JobEnd): Promise<JobStatus | undefined>
}
