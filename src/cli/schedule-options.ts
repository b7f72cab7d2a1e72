import { type Command, Option } from 'commander'
import { readInstant } from './time-argument.ts'
import { UsageError } from './usage-error.ts'

export type ScheduleOptions = {
	cron?: string
	frequency?: string
	interval?: string
	weekDays?: string
	monthDays?: string
	monthlyOccurrences?: string
	start?: string
	expires?: string
	timeZone?: string
	missed?: string
	overlap?: string
	description?: string
	disabled?: boolean
}

type Occurrence = { occurrence: number; day: string }

/** What the API takes as `properties` of a schedule; JSON leaves out what is undefined. */
export type ScheduleProperties = {
	cron: string | undefined
	frequency: string | undefined
	interval: number | undefined
	advancedSchedule:
		| { weekDays: string[] | undefined; monthDays: number[] | undefined; monthlyOccurrences: Occurrence[] | undefined }
		| undefined
	startTime: string | undefined
	expiryTime: string | undefined
	timeZone: string | undefined
	missed: string | undefined
	overlap: string | undefined
	description: string | undefined
	isEnabled: boolean
}

/** Gives a command the options {@link readSchedule} reads. */
export function withScheduleOptions(command: Command): Command {
	return command
		.option('--cron <expression>', "five fields, or six with seconds: '0 7 * * 1-5'")
		.option('--frequency <unit>', 'in place of --cron: OneTime, Minute, Hour, Day, Week or Month')
		.option('--interval <count>', 'so many units between two runs; 1 unless given')
		.option('--week-days <days>', 'of Week: Monday,Friday')
		.option('--month-days <days>', 'of Month: 1,15,-1 (the last)')
		.option('--monthly-occurrences <days>', 'of Month: 2:Tuesday,-1:Friday (the second Tuesday, the last Friday)')
		.option('--start <when>', 'a duration from now (1h) or a time (2027-01-31T07:00:00Z); --frequency needs it, and counts from it')
		.option('--expires <when>', 'no run is due after it')
		.option('--time-zone <name>', 'whose clocks count, such as Europe/Madrid; UTC unless given')
		.addOption(new Option('--missed <rule>', 'what follows from missed runs; once unless given').choices(['skip', 'once', 'all']))
		.addOption(
			new Option('--overlap <rule>', 'when a run is due while one before it runs; allow unless given').choices(['allow', 'skip', 'queue']),
		)
		.option('--description <text>', 'what it is for')
		.option('--disabled', 'create it disabled')
}

/** The schedule that the options describe. What they make together is checked by the server. Throws a UsageError. */
export function readSchedule(options: ScheduleOptions, now: number): ScheduleProperties {
	const { cron, frequency, interval, weekDays, monthDays, monthlyOccurrences, start, expires } = options
	const { timeZone, missed, overlap, description, disabled = false } = options
	if ((cron === undefined) === (frequency === undefined)) throw new UsageError('Give either --cron or --frequency.')
	const days = {
		weekDays: weekDays === undefined ? undefined : split(weekDays),
		monthDays: monthDays === undefined ? undefined : split(monthDays).map((day) => wholeNumber(day, '--month-days')),
		monthlyOccurrences: monthlyOccurrences === undefined ? undefined : split(monthlyOccurrences).map(readOccurrence),
	}
	const instant = (text: string | undefined, option: string) =>
		text === undefined ? undefined : readInstant(text, option, { now, direction: 1 }).toISOString()
	const schedule = {
		cron,
		frequency,
		interval: interval === undefined ? undefined : wholeNumber(interval, '--interval'),
		advancedSchedule: Object.values(days).some((list) => list !== undefined) ? days : undefined,
		startTime: instant(start, '--start'),
		expiryTime: instant(expires, '--expires'),
		timeZone,
		missed,
		overlap,
		description,
		isEnabled: !disabled,
	}
	if (frequency !== undefined && start === undefined)
		throw new UsageError('--frequency counts from --start: give it, too.', '--start 1h is an hour from now.')
	return schedule
}

function split(text: string): string[] {
	return text.split(',').map((part) => part.trim())
}

function wholeNumber(text: string, option: string): number {
	if (!/^-?\d{1,9}$/.test(text)) throw new UsageError(`${option}: '${text}' is no whole number.`)
	return Number(text)
}

function readOccurrence(text: string): Occurrence {
	const [, occurrence, day] = /^(-?\d):(\w+)$/.exec(text) ?? []
	if (occurrence === undefined)
		throw new UsageError(`--monthly-occurrences: '${text}' is not of the form 2:Tuesday, the second Tuesday of the month.`)
	return { occurrence: Number(occurrence), day: day! }
}
