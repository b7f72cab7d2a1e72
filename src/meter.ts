/** What the parts tell of their work, to be counted. Every function returns at once and never throws. Durations are milliseconds. */
export type Meter = {
	/** A call of a webhook was answered; the name is undefined where the token named none. */
	webhookCalled(webhookName: string | undefined, verdict: string): void
	/** A runbook began to run, so long after its job was put into the queue. */
	jobStarted(waited: number): void
	/** A job came to its end, so long after it was taken. */
	jobEnded(runbookName: string, end: string, taken: number): void
	/** A job got a process: one that had served its runbook before, one that was started ahead, or a new one. */
	sandboxTaken(kind: 'warm' | 'spare' | 'cold'): void
	/** A process was ready for a job, so long after it was asked for; undefined when it could not be started. */
	sandboxStarted(taken: number | undefined): void
	/** So many requests to the store were answered with one commit. */
	committed(requestCount: number, taken: number): void
	/** A schedule started a job, so long after it was due. */
	scheduleStarted(lateness: number): void
}
