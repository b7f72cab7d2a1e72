import type { Readable } from 'node:stream'
import { STREAM_RECORD_BYTES_MAX } from '../limits.ts'
import { CrashOutput } from './crash-output.ts'

/** A line that does not end is told in parts of this length, characters: each takes at most three bytes of a record. */
const LINE_LENGTH_MAX = STREAM_RECORD_BYTES_MAX / 4

/**
 * What a sandbox writes to one of its raw streams, line by line: native code and child processes write there.
 * A random mark tells where the output of one job ends.
 */
export class RawOutput {
	#text = ''
	#mark: { text: string; seen: () => void } | undefined
	#closed = false
	readonly #line: (text: string) => void

	/** `line` is told each line; what comes while no mark is awaited belongs to no job and is told too. */
	constructor(stream: Readable, line: (text: string) => void) {
		this.#line = line
		stream.setEncoding('utf8')
		stream.on('data', (chunk: string) => this.#take(chunk))
		stream.on('close', () => this.#rest())
	}

	/** Whether nothing can come any more. */
	get closed(): boolean {
		return this.#closed
	}

	/** Resolves when the mark has come, or the stream has ended without it. */
	untilMark(mark: string): Promise<void> {
		if (this.#closed) return Promise.resolve()
		return new Promise((seen) => {
			this.#mark = { text: `${mark}\n`, seen }
			this.#take('')
		})
	}

	#take(chunk: string): void {
		this.#text += chunk
		const at = this.#mark ? this.#text.indexOf(this.#mark.text) : -1
		if (at >= 0) {
			const { text, seen } = this.#mark!
			const before = this.#text.slice(0, at)
			this.#text = this.#text.slice(at + text.length)
			this.#mark = undefined
			this.#lines(before === '' || before.endsWith('\n') ? before : `${before}\n`)
			seen()
		}
		this.#text = this.#lines(this.#text)
		if (this.#text.length <= LINE_LENGTH_MAX) return
		// The beginning of the mark may stand at the end.
		const kept = this.#mark?.text.length ?? 0
		const overlong = this.#text.slice(0, this.#text.length - kept)
		this.#text = this.#text.slice(overlong.length)
		this.#lines(`${overlong}\n`)
	}

	/** Tells the whole lines of a text; returns what is left. */
	#lines(text: string): string {
		const lines = text.split('\n')
		const rest = lines.pop()!
		for (const line of lines) this.#line(line.replace(/\r$/, ''))
		return rest
	}

	#rest(): void {
		if (this.#text !== '') this.#lines(`${this.#text}\n`)
		this.#text = ''
		this.#closed = true
		this.#mark?.seen()
		this.#mark = undefined
	}
}

type RawStreams = { stdout: Readable | null; stderr: Readable | null }

/** Both raw streams of a sandbox. What Node writes when it crashes is left out. */
export class RawOutputs {
	readonly #output: RawOutput
	readonly #error: RawOutput
	readonly #crash = new CrashOutput()

	constructor({ stdout, stderr }: RawStreams, line: (streamType: 'Output' | 'Error', text: string) => void) {
		this.#output = new RawOutput(stdout!, (text) => line('Output', text))
		this.#error = new RawOutput(stderr!, (text) => !this.#crash.has(text) && text !== '' && line('Error', text))
	}

	/** Whether one of them is closed. */
	get closed(): boolean {
		return this.#output.closed || this.#error.closed
	}

	/** Whether the process crashed because its heap was full. */
	get outOfMemory(): boolean {
		return this.#crash.outOfMemory
	}

	/** Resolves when the mark has come on both, or they have ended. */
	async untilMark(mark: string): Promise<void> {
		await Promise.all([this.#output.untilMark(mark), this.#error.untilMark(mark)])
	}
}
