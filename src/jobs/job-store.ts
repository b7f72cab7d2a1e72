import type { Job, JobSummary } from './job.ts'
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

/** Which jobs a list has; what is absent or null does not restrict it. Times are inclusive. */
export type JobFilter = {
	runbookName?: string
	webhookName?: string
	status?: string
	startTime?: { from: number | null; to: number | null }
	endTime?: { from: number | null; to: number | null }
	/** Each stands in its id, its name, that of its runbook or webhook, who started it, its parameters or its exception; case of A to Z is no matter. */
	texts?: readonly string[]
}

/** Jobs of a runbook that ended in one way within a time. */
export type EndedJobs = {
	runbookName: string
	status: JobStatus
	count: number
	/** Of those that ran: how many they were, how long in all and the longest, milliseconds. */
	ranCount: number
	ranTime: number
	ranTimeMax: number
}

/** A job that had a slot, and when it ended. */
export type EndedSlot = { jobId: string; endTime: number }

/** The last that ended while a job waited: of its concurrency key, of its runbook, and of all. */
export type EndedMeanwhile = { ofKey: EndedSlot | undefined; ofRunbook: EndedSlot | undefined; last: EndedSlot | undefined }

/** What this folder needs kept. Every method may throw a StoreUnavailableError: then nothing was changed. */
export type JobStore = {
	/** The job whose jobId, else whose name is the given one, without regard to case. */
	get(jobIdOrName: string): Promise<Job | undefined>
	/**
	 * Jobs that are no test jobs, the newest first, after the key of the page before. A page can have fewer than `limit` and be followed
	 * by another one: so many jobs are looked through for one page and no more.
	 */
	list(page: { after: number | undefined; limit: number; filter: JobFilter }): Promise<{ jobs: JobSummary[]; next: number | undefined }>
	/** The test job of a runbook that was started last. */
	latestTest(runbookName: string): Promise<Job | undefined>
	/** How many jobs have each status: of the final ones those that ended since an instant, none without it. */
	countByStatus(endedSince?: number): Promise<Map<JobStatus, number>>
	/** The jobs that ended within a time, by their runbook and final status; `to` is exclusive. */
	endedWithin(time: { from: number; to: number }): Promise<EndedJobs[]>
	/** What ended while a job that was taken waited; looked for among the last of those, up to a bound. */
	endedMeanwhile(job: Pick<Job, 'jobId' | 'runbookName' | 'concurrencyKey' | 'queuedTime' | 'claimTime'>): Promise<EndedMeanwhile>
	/** How many jobs of a runbook are kept, up to a bound. */
	countOfRunbook(runbookName: string, most: number): Promise<number>
	/** Changes the status if it still is `from`; whether it did. */
	changeStatus(change: StatusChange): Promise<boolean>
}
