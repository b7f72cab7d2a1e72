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

/** When it runs, in a few words: `every 2 weeks on Monday, Friday (Europe/Madrid)`. */
export function recurrenceText({ properties }: ScheduleBody): string {
	const { cron, frequency, interval, timeZone } = properties
	const zone = ` (${timeZone})`
	if (cron) return cron + zone
	if (!frequency || frequency === 'OneTime') return `once${zone}`
	const unit = frequency.toLowerCase()
	const count = interval ?? 1
	return (count === 1 ? `every ${unit}` : `every ${count} ${unit}s`) + daysText(properties.advancedSchedule) + zone
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
