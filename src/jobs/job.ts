import type { JobStatus } from './job-status.ts'

/** One run of one runbook. All times are milliseconds since 1970, UTC. */
export type Job = {
	/** A UUID of version 7: it sorts by the time of creation, so that its index grows at the right end (three to seven times the rows a second of a random one). */
	jobId: string
	/** What the caller named it; equal to jobId when the runner started it itself. */
	name: string
	runbookName: string
	/** Hash of the runbook's content that it was started with and runs. */
	contentHash: string
	/** The webhook that started it, else null. */
	webhookId: number | null
	webhookName: string | null
	/** The bound values by declared name. */
	parameters: Record<string, unknown>
	status: JobStatus
	/** More about the status; Azure's word for nothing is the string `None`. */
	statusDetails: string
	startedBy: string | null
	/** Whether it runs the draft of its runbook; lists and statistics leave it out. */
	isTest: boolean
	/** Of a job that a caller named: tells the same request from another of that name. */
	requestHash: string | null
	/** The trace that its caller named, or that taking the call belongs to (W3C Trace Context), else null. */
	traceparent: string | null
	/** Of those that wait the higher one goes first. */
	priority: number
	/** Jobs of the same key share slots: the webhook that gave it and the value in the call (concurrency-key.ts). null: it shares none. */
	concurrencyKey: string | null
	/** How many jobs of its key may run at once; null without a key. */
	keyConcurrency: number | null
	/** Why it failed or was stopped, else null. */
	exception: string | null
	/** How often it was taken up. */
	tryCount: number
	creationTime: number
	/** When it was taken the last time, and since when it had waited for that; null while it waits. */
	claimTime: number | null
	queuedTime: number | null
	startTime: number | null
	endTime: number | null
	lastModifiedTime: number
	lastStatusModifiedTime: number
}

/** What is known of a job before it is written: status New, no tries. */
export type NewJob = Pick<
	Job,
	| 'jobId'
	| 'name'
	| 'runbookName'
	| 'contentHash'
	| 'webhookId'
	| 'webhookName'
	| 'parameters'
	| 'startedBy'
	| 'isTest'
	| 'requestHash'
	| 'traceparent'
	| 'priority'
	| 'concurrencyKey'
	| 'keyConcurrency'
	| 'creationTime'
>

/** A job as lists have it: what may be large is left out. */
export type JobSummary = Omit<Job, 'parameters' | 'exception' | 'traceparent'>
