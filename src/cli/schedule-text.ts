/** A schedule as the API answers it: cron, missed, overlap and origin are absent on Azure, and unknown to the official client. */
export type ScheduleBody = {
	name: string
	properties: {
		cron?: string | null
		frequency: string | null
		interval: number | null
		advancedSchedule: {
			weekDays?: string[] | null
			monthDays?: number[] | null
			monthlyOccurrences?: { occurrence: number; day: string }[] | null
		} | null
		timeZone: string
		startTime: string
		expiryTime: string
		nextRun: string | null
		isEnabled: boolean
		description: string | null
		missed?: string
		overlap?: string
		origin?: string
		creationTime: string
	}
}

/** When it runs, in a few words: `every 2 weeks on Monday, Friday at 07:00 (Europe/Madrid)`. */
export function recurrenceText({ properties }: ScheduleBody): string {
	const { cron, frequency, interval, timeZone, startTime } = properties
	const zone = ` (${timeZone})`
	if (cron) return cron + zone
	if (!frequency || frequency === 'OneTime') return `once${zone}`
	const unit = frequency.toLowerCase()
	const count = interval ?? 1
	const time = frequency === 'Minute' || frequency === 'Hour' ? '' : timeOfDay(new Date(startTime), timeZone)
	return (count === 1 ? `every ${unit}` : `every ${count} ${unit}s`) + daysText(properties.advancedSchedule) + time + zone
}

/** ` at 07:00`: runs of a day have the time of the start, by the clocks of the zone. Nothing where Node does not know the zone. */
function timeOfDay(startTime: Date, timeZone: string): string {
	try {
		return ` at ${new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone }).format(startTime)}`
	} catch {
		return ''
	}
}

function daysText(days: ScheduleBody['properties']['advancedSchedule']): string {
	const { weekDays, monthDays, monthlyOccurrences } = days ?? {}
	const named =
		weekDays ??
		monthDays?.map((day) => (day === -1 ? 'the last day' : `day ${day}`)) ??
		monthlyOccurrences?.map(({ occurrence, day }) => `${occurrence === -1 ? 'the last' : ordinals[occurrence]} ${day}`) ??
		[]
	return named.length > 0 ? ` on ${named.join(', ')}` : ''
}

const ordinals: Record<number, string> = { 1: 'the first', 2: 'the second', 3: 'the third', 4: 'the fourth', 5: 'the fifth' }
