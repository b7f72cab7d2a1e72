import type { Job, NewJob } from '../jobs/job.ts'

/** A job with the sequence of the last stream record of its earlier runs; 0 when there is none. */
export type ClaimedJob = Job & { lastSequence: number }

/** What this folder needs kept. Every method may throw a StoreUnavailableError: then nothing was changed. */
export type QueueStore = {
	/** Writes a job as New, durably; or says that as many jobs wait as may. */
	insert(job: NewJob): Promise<'accepted' | 'queueFull'>
	/** Takes up to `count` jobs in order of arrival, New to Activating; none of the runbooks in `except`. Counts a try for each. */
	claim(request: { count: number; except: string[]; at: number }): Promise<ClaimedJob[]>
	/** Activating to Running. */
	started(jobId: string, at: number): Promise<void>
	/** Puts a taken job back as New, in its old place; `countTry` false takes the try back too. */
	giveBack(jobId: string, options: { at: number; countTry: boolean }): Promise<void>
	/** The jobs that were taken and have not ended. */
	listTaken(): Promise<Job[]>
}
