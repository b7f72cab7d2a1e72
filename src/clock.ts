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

/** The result of work, or `late` when it takes longer than `ms` or the signal is aborted before; the work then goes on unobserved. */
export async function within<Result>(clock: Clock, ms: number, work: Promise<Result>, signal?: AbortSignal): Promise<Result | 'late'> {
	const timer = new AbortController()
	const late = clock.sleep(ms, signal ? AbortSignal.any([timer.signal, signal]) : timer.signal).then(
		() => 'late' as const,
		() => 'late' as const,
	)
	work.catch(() => undefined)
	try {
		return await Promise.race([work, late])
	} finally {
		timer.abort()
	}
}

type Repetition = {
	clock: Clock
	/** Milliseconds from the end of one time to the next. */
	interval: number
	/** Whether the first time is now; else it is an interval ahead. */
	atOnce?: boolean
}

/** Does something again and again, never twice at once, until it is disposed; disposing waits for what is under way. `look` must not reject. */
export function repeatedly(look: (signal: AbortSignal) => Promise<void>, { clock, interval, atOnce = false }: Repetition): AsyncDisposable {
	const closing = new AbortController()
	const { signal } = closing
	const loop = async (): Promise<void> => {
		if (atOnce) await look(signal)
		while (!signal.aborted) {
			await clock.sleep(interval, signal).catch(() => undefined)
			if (!signal.aborted) await look(signal)
		}
	}
	const ended = loop()
	return {
		async [Symbol.asyncDispose]() {
			closing.abort()
			await ended
		},
	}
}
