import { once } from 'node:events'
import type { Writable } from 'node:stream'

/** Until a reader has taken what was written: one that does not read must not fill this process. Ends early when the signal is aborted. */
export async function drained(response: Writable, signal: AbortSignal): Promise<void> {
	await once(response, 'drain', { signal }).catch(() => undefined)
}
