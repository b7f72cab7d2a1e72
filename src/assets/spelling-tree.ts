import { MASKED_LENGTH_MIN } from '../limits.ts'
import type { Spelling } from './secret-spellings.ts'

/** Letters that the tree tells spellings apart by; of longer ones the rest is compared. */
const DEPTH_MAX = 32

/** Where in a text a spelling ends that begins at a place, and whether the sign before the place belongs to it. */
export type Match = { until: number; before: boolean }

/** Finds spellings in text. What a look costs does not grow with their number, unless they begin with the same 32 letters. */
export class SpellingTree {
	/** From a node and a letter to the next node; 0 is the root. */
	readonly #next = new Map<number, number>()
	readonly #endingAt = new Map<number, Spelling[]>()
	readonly #mayBegin = new Uint8Array(0x10000)
	#nodeCount = 1

	add(spelling: Spelling): void {
		const { text } = spelling
		let node = 0
		for (let at = 0; at < text.length && at < DEPTH_MAX; at++) {
			const step = stepOf(node, text.charCodeAt(at))
			const next = this.#next.get(step) ?? this.#nodeCount++
			this.#next.set(step, next)
			node = next
		}
		this.#mayBegin[hashAt(text, 0)] = 1
		const others = this.#endingAt.get(node)
		if (!others) this.#endingAt.set(node, [spelling])
		else if (!others.some((other) => other.text === text)) others.push(spelling)
	}

	/** The longest spelling that begins at a place. Where the text was cut, one that its end is the beginning of counts, too. */
	find(text: string, at: number, isCut: boolean): Match | undefined {
		if (this.#mayBegin[hashAt(text, at)] === 0) return undefined
		let match: Match | undefined
		let node = 0
		for (let depth = 0; depth < DEPTH_MAX; depth++) {
			if (at + depth === text.length) {
				if (isCut && depth >= MASKED_LENGTH_MIN) match = { until: text.length, before: match?.before ?? false }
				break
			}
			const next = this.#next.get(stepOf(node, text.charCodeAt(at + depth)))
			if (next === undefined) break
			node = next
			for (const spelling of this.#endingAt.get(node) ?? []) {
				const end = endOf(spelling, { text, at, isCut })
				if (end !== undefined) match = { until: Math.max(end, match?.until ?? 0), before: spelling.before || (match?.before ?? false) }
			}
		}
		return match
	}
}

function endOf({ text: spelling, after }: Spelling, { text, at, isCut }: { text: string; at: number; isCut: boolean }): number | undefined {
	const end = at + spelling.length
	if (end > text.length) return isCut && spelling.startsWith(text.slice(at)) ? text.length : undefined
	if (!text.startsWith(spelling, at)) return undefined
	return after && isBase64(text[end]) ? end + 1 : end
}

export function isBase64(sign: string | undefined): boolean {
	return sign !== undefined && /[\w+/-]/.test(sign)
}

function stepOf(node: number, letter: number): number {
	return node * 0x10000 + letter
}

/** Of the first four letters at a place. */
function hashAt(text: string, at: number): number {
	const near = text.charCodeAt(at) * 29_791 + text.charCodeAt(at + 1) * 961
	return (near + text.charCodeAt(at + 2) * 31 + text.charCodeAt(at + 3)) & 0xffff
}
