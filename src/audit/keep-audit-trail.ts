import { type Clock, repeatedly } from '../clock.ts'
import {
	AUDIT_EVENTS_MAX,
	AUDIT_HEAD_INTERVAL,
	AUDIT_INTERVAL,
	AUDIT_PRUNE_INTERVAL,
	AUDIT_STEP_EVENTS,
	MILLISECONDS_PER_DAY,
} from '../limits.ts'
import type { Log } from '../log.ts'
import type { AuditStore } from './audit-store.ts'
import type { Refusals } from './refusals.ts'

type Parts = { store: AuditStore; refusals: Refusals; auditRetentionDays: number; clock: Clock; log: Log }

/**
 * Prunes the audit trail, writes the sums of what was refused, and logs the trail's head: at the start, every day and at the end. Whoever can change
 * the store can write a whole trail anew; against a head that stands in a log elsewhere that is seen.
 */
export function keepAuditTrail(parts: Parts): AsyncDisposable {
	const { clock, log } = parts
	let headTime = Number.NEGATIVE_INFINITY
	const lookAndTell = async (signal: AbortSignal): Promise<void> => {
		try {
			await look(parts, signal)
			if (clock.now() >= headTime + AUDIT_HEAD_INTERVAL) {
				await logHead(parts)
				headTime = clock.now()
			}
		} catch (error) {
			log.warn('The audit trail could not be looked after; it is tried again', { reason: (error as Error).message })
		}
	}
	const looking = repeatedly(lookAndTell, { clock, interval: AUDIT_INTERVAL, atOnce: true })
	return {
		async [Symbol.asyncDispose]() {
			await looking[Symbol.asyncDispose]()
			await writeRefusals(parts).catch((error: Error) => log.warn('Refusals were not kept in the audit trail', { reason: error.message }))
			await logHead(parts).catch(() => undefined)
		},
	}
}

async function look(parts: Parts, signal: AbortSignal): Promise<void> {
	const { store, auditRetentionDays, clock, log } = parts
	await writeRefusals(parts)
	let pruned = 0
	for (let more = true; more && !signal.aborted; ) {
		const now = clock.now()
		const before = now - auditRetentionDays * MILLISECONDS_PER_DAY
		const bounds = { dueBefore: before - AUDIT_PRUNE_INTERVAL, before, most: AUDIT_EVENTS_MAX, limit: AUDIT_STEP_EVENTS }
		const count = await store.prune(bounds, now)
		pruned += count
		more = count >= AUDIT_STEP_EVENTS
	}
	if (pruned > 0) log.info('Old entries of the audit trail deleted', { count: pruned })
}

async function writeRefusals({ store, refusals, clock }: Parts): Promise<void> {
	for (const entry of refusals.take(clock.now())) await store.append(entry)
}

async function logHead({ store, log }: Parts): Promise<void> {
	const head = await store.head()
	if (head) log.info('Head of the audit trail', { sequence: head.sequence, hash: head.hash })
}
