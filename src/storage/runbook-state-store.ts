import { type Kysely, sql } from 'kysely'
import type { RunbookStateStore } from '../runbooks/runbook-state-store.ts'
import type { Transact } from './queries.ts'
import type { Tables } from './tables.ts'

export function openRunbookStateStore(queries: Kysely<Tables>, transact: Transact): RunbookStateStore {
	return {
		async get(runbookName, key) {
			const of = queries.selectFrom('runbook_states').select('json').where('runbook_key', '=', runbookName.toLowerCase())
			return (await of.where('key', '=', key).executeTakeFirst())?.json
		},
		async set(runbookName, key, json, keysMax) {
			const runbookKey = runbookName.toLowerCase()
			if (json === null) {
				await queries.deleteFrom('runbook_states').where('runbook_key', '=', runbookKey).where('key', '=', key).execute()
				return 'kept'
			}
			// Counted alone, so that two jobs cannot pass the bound together.
			const others = sql`(SELECT count(*) FROM runbook_states WHERE runbook_key = ${runbookKey} AND key <> ${key})`
			const keep = sql`
				INSERT INTO runbook_states (runbook_key, key, json) SELECT ${runbookKey}, ${key}, ${json} WHERE ${others} < ${keysMax}
				ON CONFLICT (runbook_key, key) DO UPDATE SET json = excluded.json RETURNING key`
			const [rows] = await transact([{ compile: () => keep.compile(queries) }], [`runbook_states ${runbookKey}`])
			return rows!.length > 0 ? 'kept' : 'tooMany'
		},
		async clear(runbookName) {
			await queries.deleteFrom('runbook_states').where('runbook_key', '=', runbookName.toLowerCase()).execute()
		},
	}
}
