import { type Clock, within } from '../clock.ts'
import { HEALTH_STALE_TIME_MAX } from '../limits.ts'
import type { Log } from '../log.ts'
import type { HealthPart } from '../settings-file.ts'
import { down, type Finding, type HealthCheck } from './health-check.ts'

/** What is known of a part. Times are milliseconds since 1970, UTC. */
export type PartHealth = Finding & {
	part: HealthPart
	/** Since when it is up or down; that it is warned of is no change. */
	since: number
	/** When it was looked at last; null before the first look has ended. */
	checkedTime: number | null
	/** How long that look took. */
	milliseconds: number | null
}

type Entry = {
	check: HealthCheck
	/** A look that has not ended: another one would only hang beside it. */
	looking: Promise<Finding> | undefined
	lookingSince: number
	health: PartHealth
	/** When it was looked at last, by the monotonic clock. */
	checkedAt: number
}

type Parts = {
	checks: HealthCheck[]
	clock: Clock
	/** Milliseconds that no setting of the clock moves. */
	monotonic: () => number
	log: Log
}

/** Looks at all parts from time to time and knows how they are: whoever asks costs nothing and never waits. */
export class HealthMonitor {
	readonly #parts: Parts
	readonly #entries: Map<HealthPart, Entry>
	readonly #closing = new AbortController()
	#ended: Promise<unknown> = Promise.resolve()

	/** Resolves when every part that is looked at often was looked at once, or took too long. */
	static async open(parts: Parts): Promise<HealthMonitor> {
		const monitor = new HealthMonitor(parts)
		const entries = [...monitor.#entries.values()]
		const soonest = Math.min(...entries.map(({ check }) => check.interval))
		const first = entries.map((entry) => ({ entry, done: monitor.#look(entry) }))
		await Promise.all(first.filter(({ entry }) => entry.check.interval === soonest).map(({ done }) => done))
		monitor.#ended = Promise.all(first.map(({ entry, done }) => monitor.#watch(entry, done)))
		return monitor
	}

	private constructor(parts: Parts) {
		this.#parts = parts
		const since = parts.clock.now()
		const unknown = { ...down('It was not looked at yet.'), since, checkedTime: null, milliseconds: null }
		this.#entries = new Map(
			parts.checks.map((check) => {
				const health = { ...unknown, part: check.part }
				return [check.part, { check, looking: undefined, lookingSince: 0, health, checkedAt: parts.monotonic() }]
			}),
		)
	}

	/** What is known of a part; what is too old says nothing, and the part counts as down. */
	health(part: HealthPart): PartHealth {
		const { check, health, checkedAt } = this.#entries.get(part)!
		const age = this.#parts.monotonic() - checkedAt
		if (age <= check.interval + check.timeMax + HEALTH_STALE_TIME_MAX) return health
		const stale = down(`It was not looked at for ${Math.round(age / 1000)} s.`)
		return { ...health, ...stale, since: health.status === 'down' ? health.since : (health.checkedTime ?? health.since) }
	}

	/** Begins no further look. Those under way are not waited for: one may hang. */
	async [Symbol.asyncDispose](): Promise<void> {
		this.#closing.abort()
		await this.#ended
	}

	async #watch(entry: Entry, first: Promise<void>): Promise<void> {
		const { clock } = this.#parts
		const { signal } = this.#closing
		await first
		while (!signal.aborted) {
			await clock.sleep(entry.check.interval, signal).catch(() => undefined)
			if (!signal.aborted) await this.#look(entry)
		}
	}

	async #look(entry: Entry): Promise<void> {
		const { clock, monotonic } = this.#parts
		const { check } = entry
		if (!entry.looking) {
			entry.lookingSince = monotonic()
			entry.looking = looked(check).finally(() => {
				entry.looking = undefined
			})
		}
		const found = await within(clock, check.timeMax, entry.looking, this.#closing.signal)
		if (this.#closing.signal.aborted) return
		const milliseconds = Math.round(monotonic() - entry.lookingSince)
		this.#note(entry, found === 'late' ? down(`A check of it has not ended within ${check.timeMax / 1000} s.`) : found, milliseconds)
	}

	#note(entry: Entry, finding: Finding, milliseconds: number): void {
		const { clock, monotonic, log } = this.#parts
		const before = entry.health
		const { part } = before
		const checkedTime = clock.now()
		const wasDown = before.status === 'down'
		const isDown = finding.status === 'down'
		const isFirst = before.checkedTime === null
		entry.checkedAt = monotonic()
		entry.health = { ...finding, part, since: isFirst || wasDown !== isDown ? checkedTime : before.since, checkedTime, milliseconds }
		if (isDown && (isFirst || !wasDown)) log.warn('A part is down', { healthPart: part, reason: finding.message })
		if (!isDown && wasDown && !isFirst) log.info('A part is up again', { healthPart: part })
	}
}

/** A look that throws has found the part down. */
async function looked(check: HealthCheck): Promise<Finding> {
	try {
		return await check.look()
	} catch (error) {
		return down((error as Error).message)
	}
}
