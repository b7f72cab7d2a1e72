import { EventEmitter } from 'node:events'
import { STREAM_PAGE_SIZE } from '../limits.ts'
import type { JobStreamRecord } from './job-stream.ts'
import type { StreamStore } from './stream-store.ts'

/** Lets people follow the streams of jobs while they run. A notice only says "look again": what is shown always comes from the store. */
export class StreamTail {
	readonly #store: Pick<StreamStore, 'list'>
	readonly #notices = new EventEmitter().setMaxListeners(0)

	constructor(store: Pick<StreamStore, 'list'>) {
		this.#store = store
	}

	/** Something of this job was written: records or an end. */
	notify(jobId: string): void {
		this.#notices.emit(jobId)
	}

	/** Something may have been written of any job, by others. */
	lookAgain(): void {
		for (const jobId of this.#notices.eventNames()) this.#notices.emit(jobId)
	}

	/**
	 * Yields a job's records after a sequence as they come, in pages, and ends when `ended` says that the job has and all was read.
	 * Ends early when the signal is aborted.
	 */
	async *follow(
		jobId: string,
		{ after, ended, signal }: { after: number; ended: () => Promise<boolean>; signal: AbortSignal },
	): AsyncGenerator<JobStreamRecord[]> {
		let notice = Promise.withResolvers<void>()
		const look = () => notice.resolve()
		this.#notices.on(jobId, look)
		signal.addEventListener('abort', look)
		try {
			let last = after
			while (!signal.aborted) {
				// Renewed before the look, so that nothing written between the look and the wait is missed.
				notice = Promise.withResolvers()
				const hasEnded = await ended()
				const records = await this.#store.list(jobId, { after: last, limit: STREAM_PAGE_SIZE })
				if (records.length > 0) {
					last = records.at(-1)!.sequence
					yield records
				} else if (hasEnded) return
				else await notice.promise
			}
		} finally {
			this.#notices.off(jobId, look)
			signal.removeEventListener('abort', look)
		}
	}
}
