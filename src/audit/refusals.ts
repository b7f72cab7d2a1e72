import { FAILED_SIGN_IN_ADDRESSES_MAX, REFUSED_ACTIONS_TOLD_MAX, REFUSED_CALLERS_MAX } from '../limits.ts'
import type { AuditActor, AuditEntry } from './audit-event.ts'

type RefusedCaller = { actor: AuditActor; address: string | null; byAction: Map<string, number> }

/**
 * Counts sign-ins that failed, and actions that a caller's role does not allow, so that few entries of the audit trail tell of all of a minute:
 * whoever tries must not fill it.
 */
export class Refusals {
	readonly #byAddress = new Map<string, number>()
	#ofOtherAddresses = 0
	readonly #byCaller = new Map<string, RefusedCaller>()
	#ofOtherCallers = 0

	signInFailed(address: string): void {
		const count = this.#byAddress.get(address)
		if (count === undefined && this.#byAddress.size >= FAILED_SIGN_IN_ADDRESSES_MAX) this.#ofOtherAddresses++
		else this.#byAddress.set(address, (count ?? 0) + 1)
	}

	/** `address` is where the request came from, as far as it is known. */
	actionRefused(actor: AuditActor, action: string, address: string | null): void {
		const key = `${actor.kind}:${actor.name}`
		const known = this.#byCaller.get(key)
		if (!known && this.#byCaller.size >= REFUSED_CALLERS_MAX) {
			this.#ofOtherCallers++
			return
		}
		const caller = known ?? { actor, address, byAction: new Map() }
		caller.address = address
		caller.byAction.set(action, (caller.byAction.get(action) ?? 0) + 1)
		this.#byCaller.set(key, caller)
	}

	/** The entries of those since the last time, and begins anew. */
	take(at: number): AuditEntry[] {
		const entries = [...this.#signIns(at), ...this.#actions(at)]
		this.#byAddress.clear()
		this.#byCaller.clear()
		this.#ofOtherAddresses = 0
		this.#ofOtherCallers = 0
		return entries
	}

	#signIns(time: number): AuditEntry[] {
		if (this.#byAddress.size === 0) return []
		const others = this.#ofOtherAddresses
		const details = {
			count: sum(this.#byAddress) + others,
			addresses: ranked(this.#byAddress, FAILED_SIGN_IN_ADDRESSES_MAX),
			...(others > 0 ? { ofOtherAddresses: others } : {}),
		}
		const actor: AuditActor = { kind: 'runhook', name: 'sign-in' }
		return [{ time, actor, sourceAddress: null, action: 'signIn/failed', resource: 'signIn', details }]
	}

	#actions(time: number): AuditEntry[] {
		const told = { time, action: 'authorization/refused', resource: 'authorization' }
		const entries: AuditEntry[] = [...this.#byCaller.values()].map(({ actor, address, byAction }) => ({
			...{ ...told, actor, sourceAddress: address },
			details: { count: sum(byAction), actions: ranked(byAction, REFUSED_ACTIONS_TOLD_MAX) },
		}))
		if (this.#ofOtherCallers === 0) return entries
		const actor: AuditActor = { kind: 'runhook', name: 'authorization' }
		return [...entries, { ...told, actor, sourceAddress: null, details: { ofOtherCallers: this.#ofOtherCallers } }]
	}
}

function sum(counts: Map<string, number>): number {
	return [...counts.values()].reduce((total, each) => total + each, 0)
}

/** The most frequent ones. */
function ranked(counts: Map<string, number>, most: number): string {
	const sorted = [...counts].sort(([, one], [, other]) => other - one).slice(0, most)
	return sorted.map(([name, count]) => `${name}: ${count}`).join(', ')
}
