import { randomUUIDv7 } from 'node:crypto'
import { type Clock, repeatedly } from '../clock.ts'
import {
	DELIVERIES_BYTES_MAX,
	DELIVERIES_MAX,
	DELIVERIES_PER_WEBHOOK_BYTES_MAX,
	DELIVERIES_PER_WEBHOOK_MAX,
	DELIVERIES_STEP,
	DELIVERIES_STEP_BYTES,
	DELIVERIES_WAITING_BYTES_MAX,
	DELIVERIES_WAITING_MAX,
	DELIVERIES_WRITE_INTERVAL,
	MILLISECONDS_PER_DAY,
} from '../limits.ts'
import type { Log } from '../log.ts'
import type { Delivery } from './delivery.ts'
import { isRefused } from './delivery.ts'
import type { CallCount, DeliveryStore, NewDelivery } from './delivery-store.ts'
import { maskedHeaders } from './masked-headers.ts'
import type { Webhook } from './webhook.ts'
import { requestHeader } from './webhook-data.ts'

/** A delivery as it is told in the midst of calls: what takes time is done when it is written. */
export type NotedDelivery = Pick<
	Delivery,
	'kind' | 'status' | 'code' | 'reason' | 'jobId' | 'isRepeated' | 'isSkipped' | 'durationMicroseconds'
> & {
	webhook: Webhook
	call: { rawHeaders: readonly string[]; address: string | null; now: number }
	body: Buffer | undefined
}

type Parts = { deliveries: DeliveryStore; clock: Clock; log: Log }

const bounds = {
	perWebhook: DELIVERIES_PER_WEBHOOK_MAX,
	bytesPerWebhook: DELIVERIES_PER_WEBHOOK_BYTES_MAX,
	all: DELIVERIES_MAX,
	bytes: DELIVERIES_BYTES_MAX,
}

/** Those of one kind of one webhook that wait, and the bytes of their bodies. */
type Waiting = { deliveries: NotedDelivery[]; bytes: number }

/**
 * Keeps the latest deliveries of each webhook. They wait in memory and are written together after a moment, because no caller should wait
 * for it: the end of the process in whatever way loses that moment.
 */
export class DeliveryLog {
	readonly #parts: Parts
	/** Accepted and refused ones by webhook; of each at most twice as many as are kept. */
	#accepted = new Map<string, Waiting>()
	#refused = new Map<string, Waiting>()
	/** Calls to be added up, by day and webhook: there are no more than webhooks. */
	#calls = new Map<string, CallCount & { day: number }>()
	#count = 0
	#bytes = 0
	#lost = 0
	#unknownTokens = 0
	readonly #since: number
	#writing: Promise<void> = Promise.resolve()
	readonly #flushing: AsyncDisposable

	constructor(parts: Parts) {
		this.#parts = parts
		this.#since = parts.clock.now()
		const flush = async () => (this.#count > 0 || this.#calls.size > 0 ? this.flush() : undefined)
		this.#flushing = repeatedly(flush, { clock: parts.clock, interval: DELIVERIES_WRITE_INTERVAL })
	}

	/** Calls under no webhook's address, and deliveries that could not be kept, since the start. */
	get counts(): { since: number; unknownTokens: number; lost: number } {
		return { since: this.#since, unknownTokens: this.#unknownTokens, lost: this.#lost }
	}

	/** Counts a call under no webhook's address. */
	countUnknownToken(): void {
		this.#unknownTokens++
	}

	/** Takes a delivery to be written; a call is counted in any case. */
	note(delivery: NotedDelivery): void {
		if (delivery.kind === 'call') this.#countCall(delivery)
		const size = delivery.body?.length ?? 0
		if (this.#count >= DELIVERIES_WAITING_MAX || this.#bytes + size > DELIVERIES_WAITING_BYTES_MAX) {
			this.#lost++
			return
		}
		const { name } = delivery.webhook
		const kind = isRefused(delivery) ? this.#refused : this.#accepted
		let waiting = kind.get(name)
		if (!waiting) {
			waiting = { deliveries: [], bytes: 0 }
			kind.set(name, waiting)
		}
		waiting.deliveries.push(delivery)
		waiting.bytes += size
		this.#count++
		this.#bytes += size
		// Those that newer ones would push out at once; many together, because this is done in the midst of calls.
		if (waiting.deliveries.length >= 2 * DELIVERIES_PER_WEBHOOK_MAX) this.#drop(waiting, DELIVERIES_PER_WEBHOOK_MAX)
		while (waiting.bytes > DELIVERIES_PER_WEBHOOK_BYTES_MAX) this.#drop(waiting, 1)
	}

	/** Writes what waits, so that it can be read. */
	flush(): Promise<void> {
		this.#writing = this.#writing.then(() => this.#write())
		return this.#writing
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#flushing[Symbol.asyncDispose]()
		await this.flush()
	}

	#countCall(delivery: NotedDelivery): void {
		const { name: webhookName } = delivery.webhook
		const day = Math.floor(delivery.call.now / MILLISECONDS_PER_DAY) * MILLISECONDS_PER_DAY
		const refused = Number(isRefused(delivery))
		this.#addCalls({ webhookName, day, accepted: 1 - refused, refused })
	}

	#addCalls(counted: CallCount & { day: number }): void {
		const key = `${counted.day} ${counted.webhookName.toLowerCase()}`
		const known = this.#calls.get(key)
		if (known) {
			known.accepted += counted.accepted
			known.refused += counted.refused
		} else this.#calls.set(key, counted)
	}

	/** What the store does not take is added up with what comes, without a word: of the deliveries themselves it is said. */
	async #writeCalls(): Promise<void> {
		const counted = [...this.#calls.values()]
		this.#calls = new Map()
		if (counted.length === 0) return
		await this.#parts.deliveries.addCalls(counted).catch(() => {
			for (const each of counted) this.#addCalls(each)
		})
	}

	/** Drops the oldest of one kind of a webhook. */
	#drop(waiting: Waiting, count: number): void {
		for (const { body } of waiting.deliveries.splice(0, count)) {
			const size = body?.length ?? 0
			waiting.bytes -= size
			this.#count--
			this.#bytes -= size
		}
	}

	async #write(): Promise<void> {
		await this.#writeCalls()
		const kept = [...this.#accepted.values(), ...this.#refused.values()].map(({ deliveries }) =>
			deliveries.slice(-DELIVERIES_PER_WEBHOOK_MAX),
		)
		const waiting = kept.flat().sort((one, other) => one.call.now - other.call.now)
		this.#accepted = new Map()
		this.#refused = new Map()
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
		headers: maskedHeaders(requestHeader(call.rawHeaders), webhook.protections),
		body: body ?? null,
	}
}
