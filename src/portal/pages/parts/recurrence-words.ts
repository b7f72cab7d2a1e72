import cronstrue from 'cronstrue'
import type { Schedule } from '../answers.ts'

const places = new Map([
	[1, 'first'],
	[2, 'second'],
	[3, 'third'],
	[4, 'fourth'],
	[5, 'fifth'],
	[-1, 'last'],
])

/** When a schedule runs, as people say it. */
export function recurrenceWords(of: Schedule['properties']): string {
	const { cron, frequency, interval, startTime, timeZone } = of
	if (cron !== null) return `${cronWords(cron)} (${timeZone})`
	if (frequency === 'OneTime' || frequency === null) return `Once (${timeZone})`
	const every = interval === null || interval === 1 ? `Every ${frequency.toLowerCase()}` : `Every ${interval} ${frequency.toLowerCase()}s`
	const isByDay = frequency !== 'Minute' && frequency !== 'Hour'
	return [every, days(of), isByDay && `at ${clockTime(startTime, timeZone)}`, `(${timeZone})`].filter(Boolean).join(' ')
}

function cronWords(cron: string): string {
	try {
		return cronstrue.toString(cron, { use24HourTimeFormat: true, verbose: true })
	} catch {
		return cron
	}
}

function days({ advancedSchedule }: Schedule['properties']): string {
	const { weekDays, monthDays, monthlyOccurrences } = advancedSchedule ?? {}
	if (weekDays) return `on ${weekDays.join(', ')}`
	if (monthDays) return `on ${monthDays.map((day) => (day === -1 ? 'the last day' : `day ${day}`)).join(', ')}`
	if (monthlyOccurrences) return `on ${monthlyOccurrences.map(({ occurrence, day }) => `the ${places.get(occurrence)} ${day}`).join(', ')}`
	return ''
}

/** The time of day by the clocks of a zone; one that this browser does not know is told in UTC. */
function clockTime(time: string, timeZone: string): string {
	const text = (zone: string) =>
		new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: zone }).format(new Date(time))
	try {
		return text(timeZone)
	} catch {
		return `${text('UTC')} UTC`
	}
}
