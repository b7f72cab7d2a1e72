import { FAILED_SIGN_IN_ADDRESSES_MAX } from '../limits.ts'
import type { AuditEntry } from './audit-event.ts'

/** Counts sign-ins that failed, so that one entry of the audit trail tells of all of a minute: whoever tries tokens must not fill it. */
export class FailedSignIns {
	readonly #byAddress = new Map<string, number>()
	#others = 0

	note(address: string): void {
		const count = this.#byAddress.get(address)
		if (count === undefined && this.#byAddress.size >= FAILED_SIGN_IN_ADDRESSES_MAX) this.#others++
		else this.#byAddress.set(address, (count ?? 0) + 1)
	}

	/** The entry of those since the last one, and begins anew; undefined where there were none. */
	take(at: number): AuditEntry | undefined {
		if (this.#byAddress.size === 0) return undefined
		const count = [...this.#byAddress.values()].reduce((sum, each) => sum + each, this.#others)
		const addresses = [...this.#byAddress].sort(([, one], [, other]) => other - one)
		const details = {
			count,
			addresses: addresses.map(([address, each]) => `${address}: ${each}`).join(', '),
			...(this.#others > 0 ? { ofOtherAddresses: this.#others } : {}),
		}
		this.#byAddress.clear()
		this.#others = 0
		return {
			time: at,
			actor: { kind: 'runhook', name: 'sign-in' },
			sourceAddress: null,
			action: 'signIn/failed',
			resource: 'signIn',
			details,
		}
	}
}
