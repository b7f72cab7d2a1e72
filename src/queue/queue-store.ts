import type { Job, NewJob } from '../jobs/job.ts'

/** A job with the sequence of the last stream record of its earlier runs; 0 when there is none. */
export type ClaimedJob = Job & { lastSequence: number }

/** `queueFull`: as many jobs wait as may. `nameTaken`: there is a job of that name. */
export type InsertOutcome = 'accepted' | 'queueFull' | 'nameTaken'

/** One run of a job schedule: it exists once. */
export type ScheduledRun = {
	jobScheduleId: string
	dueTime: number
	/** Whether a job of the same job schedule may not have ended yet. */
	mayOverlap: boolean
	/**
	 * Up to where was decided when the run was found: it is claimed only while that stands and the schedule is enabled, and is decided then.
	 * null for one that was noted as one that waits: it was decided then, and is claimed only while it waits.
	 */
	decidedTime: number | null
}

/**
 * `runTaken`: the run has its job already. `runOverlaps`: another job of the job schedule has not ended.
 * `runChanged`: the schedule was changed, disabled or deleted since the run was found, or something else was decided.
 */
export type RunOutcome = 'accepted' | 'queueFull' | 'runTaken' | 'runOverlaps' | 'runChanged'

/** How many jobs wait, and since when the first of them does, milliseconds since 1970; null when none waits. */
export type WaitingJobs = { count: number; oldestTime: number | null }

/** What tells a delivery of a webhook from another one. Times are milliseconds since 1970. */
export type DeliveryKey = {
	webhookId: number
	/** A hash of what the sender calls it. */
	keyHash: Uint8Array
	bodyHash: Uint8Array
	/** Keys that were kept no later than this are forgotten. */
	forgottenTime: number
}

/** `repeated`: the delivery has made a job before; whether it had the same body then. */
export type DeliveryOutcome = { kind: 'accepted' | 'queueFull' } | { kind: 'repeated'; jobId: string; isSameBody: boolean }

/** What this folder needs kept. Every method may throw a StoreUnavailableError: then nothing was changed. */
export type QueueStore = {
	/** Writes a job as New, durably. */
	insert(job: NewJob): Promise<InsertOutcome>
	/** Claims a run of a job schedule and writes its job as New, both or neither, durably. */
	insertRun(job: NewJob, run: ScheduledRun): Promise<RunOutcome>
	/** Keeps a delivery's key and writes its job as New, both or neither, durably; a delivery whose key is kept makes no job, however full the queue is. */
	insertDelivery(job: NewJob, key: DeliveryKey): Promise<DeliveryOutcome>
	/** Takes up to `count` jobs in order of arrival, New to Activating; none of the runbooks in `except`. Counts a try for each. */
	claim(request: { count: number; except: string[]; at: number }): Promise<ClaimedJob[]>
	/** Activating to Running. */
	started(jobId: string, at: number): Promise<void>
	/** Puts a taken job back as New, in its old place; `countTry` false takes the try back too. */
	giveBack(jobId: string, options: { at: number; countTry: boolean }): Promise<void>
	/** What waits. A job that was resumed waits since then. */
	waiting(): Promise<WaitingJobs>
	/** The jobs that were taken and have not ended. */
	listTaken(): Promise<Job[]>
}
