import { AUDIT_STEP_EVENTS } from '../limits.ts'
import { type AuditEvent, type AuditHead, auditHash, entryOf, pruneAction } from './audit-event.ts'
import type { AuditStore } from './audit-store.ts'

/** What a check has found. `faults` is empty where nothing was tampered with, as far as that can be told. */
export type AuditCheck = { count: number; first: AuditHead | null; head: AuditHead | null; faults: string[] }

type CheckedStore = Pick<AuditStore, 'head' | 'after'>

/** Lists show every number: so one below those that the runner gives must not escape the check, either. */
const everyNumber = Number.MIN_SAFE_INTEGER

/** More tell nothing new. */
const faultsMax = 20

/**
 * Checks the whole trail: every hash, that no entry is missing between two, that the first one follows on what was pruned, and that the head
 * that was kept is in it and nothing stands after it. `noted` is a head that somebody wrote down elsewhere: it must still be in it, too.
 */
export async function checkAuditTrail(store: CheckedStore, noted?: AuditHead): Promise<AuditCheck> {
	const check = await checkOnce(store, noted)
	if (check.faults.length === 0) return check
	// Entries that were pruned while others were read look like a gap. It is done once a day, so not again by now.
	const [first] = await store.after(everyNumber, 1)
	return first?.sequence === check.first?.sequence ? check : checkOnce(store, noted)
}

async function checkOnce(store: CheckedStore, noted: AuditHead | undefined): Promise<AuditCheck> {
	const keptHead = await store.head()
	const check = new Check(keptHead, noted)
	for (let after = everyNumber; ; ) {
		const events = await store.after(after, AUDIT_STEP_EVENTS)
		for (const event of events) check.see(event)
		// What came meanwhile is up to the head as it is now.
		if (events.length < AUDIT_STEP_EVENTS) return check.result(await store.head())
		after = events.at(-1)!.sequence
	}
}

class Check {
	readonly #keptHead: AuditHead | undefined
	readonly #noted: AuditHead | undefined
	readonly #faults: string[] = []
	#count = 0
	#first: AuditEvent | undefined
	#last: AuditEvent | undefined
	#notedSeen = false
	#isAnchored = false

	/** The head as it was kept before the entries were read. */
	constructor(keptHead: AuditHead | undefined, noted: AuditHead | undefined) {
		this.#keptHead = keptHead
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
		if (this.#keptHead?.sequence === sequence && this.#keptHead.hash !== hash)
			this.#fault(`Entry ${sequence} is not the head that was kept.`)
		if (this.#noted?.sequence === sequence) {
			this.#notedSeen = true
			if (this.#noted.hash !== hash)
				this.#fault(`Entry ${sequence} is not the one that was noted: what stands up to there was written anew.`)
		}
		if (this.#isAnchor(text)) this.#isAnchored = true
		this.#last = event
		this.#count++
	}

	/** `headNow` is the head as it is kept after the entries were read. */
	result(headNow: AuditHead | undefined): AuditCheck {
		const first = this.#first
		const last = this.#last
		const end = last?.sequence ?? 0
		const keptEnd = this.#keptHead?.sequence ?? 0
		const endNow = headNow?.sequence ?? 0
		const isBeginning = first?.sequence === 1 && first.previousHash === ''
		if (first && !isBeginning && !this.#isAnchored)
			this.#fault(`The entries before ${first.sequence} are missing, and no entry tells that they were pruned.`)
		if (end < keptEnd) this.#fault(`The trail ends at entry ${end}, and the head that was kept is entry ${keptEnd}: its end was cut off.`)
		if (end > endNow) this.#fault(`The trail ends at entry ${end}, and the head that was kept is entry ${endNow}: what follows was put in.`)
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
