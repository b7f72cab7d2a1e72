import { type Clock, repeatedly } from '../clock.ts'
import {
	MILLISECONDS_PER_DAY,
	RETENTION_BEAT_INTERVAL,
	RETENTION_FREE_BYTES,
	RETENTION_INTERVAL,
	RETENTION_PAUSE,
	RETENTION_REST_JOBS,
} from '../limits.ts'
import type { Log } from '../log.ts'
import type { History, HistoryStore } from './history-store.ts'

/** How many ended jobs are kept at the most, and how large the store may be, bytes. */
export type HistoryBounds = { jobs: number; bytes: number }

/** What is known of the space on the disk. */
export type Space = {
	/** Whether so little is left that history has to give way. */
	isLow(): boolean
	/** Looks anew. */
	look(): Promise<void>
}

type DeletingParts = {
	history: HistoryStore
	retentionDays: number
	bounds: HistoryBounds
	space: Space
	clock: Clock
}
type Parts = DeletingParts & {
	/** Forgets what else is older than that and has no part of its own that looks for it. */
	forgetOthers: (before: number) => Promise<void>
	log: Log
}

/** Looks from time to time for what is too old or too much, and at once when the disk is low; deletes it in small steps, until it is disposed. */
export function startRetention(parts: Parts): AsyncDisposable {
	const { clock, log, space } = parts
	let nextTime = clock.now()
	let told = ''
	const look = async (signal: AbortSignal): Promise<void> => {
		if (clock.now() < nextTime && !space.isLow()) return
		try {
			const count = await deleteHistory(parts, signal)
			if (count > 0) log.info('Old jobs deleted', { count })
			if (clock.now() >= nextTime) {
				nextTime = clock.now() + RETENTION_INTERVAL
				await deleteOthers(parts, signal)
			}
			told = ''
		} catch (error) {
			const reason = (error as Error).message
			// A disk that is full refuses at every beat.
			if (!signal.aborted && reason !== told) log.warn('Old jobs could not be deleted; it is tried again', { reason })
			told = reason
		}
	}
	return repeatedly(look, { clock, interval: RETENTION_BEAT_INTERVAL, atOnce: true })
}

/** Deletes the jobs that are due, a few at a time; resolves with their number. */
export async function deleteHistory(parts: DeletingParts, signal: AbortSignal): Promise<number> {
	const { history, retentionDays, bounds, space, clock } = parts
	let deleted = 0
	let hasChanged = false
	while (!signal.aborted) {
		const isLow = space.isLow()
		const found = await history.look()
		const due = dueCount(found, { before: clock.now() - retentionDays * MILLISECONDS_PER_DAY, bounds, isLow })
		if (due === 0) break
		deleted += await history.deleteSome(found.oldest.slice(0, due).map(({ jobId }) => jobId))
		hasChanged = true
		// Seldom, because that costs a write of what is moved into the gaps; unless the space is needed, and to see whether it is enough.
		if (isLow || found.freeBytes >= RETENTION_FREE_BYTES) await giveSpaceBack(parts, signal)
		if (isLow) await space.look()
		await pause(parts, signal)
	}
	if (hasChanged) await giveSpaceBack(parts, signal)
	return deleted
}

/** How many of the oldest ended jobs have to go. */
export function dueCount(
	{ oldest, endedCount, bytes }: History,
	{ before, bounds, isLow }: { before: number; bounds: HistoryBounds; isLow: boolean },
): number {
	const tooOld = oldest.filter(({ endTime }) => endTime < before).length
	const tooMany = endedCount - bounds.jobs
	const tooLarge = isLow || bytes > bounds.bytes ? endedCount - RETENTION_REST_JOBS : 0
	return Math.min(oldest.length, Math.max(tooOld, tooMany, tooLarge, 0))
}

async function giveSpaceBack(parts: DeletingParts, signal: AbortSignal): Promise<void> {
	while (!signal.aborted && (await parts.history.giveSpaceBack())) await pause(parts, signal)
}

/** Leaves the store to the requests for a moment, unless space is what matters most. */
async function pause({ space, clock }: DeletingParts, signal: AbortSignal): Promise<void> {
	if (!space.isLow()) await clock.sleep(RETENTION_PAUSE, signal).catch(() => undefined)
}

async function deleteOthers(parts: Parts, signal: AbortSignal): Promise<void> {
	const { history, retentionDays, forgetOthers, clock } = parts
	const now = clock.now()
	const before = now - retentionDays * MILLISECONDS_PER_DAY
	await history.deleteContents(before, now)
	await forgetOthers(before)
	while (!signal.aborted && (await history.deleteKeys(now))) await pause(parts, signal)
	await giveSpaceBack(parts, signal)
}
