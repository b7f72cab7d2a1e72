import { Reading } from './reading.ts'
import { utf8At } from './utf8.ts'

/** Adds to a reading what the escape at a place of the text stands for, and answers where the escape ends; the place itself: there is none. */
type Take = (reading: Reading, text: string, at: number) => number

/** Each kind of escapes by the signs that one begins with: JSON's and those of Node's quoting, URLs, forms, HTML. */
const kinds: [signs: string, take: Take][] = [
	['\\', takeBackslash],
	['%', takePercent],
	['+%', takeForm],
	['&', takeHtml],
]

/** An escape that a text was cut within. */
const halfEscape = /(?:\\(?:u[\da-f]{0,3}|x[\da-f]?)?|%[\da-f]?|&(?:[a-z]{0,4}|#\d{0,7}|#x[\da-f]{0,6}))$/i
const HALF_ESCAPE_LENGTH_MAX = 9

/**
 * The readings of a text without its escapes of one kind; none for a kind that does not occur. `outer`: what the text is a reading of.
 * `isCut`: the text may end within an escape, which is left out then.
 */
export function unescaped(text: string, { outer, isCut }: { outer: Reading | undefined; isCut: boolean }): Reading[] {
	if (!/[\\%+&]/.test(text)) return []
	const half = isCut ? (halfEscape.exec(text.slice(-HALF_ESCAPE_LENGTH_MAX))?.[0].length ?? 0) : 0
	const whole = half === 0 ? text : text.slice(0, -half)
	const readings: Reading[] = []
	for (const [signs, take] of kinds) {
		if (!whole.includes(signs[0]!)) continue
		const reading = new Reading(whole, { outer, lengthMax: whole.length })
		if (readAll(reading, { text: whole, signs, take })) readings.push(reading)
	}
	return readings
}

/** A text as it is read in a URL that it was put into by what leaves percent signs as they are, as `new URL` does. */
export function percentRead(text: string): string {
	const reading = new Reading(text, { outer: undefined, lengthMax: text.length })
	return readAll(reading, { text, signs: '%', take: takePercent }) ? reading.text : text
}

/** Answers whether there was an escape. */
function readAll(reading: Reading, { text, signs, take }: { text: string; signs: string; take: Take }): boolean {
	const [one, other] = [signs.charCodeAt(0), signs.charCodeAt(signs.length - 1)]
	let isChanged = false
	for (let at = 0; at < text.length; ) {
		const letter = text.charCodeAt(at)
		const end = letter === one || letter === other ? take(reading, text, at) : at
		isChanged ||= end > at
		at = Math.max(end, at + 1)
	}
	if (isChanged) reading.copy(text.length)
	return isChanged
}

const backslashed: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v', 0: '\0' }
for (const sign of `"'\`/\\`) backslashed[sign] = sign

function takeBackslash(reading: Reading, text: string, at: number): number {
	const sign = text[at + 1] ?? ''
	const digits = sign === 'u' ? 4 : sign === 'x' ? 2 : 0
	const letter = digits > 0 ? hexAt(text, at + 2, digits) : (backslashed[sign]?.charCodeAt(0) ?? -1)
	if (letter === -1) return at
	const end = at + 2 + digits
	reading.put(letter, at, end)
	return end
}

function takePercent(reading: Reading, text: string, at: number): number {
	const bytes: number[] = []
	for (let end = at; text[end] === '%'; end += 3) {
		const byte = hexAt(text, end + 1, 2)
		if (byte === -1) break
		bytes.push(byte)
	}
	for (let from = 0; from < bytes.length; ) {
		const { codePoint, end } = utf8At(bytes, from)
		// Nothing is put where the bytes end within a character: the text may have been cut there.
		if (codePoint !== -1) reading.put(codePoint, at + 3 * from, at + 3 * end)
		else reading.skip(at + 3 * from, at + 3 * end)
		from = end
	}
	return at + 3 * bytes.length
}

function takeForm(reading: Reading, text: string, at: number): number {
	if (text[at] !== '+') return takePercent(reading, text, at)
	reading.put(0x20, at, at + 1)
	return at + 1
}

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const character = /&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([\da-f]{1,6}));/iy

function takeHtml(reading: Reading, text: string, at: number): number {
	character.lastIndex = at
	const [whole, name, decimal, hex] = character.exec(text) ?? []
	if (whole === undefined) return at
	const codePoint =
		name === undefined ? Number.parseInt(decimal ?? hex!, decimal === undefined ? 16 : 10) : named[name.toLowerCase()]!.charCodeAt(0)
	if (codePoint > 0x10ffff) return at
	reading.put(codePoint, at, at + whole.length)
	return at + whole.length
}

/** The number that so many hexadecimal digits make; -1 where they are none. */
function hexAt(text: string, at: number, digits: number): number {
	let value = 0
	for (let place = at; place < at + digits; place++) {
		const code = text.charCodeAt(place)
		const letter = code | 0x20
		const digit = code >= 0x30 && code <= 0x39 ? code - 0x30 : letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
		if (digit === -1) return -1
		value = value * 16 + digit
	}
	return value
}
