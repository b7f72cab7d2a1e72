import { Gauge, type Registry } from 'prom-client'
import { METRIC_ACCESS_TOKENS_MAX, METRIC_WEBHOOKS_MAX } from '../limits.ts'

/** What is looked up when the metrics are asked for. What throws has no value in that answer. */
export type Gauges = {
	waiting(): Promise<{ count: number; oldestTime: number | null }>
	running(): number
	/** Jobs that may run at once. */
	concurrency: number
	/** All runners that share the store. */
	runners(): Promise<{ isDraining: boolean }[]>
	/** Size of all that is kept, bytes. */
	storeBytes(): Promise<number>
	/** The webhooks that can be called, and when they expire. */
	webhooks(): Promise<{ name: string; expiryTime: number }[]>
	/** The access tokens that are let in, and when they expire. */
	accessTokens(): Promise<{ name: string; expiryTime: number }[]>
	/** Whether each part is up. */
	health(): { part: string; isUp: boolean }[]
	now(): number
}

/** Measures these things at each collection. */
export function registerGauges(registry: Registry, gauges: Gauges): void {
	const gauge = (name: string, help: string, labelNames: string[], collect: (gauge: Gauge) => Promise<void> | void) =>
		new Gauge({
			...{ name, help, labelNames, registers: [registry] },
			async collect() {
				this.reset()
				try {
					await collect(this)
				} catch {
					// No value is better than an old one. A metric without labels would go on with 0; of one that has some nothing is left after the reset.
					if (labelNames.length === 0) this.remove()
				}
			},
		})
	gauge('runhook_jobs_waiting', 'Jobs that wait in the queue.', [], async (own) => own.set((await gauges.waiting()).count))
	gauge(
		'runhook_jobs_waiting_oldest_seconds',
		'How long the first of those has waited that wait for nothing but a free slot.',
		[],
		async (own) => {
			const { oldestTime } = await gauges.waiting()
			own.set(oldestTime === null ? 0 : Math.max(0, gauges.now() - oldestTime) / 1000)
		},
	)
	gauge('runhook_jobs_running', 'Jobs that were taken and have not ended.', [], (own) => own.set(gauges.running()))
	gauge('runhook_jobs_running_max', 'Jobs that may run at once.', [], (own) => own.set(gauges.concurrency))
	gauge('runhook_runners', 'Runners that share the store and live.', ['state'], async (own) => {
		const all = await gauges.runners()
		for (const state of ['active', 'draining'] as const)
			own.set({ state }, all.filter(({ isDraining }) => isDraining === (state === 'draining')).length)
	})
	gauge('runhook_store_bytes', 'Size of all that is kept.', [], async (own) => own.set(await gauges.storeBytes()))
	gauge('runhook_webhook_expiry_timestamp_seconds', 'When webhooks expire, those first that do soonest.', ['webhook'], async (own) => {
		for (const { name, expiryTime } of soonest(await gauges.webhooks(), METRIC_WEBHOOKS_MAX)) own.set({ webhook: name }, expiryTime / 1000)
	})
	gauge(
		'runhook_access_token_expiry_timestamp_seconds',
		'When access tokens expire, those first that do soonest.',
		['token'],
		async (own) => {
			const tokens = soonest(await gauges.accessTokens(), METRIC_ACCESS_TOKENS_MAX)
			for (const { name, expiryTime } of tokens) own.set({ token: name }, expiryTime / 1000)
		},
	)
	gauge('runhook_health_up', 'Whether a part of the runner is up (1) or down (0).', ['part'], (own) => {
		for (const { part, isUp } of gauges.health()) own.set({ part }, isUp ? 1 : 0)
	})
}

/** Those that expire first. */
function soonest(all: { name: string; expiryTime: number }[], most: number): { name: string; expiryTime: number }[] {
	return all.sort((one, other) => one.expiryTime - other.expiryTime).slice(0, most)
}
