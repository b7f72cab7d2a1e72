import { AUDIT_STEP_EVENTS } from '../limits.ts'
import { type AuditEvent, type AuditHead, auditHash, entryOf, pruneAction } from './audit-event.ts'
import type { AuditStore } from './audit-store.ts'

/** What a check has found. `faults` is empty where nothing was tampered with, as far as that can be told. */
export type AuditCheck = { count: number; first: AuditHead | null; head: AuditHead | null; faults: string[] }

/** More tell nothing new. */
const faultsMax = 20

/**
 * Checks the whole trail as it stood when this began: every hash, that no entry is missing between two, that the first one follows on what
 * was pruned, and that the last one is the head that was kept. `noted` is a head that somebody wrote down elsewhere: it must still be in it.
 */
export async function checkAuditTrail(store: Pick<AuditStore, 'head' | 'after'>, noted?: AuditHead): Promise<AuditCheck> {
	const keptHead = await store.head()
	const check = new Check(noted)
	for (let after = 0; ; ) {
		const events = await store.after(after, AUDIT_STEP_EVENTS)
		// What came meanwhile was not there for the head that was read before.
		for (const event of events) if (!keptHead || event.sequence <= keptHead.sequence) check.see(event)
		const last = events.at(-1)
		if (events.length < AUDIT_STEP_EVENTS || (keptHead && last!.sequence > keptHead.sequence)) return check.result(keptHead)
		after = last!.sequence
	}
}

class Check {
	readonly #noted: AuditHead | undefined
	readonly #faults: string[] = []
	#count = 0
	#first: AuditEvent | undefined
	#last: AuditEvent | undefined
	#notedSeen = false
	#isAnchored = false

	constructor(noted: AuditHead | undefined) {
		this.#noted = noted
	}

	see(event: AuditEvent): void {
		const { sequence, previousHash, hash, text } = event
		const last = this.#last
		this.#first ??= event
		if (auditHash(event) !== hash) this.#fault(`Entry ${sequence} was changed: its hash is not that of its content.`)
		if (last && sequence !== last.sequence + 1) this.#fault(`Entries ${last.sequence + 1} to ${sequence - 1} are missing.`)
		else if (last && previousHash !== last.hash)
			this.#fault(`Entry ${sequence} does not follow on entry ${last.sequence}: one of them was exchanged.`)
		if (this.#noted?.sequence === sequence) {
			this.#notedSeen = true
			if (this.#noted.hash !== hash)
				this.#fault(`Entry ${sequence} is not the one that was noted: what stands up to there was written anew.`)
		}
		if (this.#isAnchor(text)) this.#isAnchored = true
		this.#last = event
		this.#count++
	}

	result(keptHead: AuditHead | undefined): AuditCheck {
		const first = this.#first
		const last = this.#last
		const isBeginning = first?.sequence === 1 && first.previousHash === ''
		if (first && !isBeginning && !this.#isAnchored)
			this.#fault(`The entries before ${first.sequence} are missing, and no entry tells that they were pruned.`)
		if ((last?.sequence ?? 0) !== (keptHead?.sequence ?? 0))
			this.#fault(
				`The trail ends at entry ${last?.sequence ?? 0}, and the head that was kept is entry ${keptHead?.sequence ?? 0}: its end was cut off.`,
			)
		else if (last && last.hash !== keptHead?.hash) this.#fault(`The last entry, ${last.sequence}, is not the head that was kept.`)
		if (this.#noted && !this.#notedSeen && this.#noted.sequence >= (first?.sequence ?? 1))
			this.#fault(`Entry ${this.#noted.sequence}, which was noted, is not in the trail: its end was cut off.`)
		return { count: this.#count, first: headOf(first), head: headOf(last), faults: this.#faults }
	}

	/** Whether an entry tells that all before the first one were pruned. */
	#isAnchor(text: string): boolean {
		const first = this.#first!
		if (first.sequence === 1 || !text.includes(pruneAction)) return false
		const { action, actor, details } = entryOf({ text })
		const isPruning = action === pruneAction && actor.kind === 'runhook'
		return isPruning && details.upToSequence === first.sequence - 1 && details.upToHash === first.previousHash
	}

	#fault(text: string): void {
		if (this.#faults.length < faultsMax) this.#faults.push(text)
	}
}

function headOf(event: AuditEvent | undefined): AuditHead | null {
	return event ? { sequence: event.sequence, hash: event.hash } : null
}
