import { MASKED_LENGTH_MIN } from '../limits.ts'

/**
 * The texts that give a variable's value away: the whole of it, and each text and number in it. Names of members, true, false and null
 * are none. A number is there in its shortest spelling, too, as a runbook would write it.
 */
export function secretTexts(json: string): string[] {
	const value: unknown = JSON.parse(json)
	const texts = new Set<string>()
	const visit = (part: unknown): void => {
		if (typeof part === 'string') texts.add(part)
		else if (typeof part === 'number') texts.add(String(part))
		else if (part !== null && typeof part === 'object') for (const member of Object.values(part)) visit(member)
	}
	visit(value)
	if (typeof value === 'number' || (typeof value === 'object' && value !== null)) texts.add(json.trim()).add(JSON.stringify(value))
	return [...texts].filter(({ length }) => length >= MASKED_LENGTH_MIN)
}

/** Whether a text or number is too short for being masked, and so for being kept as a secret. */
export function isTooShortToMask(json: string): boolean {
	const value: unknown = JSON.parse(json)
	return (typeof value === 'string' || typeof value === 'number') && secretTexts(json).length === 0
}

export const tooShortText = `has at least ${MASKED_LENGTH_MIN} characters: a shorter one cannot be masked in the streams of jobs`
