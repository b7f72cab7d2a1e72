import type { NewJob } from '../jobs/job.ts'
import type { DeliveryOutcome, InsertOutcome, QueueStore, RunOutcome, ScheduledRun } from './queue-store.ts'

/** Where jobs wait. Whoever waits for work is woken when a job is put in. */
export class Queue {
	readonly #store: QueueStore
	#wake = Promise.withResolvers<void>()

	constructor(store: QueueStore) {
		this.#store = store
	}

	/** Writes a job as New, durably, and wakes the workers. */
	async put(job: NewJob): Promise<InsertOutcome> {
		const outcome = await this.#store.insert(job)
		if (outcome === 'accepted') this.wake()
		return outcome
	}

	/** Writes the job of a schedule's run as New, durably, unless that run has one; wakes the workers. */
	async putRun(job: NewJob, run: ScheduledRun): Promise<RunOutcome> {
		const outcome = await this.#store.insertRun(job, run)
		if (outcome === 'accepted') this.wake()
		return outcome
	}

	/** Writes the job of a webhook's delivery as New, durably, unless it makes none; wakes the workers. */
	async putDelivery(job: NewJob, delivery: Parameters<QueueStore['insertDelivery']>[1]): Promise<DeliveryOutcome> {
		const outcome = await this.#store.insertDelivery(job, delivery)
		if (outcome.kind === 'accepted') this.wake()
		return outcome
	}

	/** Says that there may be something to claim: a job came, was resumed, or a slot is free. */
	wake(): void {
		this.#wake.resolve()
		this.#wake = Promise.withResolvers()
	}

	/** Resolves at the next wake. Taken before the look at the queue, so that no job is missed between the two. */
	nextWake(): Promise<void> {
		return this.#wake.promise
	}
}
