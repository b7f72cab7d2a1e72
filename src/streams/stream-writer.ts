import { STREAM_BUFFER_BYTES_MAX } from '../limits.ts'
import type { JobStreamRecord } from './job-stream.ts'
import type { PendingRecord } from './record-limiter.ts'

/** Gives one job's records their order and writes them in batches: what arrives during a write is the next batch. */
export class StreamWriter {
	readonly #append: (records: JobStreamRecord[]) => Promise<void>
	#sequence: number
	#waiting: JobStreamRecord[] = []
	#waitingBytes = 0
	#writing: Promise<void> | undefined
	#held = false

	/** `append` must not reject for want of space: it waits until the records are kept. `lastSequence` is that of the job's earlier tries. */
	constructor(lastSequence: number, append: (records: JobStreamRecord[]) => Promise<void>) {
		this.#sequence = lastSequence
		this.#append = append
	}

	/** Takes a record in. Where it answers false, the writer of the records has to wait for {@link drained}. */
	write(record: PendingRecord): boolean {
		this.#sequence++
		this.#waiting.push({ ...record, sequence: this.#sequence })
		this.#waitingBytes += Buffer.byteLength(record.json)
		if (!this.#held) this.#start()
		return this.#waitingBytes <= STREAM_BUFFER_BYTES_MAX
	}

	/** Resolves when the records taken in so far are kept. */
	async drained(): Promise<void> {
		await this.#writing
	}

	/** Ends the writing: resolves with the records that are still to be kept, for the commit that ends the job. */
	async end(): Promise<JobStreamRecord[]> {
		this.#held = true
		await this.#writing
		return this.#waiting
	}

	#start(): void {
		if (this.#writing) return
		this.#writing = this.#writeAll()
		// Whoever waits for the writing gets the error; here it must only not count as unhandled.
		this.#writing.catch(() => undefined)
	}

	async #writeAll(): Promise<void> {
		while (this.#waiting.length > 0 && !this.#held) {
			const batch = this.#waiting
			this.#waiting = []
			this.#waitingBytes = 0
			await this.#append(batch)
		}
		this.#writing = undefined
	}
}
