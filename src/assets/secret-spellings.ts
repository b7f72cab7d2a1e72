import { MASKED_LENGTH_MIN, MASKED_WHOLE_LENGTH_MAX } from '../limits.ts'

/** A text that gives a secret away. `before` and `after`: the neighbour, too, holds bits of it where it is a digit of base64. */
export type Spelling = { text: string; before: boolean; after: boolean }

/**
 * The ways a secret is met in text: as it is, escaped as JSON once and twice, percent-encoded, and in base64 of both alphabets at
 * whichever place of a longer text. One that is very long: as it is, as JSON and in the usual base64.
 */
export function spellingsOf(secret: string): Spelling[] {
	const isLong = secret.length > MASKED_WHOLE_LENGTH_MAX
	const escaped = jsonEscaped(secret)
	const texts = new Set(isLong ? [secret, escaped] : [secret, escaped, jsonEscaped(escaped), ...percentEncoded(secret)])
	const plain = [...texts].map((text) => ({ text, before: false, after: false }))
	return [...plain, ...base64Spellings(Buffer.from(secret, 'utf8'), isLong ? ['base64'] : ['base64', 'base64url'])].filter(
		({ text }) => text.length >= MASKED_LENGTH_MIN,
	)
}

function jsonEscaped(text: string): string {
	return JSON.stringify(text).slice(1, -1)
}

/** As encodeURIComponent, encodeURI, forms and RFC 3986 have it, with digits of either case. */
function percentEncoded(given: string): string[] {
	const text = given.toWellFormed()
	const component = encodeURIComponent(text)
	const strict = component.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
	const form = new URLSearchParams([['', text]]).toString().slice(1)
	const upper = [component, encodeURI(text), strict, form]
	return [...upper, ...upper.map((each) => each.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))]
}

/** The digits that bytes determine where 0, 1 or 2 other bytes stand before them in a group of three. */
function base64Spellings(bytes: Buffer, encodings: ('base64' | 'base64url')[]): Spelling[] {
	return [0, 1, 2].flatMap((offset) => {
		const padded = Buffer.concat([Buffer.alloc(offset), bytes])
		const first = Math.ceil((offset * 8) / 6)
		const end = Math.floor((padded.length * 8) / 6)
		const edges = { before: offset > 0, after: (padded.length * 8) % 6 !== 0 }
		const texts = new Set(encodings.map((encoding) => padded.toString(encoding).slice(first, end)))
		return [...texts].map((text) => ({ text, ...edges }))
	})
}
