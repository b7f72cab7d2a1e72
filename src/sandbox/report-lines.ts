import type { Readable } from 'node:stream'

/** Characters of one line: the content of a runbook, written as JSON twice over, has to fit. */
const LINE_LENGTH_MAX = 64 * 1024 * 1024

/**
 * Tells each line of a stream. Split at \n alone: readline also splits at U+2028 and U+2029, which JSON leaves as they are.
 * `tooLong` is told once when a line does not end in time; nothing is told after it.
 */
export function readLines(stream: Readable, line: (text: string) => void, tooLong: () => void): void {
	let parts: string[] = []
	let length = 0
	stream.setEncoding('utf8')
	stream.on('data', (chunk: string) => {
		if (length > LINE_LENGTH_MAX) return
		let from = 0
		for (let at = chunk.indexOf('\n'); at >= 0; at = chunk.indexOf('\n', from)) {
			parts.push(chunk.slice(from, at))
			line(parts.join(''))
			parts = []
			length = 0
			from = at + 1
		}
		parts.push(chunk.slice(from))
		length += chunk.length - from
		if (length <= LINE_LENGTH_MAX) return
		parts = []
		tooLong()
	})
}
