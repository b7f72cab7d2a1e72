import { type Calendar, cronCalendar, frequencyCalendar, latestLocal, nextLocal } from './calendar.ts'
import { readCron } from './cron-expression.ts'
import type { Timing } from './schedule.ts'
import { changeBetween, instantOf, offsetAt, wallTimeAt } from './time-zone.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * Due instants without regard to expiry: the first one after an instant, which is not looked for much beyond `most`, and the last one that
 * is not after an instant. Those before the start may be among them.
 */
type Runs = { next(after: number, most: number): number | undefined; latest(at: number): number | undefined }

/** The first instant after the given one at which a run is due; null when none comes. */
export function nextRun(timing: Timing, after: number): number | null {
	const most = timing.expiryTime ?? Infinity
	if (after >= most) return null
	const next = runsOf(timing).next(Math.max(after, timing.startTime - 1), most)
	return next === undefined || next > most ? null : next
}

/** The newest due instants of (after, until], at most so many, in order. */
export function newestRuns(timing: Timing, { after, until, limit }: { after: number; until: number; limit: number }): number[] {
	const runs = runsOf(timing)
	const found: number[] = []
	let at = Math.min(until, timing.expiryTime ?? Infinity)
	while (found.length < limit) {
		const run = runs.latest(at)
		if (run === undefined || run <= after || run < timing.startTime) break
		found.unshift(run)
		at = run - 1
	}
	return found
}

function runsOf({ recurrence, startTime, timeZone }: Timing): Runs {
	if ('cron' in recurrence) {
		const read = readCron(recurrence.cron)
		if ('fault' in read) throw new Error(read.fault)
		const calendar = cronCalendar(read.fields)
		const span = { timeZone, least: startTime }
		return read.fields.hour.length === 24 ? everyHour(calendar, span) : byWallClock(calendar, span)
	}
	const { frequency, advancedSchedule } = recurrence
	const interval = recurrence.interval ?? 1
	switch (frequency) {
		case 'OneTime':
			return {
				next: (after) => (after < startTime ? startTime : undefined),
				latest: (at) => (at >= startTime ? startTime : undefined),
			}
		case 'Minute':
		case 'Hour':
			return inRealTime(startTime, interval * (frequency === 'Hour' ? HOUR : MINUTE))
		default: {
			const localStart = startTime + offsetAt(timeZone, startTime)
			const calendar = frequencyCalendar({ frequency, interval, advancedSchedule }, localStart)
			const runs = byWallClock(calendar, { timeZone, least: startTime })
			return calendar.isDay(Math.floor(localStart / DAY)) ? withStart(runs, startTime) : runs
		}
	}
}

/** The start is a run itself, also where it is in the second of two doubled hours. */
function withStart({ next, latest }: Runs, startTime: number): Runs {
	return {
		next: (after, most) => (after < startTime ? startTime : next(after, most)),
		latest: (at) => (at < startTime ? undefined : Math.max(latest(at) ?? startTime, startTime)),
	}
}

/** Every so often, whatever the clocks on the wall do. */
function inRealTime(startTime: number, every: number): Runs {
	return {
		next: (after) => startTime + (Math.floor((after - startTime) / every) + 1) * every,
		latest: (at) => startTime + Math.floor((at - startTime) / every) * every,
	}
}

type Span = { timeZone: string /** Nothing before this instant is asked for. */; least: number }

/** At times of the wall clock, each once: a doubled one the first time, a skipped one at the first instant after the gap. */
function byWallClock(calendar: Calendar, { timeZone, least }: Span): Runs {
	const instant = (local: number | undefined) => (local === undefined ? undefined : instantOf(timeZone, local))
	return {
		next: (after, most) => instant(nextLocal(calendar, wallTimeAt(timeZone, after), most + 2 * DAY)),
		latest: (at) => instant(latestLocal(calendar, wallTimeAt(timeZone, at), wallTimeAt(timeZone, least) - DAY)),
	}
}

/**
 * At minutes and seconds of every hour: whenever the wall clock shows them, also in a doubled hour, and not made up for in a skipped one.
 * Else there would be an hour without a run, or one run more than hours.
 */
function everyHour(calendar: Calendar, { timeZone, least }: Span): Runs {
	return {
		next(after, most) {
			for (let from = after, beyond = after; ; ) {
				const offset = offsetAt(timeZone, from)
				const local = nextLocal(calendar, beyond + offset, most + 2 * DAY)
				if (local === undefined) return undefined
				const instant = local - offset
				if (offsetAt(timeZone, instant) === offset) return instant
				// The clocks change before it comes: looked for again from there on.
				from = changeBetween(timeZone, from, instant)
				beyond = from - 1
			}
		},
		latest(at) {
			for (let until = at; ; ) {
				const offset = offsetAt(timeZone, until)
				const local = latestLocal(calendar, until + offset, least + offset - DAY)
				if (local === undefined) return undefined
				const instant = local - offset
				if (offsetAt(timeZone, instant) === offset) return instant
				until = changeBetween(timeZone, instant, until) - 1
			}
		},
	}
}
