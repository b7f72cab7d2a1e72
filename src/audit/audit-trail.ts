import { AsyncLocalStorage } from 'node:async_hooks'
import type { AuditEntry } from './audit-event.ts'
import type { AuditStore } from './audit-store.ts'

/** An entry on its way: it goes with the first transaction that changes something, and once only. */
export type PendingEntry = { readonly entry: AuditEntry; state: 'waiting' | 'underWay' | 'written' | 'closed' }

const pending = new AsyncLocalStorage<PendingEntry>()

/** The entry that the next change has to take along, if there is one. The store asks for it. */
export function pendingEntry(): PendingEntry | undefined {
	const found = pending.getStore()
	return found?.state === 'waiting' ? found : undefined
}

/**
 * Does something that the audit trail has to tell of. The entry is written in the same transaction as the first change that is made to the
 * store meanwhile; where none is made there (a file, a request that found all as it asks for) it is written before this resolves.
 * Nothing is written of what rejects, or resolves with what `isDone` calls not done, unless it changed something before.
 */
export async function audited<Result>(
	store: Pick<AuditStore, 'append'>,
	entry: AuditEntry,
	act: () => Promise<Result>,
	isDone: (result: Result) => boolean = () => true,
): Promise<Result> {
	const own: PendingEntry = { entry, state: 'waiting' }
	try {
		const result = await pending.run(own, act)
		if (own.state === 'waiting' && isDone(result)) await pending.exit(() => store.append(entry))
		return result
	} finally {
		// What goes on in the background from here on is nobody's request.
		own.state = 'closed'
	}
}

/** The same store, whose methods take no entry along: what they keep is kept by the way of many a request. */
export function unaudited<Store extends Record<string, (...args: never[]) => unknown>>(store: Store): Store {
	const methods = Object.entries(store).map(([name, method]) => [name, (...args: never[]) => pending.exit(() => method(...args))])
	return Object.fromEntries(methods) as Store
}
