import type { Protections } from './protections.ts'

export type Rate = NonNullable<Protections['rateLimit']>

/** What this folder needs counted. Every method may throw a StoreUnavailableError. */
export type RateStore = {
	/** Counts a call of a webhook, of all that come at once one after the other; undefined when it fits, else the whole seconds after which one does. */
	take(webhookName: string, rate: Rate, now: number): Promise<number | undefined>
}
