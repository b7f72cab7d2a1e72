import { SPARE_KINDS_MAX } from '../limits.ts'
import type { Log } from '../log.ts'
import type { Sandbox } from './sandbox.ts'
import { type LaunchSettings, launchKey } from './sandbox-launch.ts'

type Parts = {
	/** Spares kept per launch settings. */
	count: number
	start: (launch: LaunchSettings) => Promise<Sandbox>
	/** Told those that nobody will have any more. */
	retire: (sandbox: Sandbox) => void
	/** Aborted when no more are wanted. */
	signal: AbortSignal
	log: Log
}

/** `coming` is under way and nobody's yet; `planned` counts it and those that wait for their turn. */
type Kind = { launch: LaunchSettings; ready: Sandbox[]; planned: number; coming: Promise<Sandbox> | undefined }

/**
 * Sandboxes started ahead, by launch settings. One after the other, because a job may wait for a start of its own meanwhile:
 * were all started at once, as when the runner starts, its sandbox would have a small part of the machine.
 */
export class SpareSandboxes {
	readonly #parts: Parts
	readonly #kinds = new Map<string, Kind>()
	#turn = Promise.resolve()

	constructor(parts: Parts) {
		this.#parts = parts
	}

	/** One that is ready or, sooner than a new one could be, under way; undefined when there is none. */
	async take(launch: LaunchSettings): Promise<Sandbox | undefined> {
		const kind = this.#kinds.get(launchKey(launch))
		for (let spare = kind?.ready.shift(); spare; spare = kind?.ready.shift()) {
			if (spare.spentBecause === undefined) return spare
			this.#parts.retire(spare)
		}
		const coming = kind?.coming
		if (!kind || !coming) return undefined
		kind.coming = undefined
		return coming.catch(() => undefined)
	}

	/** Sees to it that spares for these settings are there or on their way. */
	prepare(launch: LaunchSettings): void {
		if (this.#parts.signal.aborted) return
		const key = launchKey(launch)
		const kind = this.#kinds.get(key) ?? { launch, ready: [], planned: 0, coming: undefined }
		// Put at the end again: the kinds used last are kept.
		this.#kinds.delete(key)
		this.#kinds.set(key, kind)
		if (this.#kinds.size > SPARE_KINDS_MAX) this.#drop(this.#kinds.keys().next().value!)
		while (kind.ready.length + kind.planned < this.#parts.count) {
			kind.planned++
			void this.inTurn(() => this.#startOne(key, kind)).finally(() => kind.planned--)
		}
	}

	/** Does something when the spares that were planned before are there. Rejects as it does. */
	inTurn(work: () => Promise<void>): Promise<void> {
		const done = this.#turn.then(work)
		this.#turn = done.catch(() => undefined)
		return done
	}

	/** Lets those of these settings go. */
	drop(launch: LaunchSettings): void {
		this.#drop(launchKey(launch))
	}

	async #startOne(key: string, kind: Kind): Promise<void> {
		const { start, retire, signal, log } = this.#parts
		const isWanted = () => this.#kinds.get(key) === kind && !signal.aborted
		if (!isWanted()) return
		const coming = start(kind.launch)
		kind.coming = coming
		try {
			const sandbox = await coming
			if (kind.coming !== coming) return
			if (isWanted()) kind.ready.push(sandbox)
			else retire(sandbox)
		} catch (error) {
			if (!signal.aborted) log.warn('A spare sandbox could not be started', { reason: (error as Error).message })
		} finally {
			if (kind.coming === coming) kind.coming = undefined
		}
	}

	#drop(key: string): void {
		const kind = this.#kinds.get(key)
		this.#kinds.delete(key)
		for (const sandbox of kind?.ready ?? []) this.#parts.retire(sandbox)
	}
}
