import { RATES_MAX } from '../limits.ts'
import type { Rate, RateStore } from './rate-store.ts'

/**
 * Whether one more call fits: so many calls in so many seconds, and from then on as they run off evenly. `fullUntil` is when the calls so far
 * will have run off; the next one is kept in its place. `waitMilliseconds` is not 0 where the call does not fit: then one fits again.
 */
function takeCall({ calls, seconds }: Rate, fullUntil: number, now: number): { fullUntil: number; waitMilliseconds: number } {
	const window = seconds * 1_000
	// A clock that was set back must not shut the webhook for as long.
	const from = Math.min(Math.max(fullUntil, now), now + window)
	const next = from + window / calls
	// Sums of fractions are not exact.
	if (next - now > window + 0.001) return { fullUntil: from, waitMilliseconds: next - now - window }
	return { fullUntil: next, waitMilliseconds: 0 }
}

/** The rates of all webhooks, in the memory of the one runner that there is. */
export class RateLimits implements RateStore {
	readonly #fullUntil = new Map<string, number>()

	async take(webhookName: string, rate: Rate, now: number): Promise<number | undefined> {
		const key = webhookName.toLowerCase()
		const { fullUntil, waitMilliseconds } = takeCall(rate, this.#fullUntil.get(key) ?? 0, now)
		if (this.#fullUntil.size >= RATES_MAX) for (const [name, until] of this.#fullUntil) if (until <= now) this.#fullUntil.delete(name)
		this.#fullUntil.set(key, fullUntil)
		return waitMilliseconds > 0 ? Math.ceil(waitMilliseconds / 1_000) : undefined
	}
}
