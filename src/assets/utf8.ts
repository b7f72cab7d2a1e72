/** Bytes as UTF-8 has them: `codePoint` from one place to another. What is none is U+FFFD; -1: the bytes end within a character. */
export type Utf8Character = { codePoint: number; end: number }

/** The character that begins at a place of some bytes. */
export function utf8At(bytes: ArrayLike<number>, at: number): Utf8Character {
	const lead = bytes[at]!
	if (lead < 0x80) return { codePoint: lead, end: at + 1 }
	const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0
	let codePoint = lead & (0xff >> (length + 1))
	for (let next = at + 1; next < at + length; next++) {
		if (next === bytes.length) return { codePoint: -1, end: next }
		if ((bytes[next]! & 0xc0) !== 0x80) return { codePoint: 0xfffd, end: at + 1 }
		codePoint = (codePoint << 6) | (bytes[next]! & 0x3f)
	}
	return length === 0 || codePoint > 0x10ffff ? { codePoint: 0xfffd, end: at + 1 } : { codePoint, end: at + length }
}
