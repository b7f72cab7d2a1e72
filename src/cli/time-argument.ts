import { UsageError } from './usage-error.ts'

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 7 * 86_400, y: 365 * 86_400 }
const isoPattern = /^(\d{4})-(\d\d)-(\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,7})?)?(Z|[+-]\d\d:\d\d))?$/

/** Reads `90s`, `30m`, `12h`, `30d`, `2w` or `1y` as seconds. Throws a UsageError that names the option. */
export function readDuration(text: string, option: string): number {
	const [, count, unit] = /^(\d{1,9})([smhdwy])$/.exec(text) ?? []
	if (count === undefined) throw new UsageError(`${option} ${text}: give a duration such as 90s, 30m, 12h, 30d, 2w or 1y.`)
	return Number(count) * unitSeconds[unit!]!
}

/**
 * Reads an instant: a duration from `now` (into the future, or with `direction` -1 into the past), a date (its beginning in UTC),
 * or an ISO date and time with Z or an offset. Throws a UsageError that names the option.
 */
export function readInstant(text: string, option: string, { now, direction }: { now: number; direction: 1 | -1 }): Date {
	if (/^\d+[a-z]$/.test(text)) {
		const time = new Date(now + direction * readDuration(text, option) * 1000)
		if (Number.isNaN(time.getTime())) throw new UsageError(`${option} ${text} is too far away.`)
		return time
	}
	const [, year, month, day] = isoPattern.exec(text) ?? []
	const time = new Date(year === undefined ? Number.NaN : text)
	// Date takes 31 February for 3 March.
	const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()
	if (Number.isNaN(time.getTime()) || Number(day) > lastDay)
		throw new UsageError(
			`${option} ${text}: give a duration such as 12h or 30d, a date such as 2027-01-31, or a time such as 2027-01-31T18:00:00Z.`,
		)
	return time
}
