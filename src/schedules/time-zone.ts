import { windowsTimeZones } from './windows-time-zones.ts'

// Instants and local times are milliseconds since 1970; a local time is counted as if its zone were UTC.
const HOUR = 3_600_000
const DAY = 24 * HOUR

/** Zones by every spelling that was asked for; bounded, because names come from requests. */
const known = new Map<string, { name: string; format: Intl.DateTimeFormat } | undefined>()
const knownMax = 2_000

function zone(name: string) {
	const key = name.toLowerCase()
	if (known.has(key)) return known.get(key)
	if (known.size >= knownMax) known.clear()
	const found = openZone(windowsTimeZones.get(key) ?? name)
	known.set(key, found)
	return found
}

function openZone(name: string) {
	try {
		const digits = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const
		const format = new Intl.DateTimeFormat('en-US', {
			timeZone: name,
			hourCycle: 'h23',
			calendar: 'gregory',
			numberingSystem: 'latn',
			...digits,
		})
		return { name: format.resolvedOptions().timeZone, format }
	} catch {
		return undefined
	}
}

/** Whether a name is known: IANA's, a fixed offset such as `+01:00`, or one of Windows'. */
export function isTimeZone(name: string): boolean {
	return zone(name) !== undefined
}

/** How far the zone's clocks are ahead of UTC at an instant, milliseconds; negative west of Greenwich. Throws for a name that is not known. */
export function offsetAt(timeZone: string, instant: number): number {
	const found = zone(timeZone)
	if (!found) throw new Error(`There is no time zone '${timeZone}'.`)
	const seconds = Math.floor(instant / 1_000) * 1_000
	if (found.name === 'UTC') return 0
	const part: Record<string, number> = {}
	for (const { type, value } of found.format.formatToParts(seconds)) part[type] = Number(value)
	return Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute, part.second) - seconds
}

/** The first instant of (from, to] at which the offset is another than at `from`; the one at `to` has to be another. */
export function changeBetween(timeZone: string, from: number, to: number): number {
	const before = offsetAt(timeZone, from)
	// Clocks change at whole seconds.
	let low = Math.floor(from / 1_000)
	let high = Math.ceil(to / 1_000)
	while (high - low > 1) {
		const middle = Math.floor((low + high) / 2)
		if (offsetAt(timeZone, middle * 1_000) === before) low = middle
		else high = middle
	}
	return high * 1_000
}

/**
 * The instant of a local time. One that exists twice, because clocks were set back, is the first;
 * one that does not exist, because clocks were set forward over it, is the first instant after the gap.
 */
export function instantOf(timeZone: string, local: number): number {
	const [one, other] = [offsetAt(timeZone, local - DAY), offsetAt(timeZone, local + DAY)]
	const early = local - Math.max(one, other)
	const late = local - Math.min(one, other)
	for (const instant of [early, late]) if (instant + offsetAt(timeZone, instant) === local) return instant
	return changeBetween(timeZone, early, late)
}

/** The latest local time whose instant, as `instantOf` has it, is not after the given one. */
export function wallTimeAt(timeZone: string, instant: number): number {
	const local = instant + offsetAt(timeZone, instant)
	const first = instantOf(timeZone, local)
	if (first === instant) return local
	// The second time that clocks show it: everything up to where they were set back has been.
	return changeBetween(timeZone, first, instant) + offsetAt(timeZone, first) - 1
}
