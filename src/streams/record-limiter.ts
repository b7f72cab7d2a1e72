import { STREAM_BYTES_MAX, STREAM_RECORDS_MAX, STREAM_TAIL_BYTES, STREAM_TAIL_RECORDS } from '../limits.ts'
import type { JobStreamRecord } from './job-stream.ts'

/** A record before it has its place among the others. */
export type PendingRecord = Omit<JobStreamRecord, 'sequence'>

type Bounds = { records: number; bytes: number; tailRecords: number; tailBytes: number }
const bounds: Bounds = {
	records: STREAM_RECORDS_MAX,
	bytes: STREAM_BYTES_MAX,
	tailRecords: STREAM_TAIL_RECORDS,
	tailBytes: STREAM_TAIL_BYTES,
}

/** Lets a job's first records pass; over the cap it says so once in a Warning, and keeps only the last ones until the end. */
export class RecordLimiter {
	readonly #bounds: Bounds
	#records = 0
	#bytes = 0
	#tail: PendingRecord[] = []
	#tailBytes = 0

	constructor(limits: Bounds = bounds) {
		this.#bounds = limits
	}

	/** What is to be kept now because of this record. */
	take(record: PendingRecord): PendingRecord[] {
		if (this.#records < this.#bounds.records && this.#bytes < this.#bounds.bytes) {
			this.#records++
			this.#bytes += Buffer.byteLength(record.json)
			return [record]
		}
		const first = this.#tail.length === 0
		this.#tail.push(record)
		this.#tailBytes += Buffer.byteLength(record.json)
		while (this.#tail.length > this.#bounds.tailRecords || (this.#tailBytes > this.#bounds.tailBytes && this.#tail.length > 1)) {
			this.#tailBytes -= Buffer.byteLength(this.#tail.shift()!.json)
		}
		return first ? [{ time: record.time, streamType: 'Warning', json: JSON.stringify(this.#warning()) }] : []
	}

	/** The last records that are held back so far. */
	get tail(): readonly PendingRecord[] {
		return this.#tail
	}

	/** The last records that were held back, at the end of the job. */
	end(): PendingRecord[] {
		const tail = this.#tail
		this.#tail = []
		return tail
	}

	#warning(): string {
		return `The job wrote more than ${this.#bounds.records} records or ${this.#bounds.bytes} bytes: of what follows only the last ${this.#bounds.tailRecords} records are kept.`
	}
}
