import { type Compilable, type Kysely, type Selectable, sql } from 'kysely'
import { type AuditEntry, type AuditEvent, auditHash, canonicalText, entryOf, pruneAction } from '../audit/audit-event.ts'
import type { AuditFilter, AuditStore } from '../audit/audit-store.ts'
import { AUDIT_PAGE_EVENTS, AUDIT_STEP_EVENTS } from '../limits.ts'
import type { Transact } from './queries.ts'
import type { Tables } from './tables.ts'

/**
 * Appends an entry: to be run in one transaction with what it tells of. The hash is computed there, because only there the entry before is known;
 * the head is changed first, because that is what holds up everybody else who appends.
 */
export function appendQueries(queries: Kysely<Tables>, entry: AuditEntry): Compilable[] {
	const text = canonicalText(entry)
	const head = sql`UPDATE audit_head SET sequence = sequence + 1, previous_hash = hash,
		hash = sha256(hash || ${'\n'} || (sequence + 1) || ${'\n'} || ${text})`
	const event = sql`INSERT INTO audit_events (sequence, previous_hash, hash, text) SELECT sequence, previous_hash, hash, ${text} FROM audit_head`
	return [{ compile: () => head.compile(queries) }, { compile: () => event.compile(queries) }]
}

/** The audit trail over any database that has a function sha256(text), in hex. */
export function openAuditStore(queries: Kysely<Tables>, transact: Transact): AuditStore {
	const events = () => queries.selectFrom('audit_events').selectAll()
	const after = async (sequence: number, limit: number) =>
		(await events().where('sequence', '>', sequence).orderBy('sequence').limit(limit).execute()).map(eventOfRow)
	return {
		async append(entry) {
			await transact(appendQueries(queries, entry))
		},
		after,
		async list({ before, limit, filter }) {
			const found: AuditEvent[] = []
			let next: number | undefined = before ?? Number.MAX_SAFE_INTEGER
			for (let looked = 0; looked < AUDIT_PAGE_EVENTS && next !== undefined; looked += AUDIT_STEP_EVENTS) {
				// In steps, each a request of its own: a filter that few pass must not hold up everybody else.
				const step = await events().where('sequence', '<', next).orderBy('sequence', 'desc').limit(AUDIT_STEP_EVENTS).execute()
				found.push(...step.map(eventOfRow).filter((event) => passes(entryOf(event), filter)))
				if (found.length > limit) return { events: found.slice(0, limit), next: found[limit - 1]!.sequence }
				next = step.length < AUDIT_STEP_EVENTS ? undefined : step.at(-1)!.sequence
			}
			return { events: found, next }
		},
		async head() {
			const row = await queries.selectFrom('audit_head').select(['sequence', 'hash']).executeTakeFirst()
			return row && row.sequence > 0 ? { sequence: row.sequence, hash: row.hash } : undefined
		},
		async prune({ dueBefore, before, most, limit }, at) {
			const { sequence: head } = await queries.selectFrom('audit_head').select('sequence').executeTakeFirstOrThrow()
			const [first] = await after(0, 1)
			if (!first) return 0
			const isOver = head - first.sequence + 1 > most
			if (!isOver && entryOf(first).time >= dueBefore) return 0
			const oldest = (await after(0, limit)).filter(({ sequence }) => sequence !== head)
			// One that was tampered with stays to be found: its time, too, may be made up.
			const isKept = (event: AuditEvent) => auditHash(event) !== event.hash || entryOf(event).time >= before
			const kept = isOver ? -1 : oldest.findIndex(isKept)
			const due = kept < 0 ? oldest : oldest.slice(0, kept)
			const last = due.at(-1)
			if (!last) return 0
			const entry: AuditEntry = {
				...{ time: at, actor: { kind: 'runhook', name: 'retention' }, sourceAddress: null, action: pruneAction, resource: 'auditEvents' },
				details: { count: due.length, upToSequence: last.sequence, upToHash: last.hash },
			}
			const gone = queries.deleteFrom('audit_events').where('sequence', '<=', last.sequence)
			await transact([gone, ...appendQueries(queries, entry)])
			return due.length
		},
	}
}

function passes({ time, actor, action }: AuditEntry, filter: AuditFilter): boolean {
	const isSame = (asked: string | undefined, text: string) => asked === undefined || asked.toLowerCase() === text.toLowerCase()
	const { from = null, to = null } = filter.time ?? {}
	return (from === null || time >= from) && (to === null || time <= to) && isSame(filter.actor, actor.name) && isSame(filter.action, action)
}

function eventOfRow(row: Selectable<Tables['audit_events']>): AuditEvent {
	return { sequence: row.sequence, previousHash: row.previous_hash, hash: row.hash, text: row.text }
}
