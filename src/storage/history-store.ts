/** A job that has ended. */
export type EndedJob = { jobId: string; endTime: number }

/** How much is kept. */
export type History = {
	/** The jobs that ended first, in that order: no more than one step deletes. */
	oldest: EndedJob[]
	/** Jobs that have ended. */
	endedCount: number
	/** What the store takes, without the space in it that is free. */
	bytes: number
	/** The space in it that is free and could be handed back to the disk. */
	freeBytes: number
}

/**
 * What retention needs of a store. Every call is a step of a few milliseconds that costs the same however much is kept: requests come in
 * between. Every method may throw a StoreUnavailableError: then nothing was changed.
 */
export type HistoryStore = {
	look(): Promise<History>
	/**
	 * Deletes jobs that have ended with all that belongs to them, as far as one step goes: what is left of them is found again by the next
	 * look. How many are gone.
	 */
	deleteSome(jobIds: readonly string[]): Promise<number>
	/** Hands some of the free space back to the disk; whether there is more. */
	giveSpaceBack(): Promise<boolean>
	/** Deletes contents of runbooks that were superseded before an instant; one that a job needs which has not ended is kept on from `now`. */
	deleteContents(before: number, now: number): Promise<void>
	/** Forgets some of the deliveries' keys that are too old or too many; whether there may be more. */
	deleteKeys(now: number): Promise<boolean>
}
