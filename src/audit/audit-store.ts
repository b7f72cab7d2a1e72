import type { AuditEntry, AuditEvent, AuditHead } from './audit-event.ts'

/** Which entries a list has; what is absent does not restrict it. Times are inclusive, the rest compares without regard to case. */
export type AuditFilter = { time?: { from: number | null; to: number | null }; actor?: string; action?: string }

/** What this folder needs kept: a trail that only grows at its end and is pruned at its beginning. Every method may throw a StoreUnavailableError. */
export type AuditStore = {
	/** Appends an entry with the hash of the one before, and keeps it as the head. */
	append(entry: AuditEntry): Promise<void>
	/**
	 * The newest first, before an entry. A page can have fewer than `limit` and be followed by another one, which begins before `next`: so many
	 * entries are looked through for one page and no more.
	 */
	list(page: {
		before: number | undefined
		limit: number
		filter: AuditFilter
	}): Promise<{ events: AuditEvent[]; next: number | undefined }>
	/** In their order, after an entry. */
	after(sequence: number, limit: number): Promise<AuditEvent[]>
	/** The last entry as it was noted when it was written. */
	head(): Promise<AuditHead | undefined>
	/**
	 * Deletes the oldest entries, at most `limit`: those from before an instant, once one is from before `dueBefore`; as many as `limit` where there
	 * are more than `most`. An entry that tells of it is appended in the same transaction: so this must not be done for each entry anew. The last entry
	 * always stays. Resolves with how many are gone.
	 */
	prune(bounds: { dueBefore: number; before: number; most: number; limit: number }, at: number): Promise<number>
}
