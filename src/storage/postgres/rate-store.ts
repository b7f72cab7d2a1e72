import { RATES_MAX } from '../../limits.ts'
import type { Rate, RateStore } from '../../webhooks/rate-store.ts'
import type { PostgresDatabase } from './postgres-database.ts'

const takeSql = 'SELECT take_call(?1, ?2, ?3) AS wait'
const forgetSql = 'DELETE FROM webhook_rates WHERE full_until_time < extract(epoch FROM clock_timestamp()) * 1000'

/**
 * Counts the calls of all runners, by the clock of the database. Who was refused is refused again without asking until the time that it was told:
 * others only take what runs off meanwhile, so that a flood over the rate costs the database nothing.
 */
export class PostgresRateStore implements RateStore {
	readonly #database: PostgresDatabase
	/** Until when no call of a rate fits, by a clock that nobody sets. */
	readonly #refusedUntil = new Map<string, number>()

	constructor(database: PostgresDatabase) {
		this.#database = database
	}

	async take(webhookName: string, { calls, seconds }: Rate): Promise<number | undefined> {
		const webhook = webhookName.toLowerCase()
		// Another rate is counted anew.
		const key = `${calls}/${seconds} ${webhook}`
		const left = (this.#refusedUntil.get(key) ?? 0) - performance.now()
		if (left > 0) return Math.ceil(left / 1_000)
		this.#refusedUntil.delete(key)
		const [taken] = await this.#database.rows<{ wait: number }>(takeSql, webhook, calls, seconds)
		const { wait } = taken!
		if (wait === 0) return undefined
		if (this.#refusedUntil.size >= RATES_MAX) this.#refusedUntil.clear()
		this.#refusedUntil.set(key, performance.now() + wait)
		return Math.ceil(wait / 1_000)
	}

	/** Forgets those whose calls have run off. */
	async forget(): Promise<void> {
		await this.#database.rows(forgetSql)
	}
}
