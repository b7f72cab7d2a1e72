import { setTimeout as wait } from 'node:timers/promises'

/** The only source of time for decisions, so that tests can move it. */
export type Clock = {
	/** The current instant in milliseconds since 1970, UTC. */
	now(): number
	/** Resolves after `ms` milliseconds; rejects with the signal's AbortError when it is aborted before. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
	now: Date.now,
	sleep: (ms, signal) => wait(ms, undefined, signal ? { signal } : {}),
}
