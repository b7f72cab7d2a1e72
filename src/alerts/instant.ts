import type { Condition } from './condition.ts'
import { textOf } from './json-member.ts'

const iso = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?\s?(Z|[+-]\d\d:?\d\d)?)?$/
/** What .NET writes in the United States, as in SearchIntervalStartTimeUtc; newer ones put a narrow blank before AM. */
const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?:\s(\d{1,2}):(\d\d)(?::(\d\d))?(?:\s?([AP])M)?)?$/i
/** RFC 9110, 5.6.7: `Wed, 21 Aug 2019 16:17:47 GMT`. */
const internet = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/

/**
 * The instant as ISO text in UTC, with milliseconds. A time without a zone is UTC, as senders have it.
 * null for what is no instant, and for the year 1: Go and .NET write that for an end that has not come.
 */
export function instantOf(value: unknown): string | null {
	const text = textOf(value)?.trim() ?? ''
	const time = Date.parse(internet.test(text) ? text : (fromIso(text) ?? fromAmerican(text) ?? ''))
	if (Number.isNaN(time)) return null
	const instant = new Date(time)
	return instant.getUTCFullYear() <= 1 ? null : instant.toISOString()
}

function fromIso(text: string): string | undefined {
	const [, date, minutes = '00:00', seconds = ':00', zone = 'Z'] = iso.exec(text.toUpperCase()) ?? []
	// Go and .NET may leave the colon out of an offset, which Date.parse need not read.
	return date && `${date}T${minutes}${seconds}${zone.replace(/^(...)(\d\d)$/, '$1:$2')}`
}

function fromAmerican(text: string): string | undefined {
	const [, month, day, year, hour = '0', minute = '00', second = '00', half] = american.exec(text) ?? []
	if (!month || !day || !year) return undefined
	const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0)
	return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${String(hours).padStart(2, '0')}:${minute}:${second}Z`
}

/** Where a message has one instant only: when it fired if it tells that, when it was resolved if it tells that. */
export function instantsOf(condition: Condition | null, value: unknown): { firedAt: string | null; resolvedAt: string | null } {
	const instant = instantOf(value)
	return condition === 'resolved' ? { firedAt: null, resolvedAt: instant } : { firedAt: instant, resolvedAt: null }
}
