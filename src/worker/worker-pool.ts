import type { Queue } from '../queue/queue.ts'
import type { HeldJob, RunbookLimits } from '../queue/queue-store.ts'
import type { RunbookContent } from '../runbooks/runbook.ts'
import { planInterrupted, settleInterrupted } from './interrupted-job.ts'
import { JobRun } from './job-run.ts'
import type { NodeClaims } from './node-claims.ts'
import { untilStored } from './until-stored.ts'
import type { WorkerParts } from './worker-parts.ts'

type PoolParts = WorkerParts & {
	waiting: Queue
	/** Jobs that run at once. */
	concurrency: number
	/** How long running jobs are given when the pool is disposed, seconds. */
	shutdownSeconds: number
	/** Jobs that may run at once of each runbook that declares a limit. */
	concurrencyLimits: () => RunbookLimits
	claims: NodeClaims
}

/** Takes jobs from the queue and runs as many at once as configured. */
export class WorkerPool {
	readonly #parts: PoolParts
	readonly #running = new Map<string, { run: JobRun; ended: Promise<void> }>()
	readonly #closing = new AbortController()
	#claiming: Promise<void> = Promise.resolve()
	/** Whether it is to be looked for jobs that were taken for this runner and that it was not told of. */
	#isLookDue = false

	/** Takes up or ends the jobs that an earlier runner left in the middle, then begins to claim, and to look for those of nodes that are gone. */
	static async open(parts: PoolParts): Promise<WorkerPool> {
		const pool = new WorkerPool(parts)
		await pool.#takeUp()
		pool.#claiming = pool.#claimAll()
		parts.claims.use({
			giveUp: () => pool.#giveUp(),
			claimable: () => parts.waiting.wake(),
			stop: (jobId) => pool.stop(jobId),
			written: (jobId) => parts.tail.notify(jobId),
			beat: async () => {
				await pool.#takeUp()
				pool.#isLookDue = true
				// Other nodes put jobs in, free slots, and write records: what they told of it may be lost.
				parts.waiting.wake()
				parts.tail.lookAgain()
			},
		})
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

	/** Jobs that were taken by a runner that is gone. */
	async #takeUp(): Promise<void> {
		const { queue, contentOf } = this.#parts
		for (const job of await queue.listTaken())
			await this.#settle(job, await contentOf(job.contentHash), 'A job was interrupted with its runner')
	}

	/** Jobs that this runner has taken and does not run: when the answer to a claim is lost with its connection, it may have been carried out. */
	async #takeUpUnknown(heldBy: string): Promise<void> {
		const { queue, contentOf } = this.#parts
		for (const job of await queue.listHeld(heldBy, { except: [...this.#running.keys()] })) {
			// Without the content: what was not reached may be started again in any case.
			const content = job.status === 'Activating' ? undefined : await contentOf(job.contentHash)
			await this.#settle(job, content, 'A job was taken and not run')
		}
	}

	async #settle(job: HeldJob, content: RunbookContent | undefined, what: string): Promise<void> {
		const { queue, clock, log } = this.#parts
		const plan = planInterrupted(job, content)
		await settleInterrupted(job, plan, { store: queue, at: clock.now() })
		log.warn(what, {
			jobId: job.jobId,
			runbookName: job.runbookName,
			tryCount: job.tryCount,
			outcome: plan.kind === 'again' ? 'it is started again' : `it ends ${plan.to}`,
		})
	}

	async #giveUp(): Promise<void> {
		const running = [...this.#running.values()]
		for (const { run } of running) run.interrupt('lost')
		await Promise.all(running.map(({ ended }) => ended))
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
		const { queue, claims, clock, concurrency, concurrencyLimits, log, tracing } = this.#parts
		const heldBy = claims.holder
		if (this.#isLookDue && typeof heldBy === 'string') {
			this.#isLookDue = false
			// No claim is under way meanwhile: what it takes would look the same.
			await this.#takeUpUnknown(heldBy)
		}
		const count = concurrency - this.#running.size
		if (count <= 0 || heldBy === undefined || claims.drainingTime !== null) return false
		const at = clock.now()
		const jobs = await queue.claim({ count, limits: concurrencyLimits(), at, heldBy })
		// Lost meanwhile, they are nobody's until they are taken up.
		if (claims.holder !== heldBy) return true
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
