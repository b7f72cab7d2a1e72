import type { Clock } from '../clock.ts'
import { StoreUnavailableError } from '../errors.ts'
import { STORE_RETRY_INTERVAL_MAX } from '../limits.ts'
import type { Log } from '../log.ts'

/**
 * Repeats a write that must not be lost until the store takes it (a full disk may have space again); other errors are thrown.
 * Rejects with the signal's reason when it is aborted in between.
 */
export async function untilStored<Result>(
	write: () => Promise<Result>,
	{ clock, log, signal }: { clock: Clock; log: Log; signal: AbortSignal },
): Promise<Result> {
	for (let pause = 50; ; pause = Math.min(pause * 2, STORE_RETRY_INTERVAL_MAX)) {
		try {
			return await write()
		} catch (error) {
			if (!(error instanceof StoreUnavailableError)) throw error
			log.warn('The store refused a write, it is tried again', { reason: error.message, pauseMilliseconds: pause })
			await clock.sleep(pause, signal)
		}
	}
}
