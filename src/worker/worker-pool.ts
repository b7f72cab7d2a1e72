import type { Queue } from '../queue/queue.ts'
import type { RunbookLimits } from '../queue/queue-store.ts'
import { planInterrupted, settleInterrupted } from './interrupted-job.ts'
import { JobRun, type WorkerParts } from './job-run.ts'
import { untilStored } from './until-stored.ts'

type PoolParts = WorkerParts & {
	waiting: Queue
	/** Jobs that run at once. */
	concurrency: number
	/** How long running jobs are given when the pool is disposed, seconds. */
	shutdownSeconds: number
	/** Jobs that may run at once of each runbook that declares a limit. */
	concurrencyLimits: () => RunbookLimits
}

/** Takes jobs from the queue and runs as many at once as configured. */
export class WorkerPool {
	readonly #parts: PoolParts
	readonly #running = new Map<string, { run: JobRun; ended: Promise<void> }>()
	readonly #closing = new AbortController()
	#claiming: Promise<void> = Promise.resolve()

	/** Takes up or ends the jobs that an earlier runner left in the middle, then begins to claim. */
	static async open(parts: PoolParts): Promise<WorkerPool> {
		for (const job of await parts.queue.listTaken()) {
			const plan = planInterrupted(job, await parts.contentOf(job.contentHash))
			await settleInterrupted(job, plan, { store: parts.queue, at: parts.clock.now() })
			parts.log.warn('A job was interrupted with its runner', {
				jobId: job.jobId,
				runbookName: job.runbookName,
				tryCount: job.tryCount,
				outcome: plan.kind === 'again' ? 'it is started again' : `it ends ${plan.to}`,
			})
		}
		const pool = new WorkerPool(parts)
		pool.#claiming = pool.#claimAll()
		return pool
	}

	private constructor(parts: PoolParts) {
		this.#parts = parts
	}

	/** Jobs that were taken and have not ended. */
	get runningCount(): number {
		return this.#running.size
	}

	/** Ends the run of a job that is Stopping, if it runs here. */
	stop(jobId: string): void {
		this.#running.get(jobId)?.run.interrupt('stop')
	}

	/** Claims no more, gives running jobs their time, then puts what still runs back into the queue. */
	async [Symbol.asyncDispose](): Promise<void> {
		const { clock, log, shutdownSeconds, waiting } = this.#parts
		this.#closing.abort()
		waiting.wake()
		await this.#claiming
		const ended = Promise.all([...this.#running.values()].map((entry) => entry.ended))
		if (this.#running.size > 0) log.info('Waiting for running jobs', { count: this.#running.size, seconds: shutdownSeconds })
		const timer = new AbortController()
		await Promise.race([ended, clock.sleep(shutdownSeconds * 1000, timer.signal).catch(() => undefined)])
		timer.abort()
		for (const { run } of this.#running.values()) run.interrupt('shutdown')
		await ended
	}

	async #claimAll(): Promise<void> {
		const { waiting, clock, log } = this.#parts
		const { signal } = this.#closing
		while (!signal.aborted) {
			const wake = waiting.nextWake()
			try {
				if (await untilStored(() => this.#claimSome(), { clock, log, signal })) continue
			} catch (error) {
				if (signal.aborted) return
				log.error('Jobs could not be claimed', { reason: (error as Error).message })
				await clock.sleep(1_000, signal).catch(() => undefined)
				continue
			}
			await wake
		}
	}

	/** Whether there may be more to claim. */
	async #claimSome(): Promise<boolean> {
		const { queue, clock, concurrency, concurrencyLimits, log, tracing } = this.#parts
		const count = concurrency - this.#running.size
		if (count <= 0) return false
		const at = clock.now()
		const jobs = await queue.claim({ count, limits: concurrencyLimits(), at })
		for (const job of jobs) {
			log.debug('Job claimed', { jobId: job.jobId, runbookName: job.runbookName, at, waitedMilliseconds: at - job.creationTime })
			const attributes = { 'runhook.job.id': job.jobId, 'runhook.runbook': job.runbookName }
			tracing?.('job claim', { parent: job.traceparent, startTime: at, attributes }).end({})
			const run = new JobRun(job, this.#parts)
			const ended = run.toEnd().then(() => {
				this.#running.delete(job.jobId)
				this.#parts.waiting.wake()
			})
			this.#running.set(job.jobId, { run, ended })
		}
		return jobs.length > 0
	}
}
