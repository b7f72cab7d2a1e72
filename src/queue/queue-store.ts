import type { Job, NewJob } from '../jobs/job.ts'

/**
 * The node that took a job. Every write of a run names it, and changes nothing once another one may have the job. null where one runner has the
 * store for itself; absent in what is written whoever has the job.
 */
export type Holder = string | null | undefined

/** A job that was taken. */
export type HeldJob = Job & { heldBy: string | null }

/** `countTry` false takes the try back. */
export type GivingBack = { at: number; countTry: boolean; heldBy?: Holder }

/** A job with the sequence of the last stream record of its earlier runs; 0 when there is none. */
export type ClaimedJob = HeldJob & { lastSequence: number }

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

/**
 * How many jobs wait, and since when the first of those does that wait for nothing but a free slot of a runner, milliseconds since 1970; null when
 * there is none: a job that waits for one of its own runbook or key says nothing about how the runner is.
 */
export type WaitingJobs = { count: number; oldestTime: number | null }

/** How many jobs of a runbook may run at once, by its name; one that is not in it has no limit. */
export type RunbookLimits = ReadonlyMap<string, number>

/** A job that holds a slot, of which node, and since when, milliseconds since 1970. */
export type SlotHolder = Pick<HeldJob, 'jobId' | 'runbookName' | 'concurrencyKey' | 'heldBy'> & { since: number }

/**
 * What becomes of a call when as many jobs of its concurrency key wait or run as may run: its job waits (`queue`); there is none (`reject`,
 * `skip`: the two differ in the answer); it takes the place of those of its key that wait (`replace`).
 */
export const overflows = ['queue', 'reject', 'skip', 'replace'] as const
export type Overflow = (typeof overflows)[number]

/** What tells a delivery of a webhook from another one. Times are milliseconds since 1970. */
export type DeliveryKey = {
	webhookId: number
	/** A hash of what the sender calls it. */
	keyHash: Uint8Array
	bodyHash: Uint8Array
	/** Keys that were kept no later than this are forgotten. */
	forgottenTime: number
}

/**
 * `accepted`: with the jobs that it took the place of, which are Stopped. `repeated`: the delivery has made a job before; whether it had the same
 * body then. `overflowed`: no job was made, because this one of its concurrency key, the newest, has not ended.
 */
export type DeliveryOutcome =
	| { kind: 'accepted'; replaced: string[] }
	| { kind: 'queueFull' }
	| { kind: 'repeated'; jobId: string; isSameBody: boolean }
	| { kind: 'overflowed'; jobId: string }

/**
 * What this folder needs kept. Every method may throw a StoreUnavailableError: then nothing was changed, unless the answer of a store that others
 * share was lost. What is written again, as itself, changes nothing twice; of a claim see `listHeld`.
 */
export type QueueStore = {
	/** Writes a job as New, durably. */
	insert(job: NewJob): Promise<InsertOutcome>
	/** Claims a run of a job schedule and writes its job as New, both or neither, durably. */
	insertRun(job: NewJob, run: ScheduledRun): Promise<RunOutcome>
	/**
	 * Writes the job of a webhook's delivery as New and keeps the delivery's key, where it has one, both or neither, durably. A delivery whose key
	 * is kept makes no job, however full the queue is. What `overflow` says (else `queue`) is decided in the same commit: of two at once one is first.
	 */
	insertDelivery(job: NewJob, delivery: { key?: DeliveryKey | undefined; overflow?: Overflow }): Promise<DeliveryOutcome>
	/**
	 * Takes up to `count` jobs, New to Activating: those of the highest priority, and of these in order of arrival; of one concurrency key in order of
	 * arrival alone. Slots of runbooks and of keys are counted in the same statement, so that limits hold however many claim at once. Counts a
	 * try for each. It may take fewer than it could: only when it takes none there is nothing that may run.
	 */
	claim(request: { count: number; limits?: RunbookLimits; at: number; heldBy?: Holder }): Promise<ClaimedJob[]>
	/** Activating to Running. */
	started(jobId: string, at: number, heldBy?: Holder): Promise<void>
	/** Puts a taken job back as New, in its old place. */
	giveBack(jobId: string, options: GivingBack): Promise<void>
	/** What waits. A job that was resumed waits since then. */
	waiting(limits?: RunbookLimits): Promise<WaitingJobs>
	/** The jobs that hold slots, those first that do longest. */
	slotHolders(): Promise<SlotHolder[]>
	/**
	 * How many are before a waiting job, those of some runbooks left out: of its own key all that came before, of another one as many as it has
	 * slots left; counted up to `most`.
	 */
	countBefore(jobId: string, options: { except: readonly string[]; most: number }): Promise<number>
	/** The jobs that were taken and have not ended, and that no node has any more. */
	listTaken(): Promise<HeldJob[]>
	/** The jobs that a node has taken and that have not ended, some left out: those too that it was not told of. */
	listHeld(heldBy: string, options: { except: readonly string[] }): Promise<HeldJob[]>
}
