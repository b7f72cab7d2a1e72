import { Reading } from './reading.ts'
import { utf8At } from './utf8.ts'

/** Of both alphabets. */
const digitOf = new Uint8Array(128).fill(0xff)
for (const digits of ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', '-_'])
	for (let at = 0; at < digits.length; at++) digitOf[digits.charCodeAt(at)] = digits.length === 64 ? at : 62 + at

/** A stretch of digits and the places in it, modulo 4, at which groups are to begin. */
type Run = { begin: number; end: number; alignments: number }

/** Reads base64 of both alphabets where some of it may be a secret's, wherever the secret begins in a group of digits. */
export class Base64Readings {
	/** By the value of four digits that a secret begins with: a bit for each place in a group that the first of them may have. */
	readonly #firsts = new Map<number, number>()
	/** By a hash of the value, so that most places are passed over at once. */
	readonly #mayBegin = new Uint8Array(0x10000)

	/** A secret of four letters or more. */
	add(secret: string): void {
		// Four bytes decide the digits; the fifth letter keeps the fourth whole.
		const bytes = Buffer.from(secret.slice(0, 5), 'utf8')
		for (const offset of [0, 1, 2]) {
			const first = Math.ceil((offset * 8) / 6)
			const digits = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
			let value = 0
			for (let at = first; at < first + 4; at++) value = (value << 6) | digitOf[digits.charCodeAt(at)]!
			this.#mayBegin[hashOf(value)] = 1
			this.#firsts.set(value, (this.#firsts.get(value) ?? 0) | (1 << first))
		}
	}

	/** `outer`: what the text is a reading of. `end`: where in the text the digits end. */
	readingsOf(text: string, outer: Reading | undefined): { reading: Reading; end: number }[] {
		const readings: { reading: Reading; end: number }[] = []
		for (const { begin, end, alignments } of this.#runs(text))
			for (let alignment = 0; alignment < 4; alignment++)
				if (alignments & (1 << alignment)) readings.push({ reading: decoded(text, outer, begin + alignment, end), end })
		return readings
	}

	#runs(text: string): Run[] {
		const runs: Run[] = []
		let begin = 0
		let alignments = 0
		let value = 0
		for (let at = 0; at <= text.length; at++) {
			const code = at < text.length ? text.charCodeAt(at) : 0
			const digit = code < 128 ? digitOf[code]! : 0xff
			if (digit === 0xff) {
				if (alignments !== 0) runs.push({ begin, end: at, alignments })
				begin = at + 1
				alignments = 0
				continue
			}
			value = ((value << 6) | digit) & 0xffffff
			const place = at - 3 - begin
			if (place < 0) continue
			if (this.#mayBegin[hashOf(value)] === 0) continue
			const firsts = this.#firsts.get(value) ?? 0
			for (const first of [0, 2, 3]) if (firsts & (1 << first)) alignments |= 1 << ((place - first) & 3)
		}
		return runs
	}
}

function decoded(text: string, outer: Reading | undefined, begin: number, end: number): Reading {
	const bytes = Buffer.from(text.slice(begin, end), 'base64')
	const reading = new Reading(text, { outer, from: end, lengthMax: bytes.length })
	for (let from = 0; from < bytes.length; ) {
		const { codePoint, end: to } = utf8At(bytes, from)
		if (codePoint !== -1) reading.put(codePoint, begin + Math.floor((from * 8) / 6), begin + Math.ceil((to * 8) / 6))
		from = to
	}
	return reading
}

function hashOf(value: number): number {
	return Math.imul(value, 0x9e3779b1) >>> 16
}
