import type { Clock } from '../../clock.ts'
import { QUEUE_COUNT_TIME_MAX, QUEUE_PLACES_APART } from '../../limits.ts'
import type { Run } from './connections.ts'
import { lockStatement } from './postgres-database.ts'

/** Of a queue that is full no more jobs are counted than may wait. */
const freePlacesSql = `SELECT ?1 - count(*) AS count FROM (SELECT 1 FROM jobs WHERE status = 'New' LIMIT ?1) AS waiting`

/** How many more jobs may wait. */
export class FreePlaces {
	readonly #limit: number
	readonly #clock: Clock
	#known = { count: 0, until: 0 }

	constructor(limit: number, clock: Clock) {
		this.#limit = limit
		this.#clock = clock
	}

	/**
	 * Counts them for the rest of a transaction. While there are many they are counted from time to time, the more the more rarely: a hundred
	 * thousand jobs take a tenth of a second to count. The last ones are given away by one transaction at a time: what others have not committed
	 * yet cannot be counted.
	 */
	async count(run: Run): Promise<number> {
		const now = this.#clock.now()
		if (this.#known.count > QUEUE_PLACES_APART && now < this.#known.until) return this.#known.count
		const counted = await this.#ask(run)
		this.#known = { count: counted, until: now + (QUEUE_COUNT_TIME_MAX * counted) / QUEUE_PLACES_APART }
		if (counted > QUEUE_PLACES_APART) return counted
		await run(lockStatement(['queue']))
		return this.#ask(run)
	}

	/** Tells of jobs that came to wait. */
	taken(count: number): void {
		this.#known.count -= count
	}

	async #ask(run: Run): Promise<number> {
		const { rows } = await run({ sql: freePlacesSql, values: [this.#limit] })
		return (rows[0] as { count: number }).count
	}
}
