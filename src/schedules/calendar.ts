import { SCHEDULE_SEARCH_DAYS } from '../limits.ts'
import type { CronFields } from './cron-expression.ts'
import { type AdvancedSchedule, type WeekDay, weekDays } from './schedule.ts'

// Local times are milliseconds since 1970 as if the zone were UTC; days are counted from 1970-01-01.
const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Local times at which something is due: the days, and the times of each such day. Numbers are sorted. */
export type Calendar = {
	/** Of a day that `onward` or `back` leads to. */
	isDay: (day: number) => boolean
	/** The first day from the given one on that is worth a look, and the last one up to it: a thousand months are not looked through. */
	onward: (day: number) => number
	back: (day: number) => number
	hours: number[]
	minutes: number[]
	seconds: number[]
}

type LocalDate = { year: number /** 1 to 12 */; month: number; date: number; weekDay: number; lastDate: number }

/** The first local time of a calendar after the given one; undefined when none comes, on the day of `most` at the latest. */
export function nextLocal(calendar: Calendar, after: number, most: number): number | undefined {
	const first = Math.floor(after / DAY)
	const last = Math.min(first + SCHEDULE_SEARCH_DAYS, Math.floor(most / DAY))
	for (let day = calendar.onward(first); day <= last; day = calendar.onward(day + 1)) {
		if (!calendar.isDay(day)) continue
		const time = timeAfter(calendar, day === first ? after - day * DAY : -1)
		if (time !== undefined) return day * DAY + time
	}
	return undefined
}

/** The last local time of a calendar that is not after the given one nor before `least`; undefined when there is none. */
export function latestLocal(calendar: Calendar, at: number, least: number): number | undefined {
	const last = Math.floor(at / DAY)
	for (let day = calendar.back(last); day >= Math.floor(least / DAY); day = calendar.back(day - 1)) {
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
		return dayOfMonth.some((token) => isCronDate(token, local)) && dayOfWeek.some((token) => isCronWeekDay(token, local))
	}
	const months = turns(monthOf, firstDayOf, (wanted, step) => {
		let found = wanted
		while (!month.includes((found % 12) + 1)) found += step
		return found
	})
	return { ...months, isDay, hours: sorted(hour), minutes: sorted(minute), seconds: sorted(second) }
}

/** Leads to the days of those months or weeks that have a turn; `turn` is the nearest such one, later for a step of 1, earlier for -1. */
function turns(
	unitOf: (day: number) => number,
	firstOf: (unit: number) => number,
	turn: (unit: number, step: 1 | -1) => number,
): Pick<Calendar, 'onward' | 'back'> {
	return {
		onward(day) {
			const unit = unitOf(day)
			const next = turn(unit, 1)
			return next === unit ? day : firstOf(next)
		},
		back(day) {
			const unit = unitOf(day)
			const last = turn(unit, -1)
			return last === unit ? day : firstOf(last + 1) - 1
		},
	}
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
	const each = (begin: number) => (unit: number, step: 1 | -1) => {
		const units = (unit - begin) / interval
		return begin + (step === 1 ? Math.ceil(units) : Math.floor(units)) * interval
	}
	switch (frequency) {
		case 'Day': {
			const day = (one: number) => one
			return { ...times, ...turns(day, day, each(first)), isDay: () => true }
		}
		case 'Week': {
			const named = advancedSchedule && 'weekDays' in advancedSchedule ? advancedSchedule.weekDays : [weekDays[begun.weekDay]!]
			const weeks = turns(weekOf, mondayOf, each(weekOf(first)))
			return { ...times, ...weeks, isDay: (day) => named.includes(weekDays[dateOf(day).weekDay]!) }
		}
		case 'Month': {
			const isDate = monthDay(advancedSchedule, begun)
			return { ...times, ...turns(monthOf, firstDayOf, each(monthOf(first))), isDay: (day) => isDate(dateOf(day)) }
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

function mondayOf(week: number): number {
	return week * 7 - 3
}

/** Months, counted from the year 0. */
function monthOf(day: number): number {
	const at = new Date(day * DAY)
	return at.getUTCFullYear() * 12 + at.getUTCMonth()
}

function firstDayOf(month: number): number {
	return Date.UTC(Math.floor(month / 12), month % 12) / DAY
}

function dateOf(day: number): LocalDate {
	const at = new Date(day * DAY)
	const [year, month] = [at.getUTCFullYear(), at.getUTCMonth() + 1]
	return { year, month, date: at.getUTCDate(), weekDay: at.getUTCDay(), lastDate: new Date(Date.UTC(year, month, 0)).getUTCDate() }
}

function sorted(numbers: number[]): number[] {
	return numbers.toSorted((one, other) => one - other)
}
