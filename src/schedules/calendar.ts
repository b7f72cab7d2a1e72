import { SCHEDULE_SEARCH_DAYS } from '../limits.ts'
import type { CronFields } from './cron-expression.ts'
import { type AdvancedSchedule, type WeekDay, weekDays } from './schedule.ts'

// Local times are milliseconds since 1970 as if the zone were UTC; days are counted from 1970-01-01.
const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Local times at which something is due: the days, and the times of each such day. Numbers are sorted. */
export type Calendar = { isDay: (day: number) => boolean; hours: number[]; minutes: number[]; seconds: number[] }

type LocalDate = { year: number /** 1 to 12 */; month: number; date: number; weekDay: number; lastDate: number }

/** The first local time of a calendar after the given one; undefined when none comes. */
export function nextLocal(calendar: Calendar, after: number): number | undefined {
	const first = Math.floor(after / DAY)
	for (let day = first; day <= first + SCHEDULE_SEARCH_DAYS; day++) {
		if (!calendar.isDay(day)) continue
		const time = timeAfter(calendar, day === first ? after - day * DAY : -1)
		if (time !== undefined) return day * DAY + time
	}
	return undefined
}

/** The last local time of a calendar that is not after the given one nor before `least`; undefined when there is none. */
export function latestLocal(calendar: Calendar, at: number, least: number): number | undefined {
	const last = Math.floor(at / DAY)
	for (let day = last; day >= Math.floor(least / DAY); day--) {
		if (!calendar.isDay(day)) continue
		const time = timeUntil(calendar, day === last ? at - day * DAY : DAY)
		if (time !== undefined) return day * DAY + time
	}
	return undefined
}

function timeAfter({ hours, minutes, seconds }: Calendar, after: number): number | undefined {
	for (const hour of hours) {
		if ((hour + 1) * HOUR <= after) continue
		for (const minute of minutes) {
			const start = hour * HOUR + minute * MINUTE
			if (start + MINUTE <= after) continue
			const second = seconds.find((each) => start + each * SECOND > after)
			if (second !== undefined) return start + second * SECOND
		}
	}
	return undefined
}

function timeUntil({ hours, minutes, seconds }: Calendar, until: number): number | undefined {
	for (const hour of hours.toReversed()) {
		if (hour * HOUR > until) continue
		for (const minute of minutes.toReversed()) {
			const start = hour * HOUR + minute * MINUTE
			if (start > until) continue
			const second = seconds.findLast((each) => start + each * SECOND <= until)
			if (second !== undefined) return start + second * SECOND
		}
	}
	return undefined
}

/** The calendar of a cron expression. A day has to fit the day of the month and the day of the week, as node-cron has it. */
export function cronCalendar({ second, minute, hour, dayOfMonth, month, dayOfWeek }: CronFields): Calendar {
	const isDay = (day: number) => {
		const local = dateOf(day)
		return (
			month.includes(local.month) &&
			dayOfMonth.some((token) => isCronDate(token, local)) &&
			dayOfWeek.some((token) => isCronWeekDay(token, local))
		)
	}
	return { isDay, hours: sorted(hour), minutes: sorted(minute), seconds: sorted(second) }
}

/** Whether a date is `13`, `L`, `L-3`, `15W` or `LW`. */
function isCronDate(token: number | string, { year, month, date, lastDate }: LocalDate): boolean {
	if (typeof token === 'number') return token === date
	if (token === 'L') return date === lastDate
	const fromLast = /^L-(\d+)$/.exec(token)
	if (fromLast) return date === lastDate - Number(fromLast[1])
	const target = token === 'LW' ? lastDate : Number.parseInt(token, 10)
	if (target > lastDate) return false
	// The weekday of the same month that is nearest.
	const { weekDay } = dateOf(Date.UTC(year, month - 1, target) / DAY)
	if (weekDay === 6) return date === (target === 1 ? 3 : target - 1)
	if (weekDay === 0) return date === (target === lastDate ? target - 2 : target + 1)
	return date === target
}

/** Whether a day is the weekday `5`, the last one `5L` of its month, or the second one `5#2`. */
function isCronWeekDay(token: number | string, { date, weekDay, lastDate }: LocalDate): boolean {
	if (typeof token === 'number') return token === weekDay
	const [digit, nth] = [Number(token[0]) % 7, token.split('#')[1]]
	if (digit !== weekDay) return false
	return nth === undefined ? date > lastDate - 7 : Math.ceil(date / 7) === Number(nth)
}

type Repeated = { frequency: 'Day' | 'Week' | 'Month'; interval: number; advancedSchedule: AdvancedSchedule | null }

/** The calendar of Azure's Day, Week and Month: at the local time of the start, counted from its day, week (from Monday) or month. */
export function frequencyCalendar({ frequency, interval, advancedSchedule }: Repeated, start: number): Calendar {
	const first = Math.floor(start / DAY)
	const time = start - first * DAY
	const times = { hours: [Math.floor(time / HOUR)], minutes: [Math.floor(time / MINUTE) % 60], seconds: [0] }
	const begun = dateOf(first)
	const isTurn = (units: number) => units >= 0 && units % interval === 0
	switch (frequency) {
		case 'Day':
			return { ...times, isDay: (day) => isTurn(day - first) }
		case 'Week': {
			const named = advancedSchedule && 'weekDays' in advancedSchedule ? advancedSchedule.weekDays : [weekDays[begun.weekDay]!]
			return { ...times, isDay: (day) => isTurn(weekOf(day) - weekOf(first)) && named.includes(weekDays[dateOf(day).weekDay]!) }
		}
		case 'Month': {
			const isDate = monthDay(advancedSchedule, begun)
			const isDay = (day: number) => {
				const local = dateOf(day)
				return isTurn((local.year - begun.year) * 12 + local.month - begun.month) && isDate(local)
			}
			return { ...times, isDay }
		}
	}
}

/** Which days of a month. Without any, the start's; the last one where a month has no such day. */
function monthDay(advanced: AdvancedSchedule | null, begun: LocalDate): (local: LocalDate) => boolean {
	if (advanced && 'monthDays' in advanced)
		return ({ date, lastDate }) => advanced.monthDays.some((day) => date === (day === -1 ? lastDate : day))
	if (advanced && 'monthlyOccurrences' in advanced)
		return (local) => advanced.monthlyOccurrences.some(({ occurrence, day }) => isOccurrence(local, occurrence, day))
	return ({ date, lastDate }) => date === Math.min(begun.date, lastDate)
}

function isOccurrence({ date, weekDay, lastDate }: LocalDate, occurrence: number, day: WeekDay): boolean {
	if (weekDays[weekDay] !== day) return false
	return occurrence === -1 ? date > lastDate - 7 : Math.ceil(date / 7) === occurrence
}

/** Weeks from Monday; 1970-01-01 was a Thursday. */
function weekOf(day: number): number {
	return Math.floor((day + 3) / 7)
}

function dateOf(day: number): LocalDate {
	const at = new Date(day * DAY)
	const [year, month] = [at.getUTCFullYear(), at.getUTCMonth() + 1]
	return { year, month, date: at.getUTCDate(), weekDay: at.getUTCDay(), lastDate: new Date(Date.UTC(year, month, 0)).getUTCDate() }
}

function sorted(numbers: number[]): number[] {
	return numbers.toSorted((one, other) => one - other)
}
