import type { Job, NewJob } from '../jobs/job.ts'

/** A job with the sequence of the last stream record of its earlier runs; 0 when there is none. */
export type ClaimedJob = Job & { lastSequence: number }

/** `queueFull`: as many jobs wait as may. `nameTaken`: there is a job of that name. */
export type InsertOutcome = 'accepted' | 'queueFull' | 'nameTaken'

/** What this folder needs kept. Every method may throw a StoreUnavailableError: then nothing was changed. */
export type QueueStore = {
	/** Writes a job as New, durably. */
	insert(job: NewJob): Promise<InsertOutcome>
	/** Takes up to `count` jobs in order of arrival, New to Activating; none of the runbooks in `except`. Counts a try for each. */
	claim(request: { count: number; except: string[]; at: number }): Promise<ClaimedJob[]>
	/** Activating to Running. */
	started(jobId: string, at: number): Promise<void>
	/** Puts a taken job back as New, in its old place; `countTry` false takes the try back too. */
	giveBack(jobId: string, options: { at: number; countTry: boolean }): Promise<void>
	/** The jobs that were taken and have not ended. */
	listTaken(): Promise<Job[]>
}
