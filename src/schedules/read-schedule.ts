import { z } from 'zod'
import { issueText } from '../errors.ts'
import { hasOffset, timeOf } from '../instant.ts'
import { SCHEDULE_INTERVAL_MAX } from '../limits.ts'
import { readCron } from './cron-expression.ts'
import { nextRun } from './next-run.ts'
import {
	type AdvancedSchedule,
	type Frequency,
	frequencies,
	type MissedRule,
	missedRules,
	type OverlapRule,
	overlapRules,
	type Recurrence,
	type Timing,
	weekDays,
} from './schedule.ts'
import { isTimeZone } from './time-zone.ts'

const MINUTE = 60_000
/** Azure's "no end". */
export const noEnd = '9999-12-31T23:59:00+00:00'

/** One of the words, in any case. */
function word<Words extends readonly [string, ...string[]]>(words: Words) {
	const allowed = `must be one of ${words.join(', ')}`
	return z.string(allowed).transform((text, context): Words[number] => {
		const found = words.find((each) => each.toLowerCase() === text.toLowerCase())
		if (found === undefined) context.addIssue({ code: 'custom', message: `${allowed}, not '${text.slice(0, 40)}'` })
		return found ?? words[0]
	})
}

const timeRule = 'must be a time with its offset, such as 2027-01-31T07:00:00Z'
/** Cut to the minute, as Azure does. */
const time = z
	.string(timeRule)
	.refine((text) => hasOffset(text) && !Number.isNaN(timeOf(text)), timeRule)
	.transform((text) => Math.floor(timeOf(text) / MINUTE) * MINUTE)
	// Clients send the year 1 for a time that nobody set.
	.refine((instant) => instant >= 0 && instant <= timeOf(noEnd), 'must be a time from the years 1970 to 9999')

const dayRule = 'must be a day of the month from 1 to 31, or -1 for the last one'
const occurrenceRule = 'must be 1 to 5, or -1 for the last one'
const advancedSchedule = z.object({
	weekDays: z.array(word(weekDays)).max(7).nullish().describe('For Week: on which days.'),
	monthDays: z
		.array(z.int(dayRule).refine((day) => day === -1 || (day >= 1 && day <= 31), dayRule))
		.max(32)
		.nullish()
		.describe('For Month: on which days; -1 is the last one. A month without such a day has no run on it.'),
	monthlyOccurrences: z
		.array(
			z.object({
				occurrence: z.int(occurrenceRule).refine((nth) => nth === -1 || (nth >= 1 && nth <= 5), occurrenceRule),
				day: word(weekDays),
			}),
		)
		.max(35)
		.nullish()
		.describe('For Month: such as the second Tuesday; occurrence -1 is the last one.'),
})

const intervalRule = `must be a whole number from 1 to ${SCHEDULE_INTERVAL_MAX}`
/** The members that say when runs are due and what follows from missed and overlapping ones; the same in the API and in a runbook's file. */
export const scheduleMembers = {
	cron: z.string().nullish().describe('A cron expression of five fields, or six with seconds, in place of frequency and interval.'),
	frequency: word(frequencies)
		.nullish()
		.describe(`${frequencies.join(', ')}.`),
	interval: z
		.union([z.number(), z.string().regex(/^\d+$/, intervalRule).transform(Number)], intervalRule)
		.pipe(z.int(intervalRule).min(1, intervalRule).max(SCHEDULE_INTERVAL_MAX, intervalRule))
		.nullish()
		.describe('So many minutes, hours, days, weeks or months lie between two runs; 1 unless told.'),
	advancedSchedule: advancedSchedule.nullish(),
	startTime: time.nullish().describe('Cut to the minute. Mandatory with a frequency, which counts from it.'),
	expiryTime: time.nullish().describe(`Cut to the minute; no run is due after it. ${noEnd} for no end.`),
	timeZone: z
		.string()
		.refine((name) => name === '' || isTimeZone(name), "must be an IANA name such as 'Europe/Madrid' or a name of Windows, such as 'UTC'")
		.nullish()
		.describe("Whose clocks count: an IANA name, or one of Windows'; UTC unless told."),
	missed: word(missedRules).nullish().describe('What follows from runs missed while the runner was away; once unless told.'),
	overlap: word(overlapRules)
		.nullish()
		.describe('What follows from a run that is due while one before it has not ended; allow unless told.'),
}

const scheduleSchema = z.object(scheduleMembers)
export type GivenSchedule = z.infer<typeof scheduleSchema>
export type ReadSchedule = Timing & { missed: MissedRule; overlap: OverlapRule }

/** Reads what was declared as JSON; or says what is wrong with it. */
export function parseSchedule(given: unknown): { given: GivenSchedule } | { fault: string } {
	const parsed = scheduleSchema.safeParse(given)
	if (parsed.success) return { given: parsed.data }
	const [issue] = parsed.error.issues
	return { fault: `${issue!.path.join('.') || 'It'} ${issueText(issue!)}.` }
}

/** What members that are right by themselves make together; `now` is the start of a cron expression that has none. */
export function readSchedule(given: GivenSchedule, now: number): ReadSchedule | { fault: string } {
	const recurrence = readRecurrence(given)
	if ('fault' in recurrence) return recurrence
	const { startTime, expiryTime } = given
	if (startTime == null && 'frequency' in recurrence) return { fault: 'startTime is mandatory with a frequency.' }
	const start = startTime ?? Math.floor(now / MINUTE) * MINUTE
	const timing = {
		recurrence,
		startTime: start,
		expiryTime: expiryTime == null || expiryTime === timeOf(noEnd) ? null : expiryTime,
		timeZone: given.timeZone || 'UTC',
	}
	if (timing.expiryTime !== null && timing.expiryTime < start) return { fault: 'expiryTime must not be before startTime.' }
	if (nextRun({ ...timing, expiryTime: null }, start - 1) === null) return { fault: 'No day ever comes that it names.' }
	return { ...timing, missed: given.missed ?? 'once', overlap: given.overlap ?? 'allow' }
}

function readRecurrence({ cron, frequency, interval, advancedSchedule: advanced }: GivenSchedule): Recurrence | { fault: string } {
	if (cron != null) {
		if (frequency != null || interval != null || advanced != null)
			return { fault: 'A schedule has either cron or frequency, interval and advancedSchedule.' }
		const read = readCron(cron)
		return 'fault' in read ? read : { cron }
	}
	if (frequency == null) return { fault: `frequency is mandatory: ${frequencies.join(', ')}; or cron in its place.` }
	const days = readAdvanced(frequency, advanced)
	if (days !== null && 'fault' in days) return days
	return { frequency, interval: frequency === 'OneTime' ? null : (interval ?? 1), advancedSchedule: days }
}

/** Empty lists count as absent. */
function readAdvanced(frequency: Frequency, given: GivenSchedule['advancedSchedule']): AdvancedSchedule | null | { fault: string } {
	const members = Object.entries(given ?? {}).filter(([, list]) => list != null && list.length > 0)
	const allowed = frequency === 'Week' ? ['weekDays'] : frequency === 'Month' ? ['monthDays', 'monthlyOccurrences'] : []
	const other = members.find(([name]) => !allowed.includes(name))
	if (other)
		return {
			fault: `advancedSchedule.${other[0]} is not for ${frequency}: weekDays is for Week, monthDays and monthlyOccurrences for Month.`,
		}
	if (members.length > 1) return { fault: 'advancedSchedule has either monthDays or monthlyOccurrences.' }
	return members.length === 0 ? null : (Object.fromEntries(members) as AdvancedSchedule)
}
