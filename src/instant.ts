const timePattern = /^\d{4}-\d\d-\d\d(T([01]\d|2[0-3]):\d\d(:\d\d(\.\d{1,7})?)?(Z|[+-]\d\d:?\d\d)?)?$/i
const offsetPattern = /T.*(Z|[+-]\d\d:?\d\d)$/i

/** The instant that a text names, milliseconds since 1970: ISO 8601, up to seven decimals, UTC where it has no zone; NaN where it is none. */
export function timeOf(text: string): number {
	if (!timePattern.test(text)) return Number.NaN
	// JavaScript takes the 30th of February for the 2nd of March.
	const day = text.slice(0, 10)
	const midnight = new Date(`${day}T00:00:00Z`)
	if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== day) return Number.NaN
	return Date.parse(/T/i.test(text) && !hasOffset(text) ? `${text}Z` : text)
}

/** Whether the text of a time says how far its clock is from UTC. */
export function hasOffset(text: string): boolean {
	return offsetPattern.test(text)
}
