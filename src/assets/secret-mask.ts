import { EXCEPTION_LENGTH_MAX, MASKED_COUNT_MAX, MASKED_ESCAPES_MAX, MASKED_LENGTH_MAX, MASKED_LENGTH_MIN } from '../limits.ts'
import { Base64Readings } from './base64-readings.ts'
import type { Reading } from './reading.ts'
import { SecretAutomaton } from './secret-automaton.ts'
import { percentRead, unescaped } from './unescape.ts'

const MASK = '***'

/** How a record ends that was cut (streams/cut-record.ts): what stands before may be the beginning of a secret. */
const cutMark = /… \[cut: \d+ bytes are more than the \d+ that one record may have\]$/

/** An automaton of so many letters is built within a millisecond. */
const REBUILT_LENGTH = 16_384

/** Replaces secrets in text, as they are and in every writing that {@link unescaped} and {@link Base64Readings} read. */
export class SecretMask {
	readonly #automata: SecretAutomaton[] = []
	/** Not in an automaton yet. */
	#fresh: string[] = []
	readonly #base64 = new Base64Readings()
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
			// What writes UTF-8 replaces halves of surrogate pairs.
			const written = secret.toWellFormed()
			const read = percentRead(written)
			this.#fresh.push(...new Set([secret, written, read.length >= MASKED_LENGTH_MIN ? read : written]))
			this.#base64.add(written)
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
		const automata = this.#built()
		let hidden: Uint8Array | undefined
		const hide = (read: string, reading: Reading | undefined, isCutThere: boolean) => {
			for (const automaton of automata) {
				const spans = automaton.search(read, isCutThere)
				for (let at = 0; at < spans.length; at += 2) {
					const [from, to] = [spans[at]!, spans[at + 1]!]
					hidden ??= new Uint8Array(text.length)
					// Behind the last letter of a cut text there may be a part of the next one.
					const end = isCutThere && to === read.length ? text.length : (reading?.end(to - 1) ?? to)
					hidden.fill(1, reading?.begin(from) ?? from, end)
				}
			}
		}
		const lookIn = (read: string, reading: Reading | undefined, depth: number) => {
			hide(read, reading, isCut)
			for (const { reading: bytes, end } of this.#base64.readingsOf(read, reading)) hide(bytes.text, bytes, isCut && end === read.length)
			if (depth === MASKED_ESCAPES_MAX) return
			for (const inner of unescaped(read, { outer: reading, isCut })) lookIn(inner.text, inner, depth + 1)
		}
		lookIn(text, undefined, 0)
		return hidden ? withMask(text, hidden) : text
	}

	/**
	 * Built anew where secrets came since. Automata that are much larger than what came stay as they are: so a secret is built in a few
	 * times only, however many come one by one.
	 */
	#built(): SecretAutomaton[] {
		if (this.#fresh.length === 0) return this.#automata
		let secrets = this.#fresh
		this.#fresh = []
		let length = secrets.reduce((sum, secret) => sum + secret.length, 0)
		for (let last = this.#automata.at(-1); last && last.length <= Math.max(length, REBUILT_LENGTH); last = this.#automata.at(-1)) {
			secrets = [...last.secrets, ...secrets]
			length += last.length
			this.#automata.pop()
		}
		this.#automata.push(new SecretAutomaton(secrets))
		return this.#automata
	}
}

function withMask(text: string, hidden: Uint8Array): string {
	let masked = ''
	for (let at = 0; at < text.length; ) {
		const from = hidden.indexOf(1, at)
		if (from === -1) return masked + text.slice(at)
		masked += text.slice(at, from) + MASK
		const to = hidden.indexOf(0, from)
		at = to === -1 ? text.length : to
	}
	return masked
}
