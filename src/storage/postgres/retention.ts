import { type Clock, repeatedly } from '../../clock.ts'
import { RETENTION_INTERVAL } from '../../limits.ts'
import type { Log } from '../../log.ts'
import type { Database } from '../database.ts'
import { deleteOldKeys } from '../delivery-keys.ts'

type Parts = { forgetReplaced: (at: number) => Promise<void>; clock: Clock; log: Log }

/** Forgets from time to time what is no longer needed, until it is disposed. Several runners may do so at once: each deletes what is left. */
export function startRetention(database: Database, { forgetReplaced, clock, log }: Parts): AsyncDisposable {
	const look = async (signal: AbortSignal): Promise<void> => {
		try {
			await forgetReplaced(clock.now())
			await deleteOldKeys(database, clock.now(), signal)
		} catch (error) {
			if (!signal.aborted) log.warn('Old entries could not be deleted', { reason: (error as Error).message })
		}
	}
	return repeatedly(look, { clock, interval: RETENTION_INTERVAL, atOnce: true })
}
