import { DECLARED_SCHEDULES_MAX } from '../limits.ts'

type Day = 'Monday' | 'Tuesday' | 'Wednesday' | 'Thursday' | 'Friday' | 'Saturday' | 'Sunday'

/** A schedule that a runbook declares for itself: a cron expression, or Azure's frequency and interval from a start on. */
export type RunbookSchedule = {
	/** Unique in the account; the runbook's name unless told, numbered from the second one on. */
	name?: string
	description?: string
	/** Five fields, or six with seconds: `0 7 * * 1-5`. */
	cron?: string
	frequency?: 'OneTime' | 'Minute' | 'Hour' | 'Day' | 'Week' | 'Month'
	interval?: number
	advancedSchedule?: { weekDays?: Day[]; monthDays?: number[]; monthlyOccurrences?: { occurrence: number; day: Day }[] }
	/** A time with its offset, such as `2027-01-31T07:00:00Z`; cut to the minute. Mandatory with a frequency. */
	startTime?: string
	expiryTime?: string
	/** Whose clocks count: an IANA name such as `Europe/Madrid`; UTC unless told. */
	timeZone?: string
	/** Values of the runbook's parameters. */
	parameters?: Record<string, unknown>
	/** What follows from runs missed while the runner was away; `once` unless told: one run for all of them. */
	missed?: 'skip' | 'once' | 'all'
	/** What follows from a run that is due while one before it has not ended; `allow` unless told. */
	overlap?: 'allow' | 'skip' | 'queue'
	/** How it begins; true unless told. From then on the operator's switch counts, whatever stands here. */
	isEnabled?: boolean
}

const members = [
	...['name', 'description', 'cron', 'frequency', 'interval', 'advancedSchedule', 'startTime', 'expiryTime', 'timeZone'],
	...['parameters', 'missed', 'overlap', 'isEnabled'],
]

/** Throws a TypeError where a schedule has not the form of one. Whether its expression and times can be used is checked by the runner. */
export function checkSchedules(schedule: unknown): void {
	const declared = [schedule ?? []].flat() as unknown[]
	if (declared.length > DECLARED_SCHEDULES_MAX)
		throw new TypeError(`defineRunbook: schedule has ${declared.length} entries: at most ${DECLARED_SCHEDULES_MAX} are allowed.`)
	for (const [index, each] of declared.entries()) {
		const place = Array.isArray(schedule) ? `schedule[${index}]` : 'schedule'
		if (typeof each !== 'object' || each === null)
			throw new TypeError(`defineRunbook: ${place} must be an object such as { cron: '0 7 * * 1-5', timeZone: 'Europe/Madrid' }.`)
		const unknown = Object.keys(each).find((name) => !members.includes(name))
		if (unknown !== undefined) throw new TypeError(`defineRunbook: ${place} has no member '${unknown}'; it has ${members.join(', ')}.`)
		const { name, parameters, isEnabled } = each as RunbookSchedule
		if (name !== undefined && (typeof name !== 'string' || !/^[^\p{C}/\\]{1,128}$/u.test(name)))
			throw new TypeError(`defineRunbook: ${place}.name must have 1 to 128 characters, none of them a slash or a control character.`)
		if (parameters !== undefined && (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)))
			throw new TypeError(`defineRunbook: ${place}.parameters must be an object of values by parameter name.`)
		if (isEnabled !== undefined && typeof isEnabled !== 'boolean')
			throw new TypeError(`defineRunbook: ${place}.isEnabled must be true or false.`)
		try {
			JSON.stringify(each)
		} catch (cause) {
			throw new TypeError(`defineRunbook: ${place} must be JSON: ${(cause as Error).message}.`, { cause })
		}
	}
}
