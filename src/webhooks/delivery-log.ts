import { randomUUIDv7 } from 'node:crypto'
import type { Clock } from '../clock.ts'
import {
	DELIVERIES_BYTES_MAX,
	DELIVERIES_MAX,
	DELIVERIES_PER_WEBHOOK_MAX,
	DELIVERIES_STEP,
	DELIVERIES_STEP_BYTES,
	DELIVERIES_WAITING_BYTES_MAX,
	DELIVERIES_WAITING_MAX,
	DELIVERIES_WRITE_INTERVAL,
} from '../limits.ts'
import type { Log } from '../log.ts'
import type { Delivery } from './delivery.ts'
import { isRefused } from './delivery.ts'
import type { DeliveryStore, NewDelivery } from './delivery-store.ts'
import type { Webhook } from './webhook.ts'
import { requestHeader } from './webhook-data.ts'

/** A delivery as it is told in the midst of calls: what takes time is done when it is written. */
export type NotedDelivery = Pick<Delivery, 'kind' | 'status' | 'code' | 'reason' | 'jobId' | 'isRepeated' | 'durationMicroseconds'> & {
	webhook: Webhook
	call: { rawHeaders: readonly string[]; address: string | null; now: number }
	body: Buffer | undefined
}

type Parts = { deliveries: DeliveryStore; clock: Clock; log: Log }

const bounds = { perWebhook: DELIVERIES_PER_WEBHOOK_MAX, all: DELIVERIES_MAX, bytes: DELIVERIES_BYTES_MAX }

/**
 * Keeps the latest deliveries of each webhook. They wait in memory and are written together after a moment, because no caller should wait
 * for it: the end of the process in whatever way loses that moment.
 */
export class DeliveryLog {
	readonly #parts: Parts
	/** By webhook and verdict, at most as many as are kept. */
	#waiting = new Map<string, NotedDelivery[]>()
	#count = 0
	#bytes = 0
	#lost = 0
	#unknownTokens = 0
	#writing: Promise<void> = Promise.resolve()
	readonly #closing = new AbortController()
	readonly #ended: Promise<void>

	constructor(parts: Parts) {
		this.#parts = parts
		this.#ended = this.#writeAgainAndAgain()
	}

	/** Calls under no webhook's address, and deliveries that could not be kept, since the start. */
	get counts(): { unknownTokens: number; lost: number } {
		return { unknownTokens: this.#unknownTokens, lost: this.#lost }
	}

	/** Counts a call under no webhook's address. */
	countUnknownToken(): void {
		this.#unknownTokens++
	}

	/** Takes a delivery to be written. */
	note(delivery: NotedDelivery): void {
		const size = delivery.body?.length ?? 0
		const key = `${isRefused(delivery) ? '-' : '+'}${delivery.webhook.name}`
		const waiting = this.#waiting.get(key) ?? []
		// One that would be pushed out at once takes nobody's place.
		if (waiting.length >= DELIVERIES_PER_WEBHOOK_MAX) this.#take(waiting.shift()!)
		if (this.#count >= DELIVERIES_WAITING_MAX || this.#bytes + size > DELIVERIES_WAITING_BYTES_MAX) {
			this.#lost++
			return
		}
		if (waiting.length === 0) this.#waiting.set(key, waiting)
		waiting.push(delivery)
		this.#count++
		this.#bytes += size
	}

	/** Writes what waits, so that it can be read. */
	flush(): Promise<void> {
		this.#writing = this.#writing.then(() => this.#write())
		return this.#writing
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#closing.abort()
		await this.#ended
		await this.flush()
	}

	#take({ body }: NotedDelivery): void {
		this.#count--
		this.#bytes -= body?.length ?? 0
	}

	async #writeAgainAndAgain(): Promise<void> {
		const { signal } = this.#closing
		while (!signal.aborted) {
			await this.#parts.clock.sleep(DELIVERIES_WRITE_INTERVAL, signal).catch(() => undefined)
			if (this.#count > 0) await this.flush()
		}
	}

	async #write(): Promise<void> {
		const waiting = [...this.#waiting.values()].flat().sort((one, other) => one.call.now - other.call.now)
		this.#waiting = new Map()
		this.#count = 0
		this.#bytes = 0
		if (waiting.length === 0) return
		const { deliveries, log } = this.#parts
		const steps = inSteps(waiting)
		let written = 0
		try {
			for (const step of steps) {
				await deliveries.append(step.map(newDelivery))
				written += step.length
			}
			await deliveries.prune([...new Set(waiting.map(({ webhook }) => webhook.name))], bounds)
		} catch (error) {
			this.#lost += waiting.length - written
			log.warn('Deliveries could not be kept', { count: waiting.length - written, reason: (error as Error).message })
		}
	}
}

function inSteps(all: NotedDelivery[]): NotedDelivery[][] {
	const steps: NotedDelivery[][] = []
	let bytes = 0
	for (const delivery of all) {
		const size = delivery.body?.length ?? 0
		const step = steps.at(-1)
		if (step && step.length < DELIVERIES_STEP && bytes + size <= DELIVERIES_STEP_BYTES) step.push(delivery)
		else {
			steps.push([delivery])
			bytes = 0
		}
		bytes += size
	}
	return steps
}

function newDelivery({ webhook, call, body, ...delivery }: NotedDelivery): NewDelivery {
	return {
		...delivery,
		deliveryId: randomUUIDv7(),
		webhookId: webhook.webhookId,
		webhookName: webhook.name,
		time: call.now,
		sourceAddress: call.address,
		headers: withoutSecrets(requestHeader(call.rawHeaders)),
		body: body ?? null,
	}
}

/** Names of headers that are likely to carry a secret of some sender's own. */
const secretName = /token|secret|password|api-?key|credential/i

function withoutSecrets(headers: Record<string, string>): Record<string, string> {
	return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, secretName.test(name) ? '***' : value]))
}
