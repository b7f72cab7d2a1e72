import type { Job } from './job.ts'
import type { JobStatus } from './job-status.ts'

/** A change of a job's status. It names the status it starts from, so that of two writers one wins. */
export type StatusChange = {
	jobId: string
	from: JobStatus
	to: JobStatus
	at: number
	statusDetails?: string
	exception?: string
}

/** What this folder needs kept. Every method may throw a StoreUnavailableError: then nothing was changed. */
export type JobStore = {
	/** The job whose jobId, else whose name is the given one, without regard to case. */
	get(jobIdOrName: string): Promise<Job | undefined>
	/** Changes the status if it still is `from`; whether it did. */
	changeStatus(change: StatusChange): Promise<boolean>
}
