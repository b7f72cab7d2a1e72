import { MASKED_COUNT_MAX, MASKED_LENGTH_MIN, MASKED_WHOLE_LENGTH_MAX } from '../limits.ts'

/**
 * The texts that give a variable's value away: each text and number in it, texts of several lines line by line, too, and the whole of what
 * holds members. Without the white space around them, which may be cut off where they are written. Names of members, true, false and null are none. A number is there in its shortest spelling, as a runbook would write it.
 */
export function secretTexts(json: string): string[] {
	const value: unknown = JSON.parse(json)
	const texts = new Set<string>()
	// Not by recursion: it may be nested deeper than the stack goes.
	const left: unknown[] = [value]
	while (left.length > 0) {
		const part = left.pop()
		if (typeof part === 'string') for (const text of withLines(part)) texts.add(text)
		else if (typeof part === 'number') texts.add(String(part))
		else if (part !== null && typeof part === 'object') for (const member of Object.values(part)) left.push(member)
	}
	const hasWhole = typeof value === 'number' || (typeof value === 'object' && value !== null)
	if (hasWhole && json.length <= MASKED_WHOLE_LENGTH_MAX) texts.add(json.trim()).add(shortest(value))
	return [...texts].filter((text) => text.length >= MASKED_LENGTH_MIN)
}

function withLines(text: string): string[] {
	return (text.includes('\n') ? [text, ...text.split('\n')] : [text]).map((each) => each.trim())
}

function shortest(value: unknown): string {
	try {
		return JSON.stringify(value)
	} catch {
		// Nested too deep.
		return ''
	}
}

/** Why a value (JSON text) cannot be a secret; undefined when it can. `what` names it. */
export function secretFault(json: string, what: string): string | undefined {
	const value: unknown = JSON.parse(json)
	const texts = secretTexts(json)
	if ((typeof value === 'string' || typeof value === 'number') && texts.length === 0)
		return `${what} has at least ${MASKED_LENGTH_MIN} characters: a shorter one cannot be masked in the streams of jobs.`
	if (texts.length > MASKED_COUNT_MAX / 2)
		return `${what} has at most ${MASKED_COUNT_MAX / 2} texts, numbers and lines: more cannot be masked in the streams of jobs.`
	return undefined
}
