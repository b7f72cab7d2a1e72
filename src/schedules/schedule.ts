/** Azure's frequencies, and what one unit of their interval is. */
export const frequencies = ['OneTime', 'Minute', 'Hour', 'Day', 'Week', 'Month'] as const
export type Frequency = (typeof frequencies)[number]

/** In the order of JavaScript's weekday numbers. */
export const weekDays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const
export type WeekDay = (typeof weekDays)[number]

/** On which days of a week or a month; -1 is the last day, or the last such weekday, of a month. */
export type AdvancedSchedule =
	| { weekDays: WeekDay[] }
	| { monthDays: number[] }
	| { monthlyOccurrences: { occurrence: number; day: WeekDay }[] }

/** How a schedule repeats: in Azure's words, or as a cron expression. */
export type Recurrence =
	| { frequency: Frequency /** null for OneTime. */; interval: number | null; advancedSchedule: AdvancedSchedule | null }
	| { cron: string }

/** What follows from runs that were missed while the runner was away: nothing, one run for all of them, or each of them. */
export const missedRules = ['skip', 'once', 'all'] as const
export type MissedRule = (typeof missedRules)[number]

/** What follows from a run that is due while one before it has not ended. */
export const overlapRules = ['allow', 'skip', 'queue'] as const
export type OverlapRule = (typeof overlapRules)[number]

/** All that says when runs are due. Times are milliseconds since 1970, UTC, whole minutes. */
export type Timing = {
	recurrence: Recurrence
	/** No run is due before it; frequencies count from it. */
	startTime: number
	/** No run is due after it; null for no end. */
	expiryTime: number | null
	/** As it was given: an IANA name, or one of Windows' as Azure has them. */
	timeZone: string
}

export type Schedule = Timing & {
	scheduleId: number
	name: string
	description: string | null
	missed: MissedRule
	overlap: OverlapRule
	/** The operator's switch. */
	isEnabled: boolean
	/** Who owns it: a runbook's file, or the management API. */
	origin: 'file' | 'api'
	/** The runbook whose file declares it; null for one of the API. */
	declaredBy: string | null
	creationTime: number
	lastModifiedTime: number
}

export type NewSchedule = Omit<Schedule, 'scheduleId' | 'creationTime' | 'lastModifiedTime'>
