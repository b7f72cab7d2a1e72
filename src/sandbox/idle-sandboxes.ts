import { SANDBOX_IDLE_TIME_MAX } from '../limits.ts'
import type { Sandbox } from './sandbox.ts'

type Idle = { sandbox: Sandbox; timer: NodeJS.Timeout }

/** Warm sandboxes without a job, each for a limited time. `retire` is told those that nobody will have any more. */
export class IdleSandboxes {
	readonly #most: number
	readonly #retire: (sandbox: Sandbox) => void
	readonly #idle: Idle[] = []

	constructor(most: number, retire: (sandbox: Sandbox) => void) {
		this.#most = most
		this.#retire = retire
	}

	/** Keeps a sandbox; where there are too many, the one that has waited longest goes. */
	keep(sandbox: Sandbox): void {
		const timer = setTimeout(() => this.#drop(sandbox), SANDBOX_IDLE_TIME_MAX).unref()
		this.#idle.push({ sandbox, timer })
		if (this.#idle.length > this.#most) this.#drop(this.#idle[0]!.sandbox)
	}

	/** One that serves this content under this identity. */
	take(contentHash: string, identityKey: string): Sandbox | undefined {
		// The one used last: the others may then reach their idle time.
		for (let index = this.#idle.length - 1; index >= 0; index--) {
			const { sandbox, timer } = this.#idle[index]!
			if (sandbox.serves?.contentHash !== contentHash || sandbox.serves.identityKey !== identityKey) continue
			this.#idle.splice(index, 1)
			clearTimeout(timer)
			if (sandbox.spentBecause === undefined) return sandbox
			this.#retire(sandbox)
		}
		return undefined
	}

	/** Lets those go that serve this content. */
	dropContent(contentHash: string): void {
		for (const { sandbox } of this.#idle.filter((idle) => idle.sandbox.serves?.contentHash === contentHash)) this.#drop(sandbox)
	}

	/** Lets no more of them go: all of them are ended otherwise. */
	forget(): void {
		for (const { timer } of this.#idle) clearTimeout(timer)
	}

	#drop(sandbox: Sandbox): void {
		const index = this.#idle.findIndex((idle) => idle.sandbox === sandbox)
		if (index < 0) return
		const [idle] = this.#idle.splice(index, 1)
		clearTimeout(idle!.timer)
		this.#retire(sandbox)
	}
}
