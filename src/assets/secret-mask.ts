import { EXCEPTION_LENGTH_MAX, MASKED_COUNT_MAX, MASKED_LENGTH_MAX, MASKED_LENGTH_MIN } from '../limits.ts'
import { spellingsOf } from './secret-spellings.ts'
import { isBase64, SpellingTree } from './spelling-tree.ts'

const MASK = '***'

/** How a record ends that was cut (streams/cut-record.ts): what stands before may be the beginning of a secret. */
const cutMark = /… \[cut: \d+ bytes are more than the \d+ that one record may have\]$/

/** Replaces secrets in text, in every spelling that {@link spellingsOf} knows. */
export class SecretMask {
	readonly #tree = new SpellingTree()
	readonly #secrets = new Set<string>()
	#length = 0

	/** Adds secrets; those that are too short are passed over. Adds none of them and answers false where they would be more than can be masked. */
	add(secrets: readonly string[]): boolean {
		const fresh = [...new Set(secrets)].filter((secret) => secret.length >= MASKED_LENGTH_MIN && !this.#secrets.has(secret))
		const length = this.#length + fresh.reduce((sum, secret) => sum + secret.length, 0)
		if (length > MASKED_LENGTH_MAX || this.#secrets.size + fresh.length > MASKED_COUNT_MAX) return false
		this.#length = length
		for (const secret of fresh) {
			this.#secrets.add(secret)
			for (const spelling of spellingsOf(secret)) this.#tree.add(spelling)
		}
		return true
	}

	/** Whether there is less room left than taken. */
	get isHalfFull(): boolean {
		return this.#length > MASKED_LENGTH_MAX / 2 || this.#secrets.size > MASKED_COUNT_MAX / 2
	}

	/** The text with `***` in place of every secret. One that was cut has no beginning of a secret at its end, either. */
	text(text: string): string {
		if (this.#secrets.size === 0) return text
		const mark = cutMark.exec(text)
		const isCut = mark !== null || text.length >= EXCEPTION_LENGTH_MAX
		return mark ? this.#masked(text.slice(0, mark.index), isCut) + mark[0] : this.#masked(text, isCut)
	}

	/** JSON text with `***` in place of secrets in its texts, names and numbers. JSON without secrets comes back as it is. */
	json(json: string): string {
		if (this.#secrets.size === 0) return json
		// Nothing is escaped in it, so what its texts hold stands there as it is.
		if (!json.includes('\\') && !json.endsWith(']"') && json.length < EXCEPTION_LENGTH_MAX && this.#masked(json, false) === json)
			return json
		try {
			let isChanged = false
			const mask = (text: string): string => {
				const masked = this.text(text)
				isChanged ||= masked !== text
				return masked
			}
			const visit = (_name: string, value: unknown, { source }: { source?: string }): unknown => {
				if (typeof value === 'string') return mask(value)
				if (typeof value === 'number') return mask(source!) === source ? value : MASK
				if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
				const names = Object.keys(value)
				const masked = names.map(mask)
				if (masked.every((name, index) => name === names[index])) return value
				return Object.fromEntries(Object.values(value).map((member, index) => [masked[index], member]))
			}
			const value: unknown = JSON.parse(json, visit as Parameters<typeof JSON.parse>[1])
			return isChanged ? JSON.stringify(value) : json
		} catch {
			// Nested too deep to be looked through.
			return JSON.stringify(MASK)
		}
	}

	/** All occurrences are looked for in the text as it was, so that one that overlaps another is not left half. */
	#masked(text: string, isCut: boolean): string {
		let masked = ''
		let end = 0
		for (let at = 0; at + MASKED_LENGTH_MIN <= text.length; at++) {
			const match = this.#tree.find(text, at, isCut)
			if (!match || match.until <= end) continue
			const from = match.before && at > 0 && isBase64(text[at - 1]) ? at - 1 : at
			if (from > end || masked === '') masked += text.slice(end, from) + MASK
			end = match.until
		}
		return masked === '' ? text : masked + text.slice(end)
	}
}
