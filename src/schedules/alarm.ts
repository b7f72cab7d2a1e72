import { type Logger, schedule } from 'node-cron'
import type { Clock } from '../clock.ts'

/** Resolves at an instant, or a little later; rejects when the signal is aborted before. */
export type Alarm = (at: number, signal: AbortSignal) => Promise<void>

const silent: Logger = { info() {}, warn() {}, error() {}, debug() {} }
const SECOND = 1_000

/**
 * An alarm by node-cron: a task for that one second, in UTC, where no clocks change. Its own beat of every second would look at each
 * second that a clock set forward has passed, which holds up everything for minutes, and would be silent for as long as a clock was set
 * back. So it is set anew each time, and a plain timer, which knows no clock, is set beside it.
 */
export function cronAlarm(clock: Clock): Alarm {
	return async (at, signal) => {
		const due = Math.ceil(at / SECOND) * SECOND
		const delay = due - clock.now()
		if (delay <= 0) return
		const rung = Promise.withResolvers<void>()
		const over = new AbortController()
		const task = schedule(expressionOf(due), () => rung.resolve(), {
			timezone: 'UTC',
			// Later than due is due all the same: an event loop that was held up must not silence it.
			missedExecutionTolerance: Number.POSITIVE_INFINITY,
			suppressMissedWarning: true,
			logger: silent,
		})
		try {
			await Promise.race([rung.promise, clock.sleep(delay + SECOND, AbortSignal.any([signal, over.signal]))])
		} finally {
			over.abort()
			await task.destroy()
		}
	}
}

function expressionOf(instant: number): string {
	const at = new Date(instant)
	return `${at.getUTCSeconds()} ${at.getUTCMinutes()} ${at.getUTCHours()} ${at.getUTCDate()} ${at.getUTCMonth() + 1} *`
}
