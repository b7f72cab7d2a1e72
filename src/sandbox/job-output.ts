import { AsyncLocalStorage } from 'node:async_hooks'
import { StringDecoder } from 'node:string_decoder'
import { format, inspect } from 'node:util'
import { STREAM_RECORD_BYTES_MAX, STREAM_TAIL_INTERVAL } from '../limits.ts'
import { recordJson } from '../streams/cut-record.ts'
import type { StreamType } from '../streams/job-stream.ts'
import { type PendingRecord, RecordLimiter } from '../streams/record-limiter.ts'
import type { Report } from './sandbox-protocol.ts'

// Taken before any runbook can replace it.
const { now } = Date

type Parts = {
	/** The streams that are kept. */
	keep: StreamType[]
	report: (report: Report) => void
	/** Told that something was written after the end. */
	late: () => void
}

/** The output of one job. Whatever code writes is bound to the job it belongs to: what an ended job writes is dropped, and told. */
export class JobOutput {
	readonly #keep: ReadonlySet<StreamType>
	readonly #report: Parts['report']
	readonly #late: Parts['late']
	readonly #limiter = new RecordLimiter()
	readonly #text = { Output: new TextLines(), Error: new TextLines() }
	#tailTime = 0
	#ended = false

	constructor({ keep, report, late }: Parts) {
		this.#keep = new Set(keep)
		this.#report = report
		this.#late = late
	}

	/** Writes one record. Throws a TypeError when the value is no JSON. */
	write(streamType: StreamType, value: unknown): void {
		if (this.#ended) this.#late()
		if (this.#ended || !this.#keep.has(streamType)) return
		const record: PendingRecord = { time: now(), streamType, json: jsonOf(streamType, value) }
		for (const kept of this.#limiter.take(record)) this.#report({ kind: 'record', record: kept })
		// What is held back would be lost with the process: it is handed over now and then.
		if (this.#limiter.tail.length > 0 && record.time - this.#tailTime >= STREAM_TAIL_INTERVAL) this.#reportTail(record.time)
	}

	/** Writes text as it comes from print functions: a record for each whole line. */
	writeText(streamType: 'Output' | 'Error', chunk: string | Uint8Array): void {
		if (this.#ended) this.#late()
		else for (const line of this.#text[streamType].take(chunk)) this.write(streamType, line)
	}

	/** Writes what was held back; nothing is taken after it. */
	end(): void {
		if (this.#ended) return
		for (const streamType of ['Output', 'Error'] as const) for (const line of this.#text[streamType].end()) this.write(streamType, line)
		if (this.#limiter.tail.length > 0) this.#reportTail(now())
		this.#ended = true
	}

	#reportTail(time: number): void {
		this.#tailTime = time
		this.#report({ kind: 'tail', records: [...this.#limiter.tail] })
	}
}

/** A line that does not end becomes a record at this length, characters: each takes at most three bytes, so that nothing is cut. */
const LINE_LENGTH_MAX = STREAM_RECORD_BYTES_MAX / 4

/** Cuts text into lines, however it arrives. */
class TextLines {
	readonly #decoder = new StringDecoder('utf8')
	#parts: string[] = []
	#length = 0

	take(chunk: string | Uint8Array): string[] {
		const lines = (typeof chunk === 'string' ? chunk : this.#decoder.write(chunk)).split('\n')
		if (lines.length > 1) {
			lines[0] = [...this.#parts, lines[0]].join('')
			this.#parts = []
			this.#length = 0
		}
		const rest = lines.pop()!
		this.#parts.push(rest)
		this.#length += rest.length
		// A line that does not end must not fill the memory.
		if (this.#length > LINE_LENGTH_MAX) lines.push(...this.end())
		return lines.map((line) => line.replace(/\r$/, ''))
	}

	end(): string[] {
		const rest = this.#parts.join('') + this.#decoder.end()
		this.#parts = []
		this.#length = 0
		return rest === '' ? [] : [rest]
	}
}

function jsonOf(streamType: StreamType, value: unknown): string {
	try {
		return recordJson(value)
	} catch (cause) {
		const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause)
		throw new TypeError(`What is written to the ${streamType} stream must be JSON: ${reason}`, { cause })
	}
}

/** The output of the job that the running code belongs to. */
export const currentOutput = new AsyncLocalStorage<JobOutput>()

/** Text for a stream: errors with their stack, everything else as it is. */
export function messageValue(message: unknown): unknown {
	return message instanceof Error ? (message.stack ?? String(message)) : message
}

/** Makes console and the raw streams of this process write to the streams of the job that `output` names. */
export function redirectConsole(output: () => JobOutput | undefined): void {
	// A secret that Node has cut would not be found; records are cut in any case.
	inspect.defaultOptions = { maxStringLength: Infinity }
	const line =
		(streamType: StreamType) =>
		(...values: unknown[]) =>
			output()?.write(streamType, format(...values))
	Object.assign(console, { log: line('Output'), info: line('Output'), warn: line('Warning'), error: line('Error'), debug: line('Debug') })
	redirectStream(process.stdout, (chunk) => output()?.writeText('Output', chunk))
	redirectStream(process.stderr, (chunk) => output()?.writeText('Error', chunk))
	process.on('warning', (warning) => output()?.write('Warning', `${warning.name}: ${warning.message}`))
}

function redirectStream(stream: NodeJS.WriteStream, write: (chunk: string | Uint8Array) => void): void {
	stream.write = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown) => {
		const encoded = typeof chunk === 'string' && typeof encoding === 'string' && !/^utf-?8$/i.test(encoding)
		write(encoded ? Buffer.from(chunk, encoding as BufferEncoding) : chunk)
		const done = typeof encoding === 'function' ? encoding : callback
		if (typeof done === 'function') process.nextTick(done as () => void)
		return true
	}
}
