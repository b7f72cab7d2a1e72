import { type Kysely, sql } from 'kysely'
import type { RunbookStateStore } from '../runbooks/runbook-state-store.ts'
import type { Tables } from './tables.ts'

export function openRunbookStateStore(queries: Kysely<Tables>): RunbookStateStore {
	return {
		async get(runbookName, key) {
			const of = queries.selectFrom('runbook_states').select('json').where('runbook_name', '=', runbookName).where('key', '=', key)
			return (await of.executeTakeFirst())?.json
		},
		async set(runbookName, key, json, keysMax) {
			if (json === null) {
				await queries.deleteFrom('runbook_states').where('runbook_name', '=', runbookName).where('key', '=', key).execute()
				return 'kept'
			}
			// One statement, so that two jobs cannot pass the bound together.
			const others = sql`(SELECT count(*) FROM runbook_states WHERE runbook_name = ${runbookName} AND key <> ${key})`
			const { rows } = await sql<{ key: string }>`
				INSERT INTO runbook_states (runbook_name, key, json) SELECT ${runbookName}, ${key}, ${json} WHERE ${others} < ${keysMax}
				ON CONFLICT (runbook_name, key) DO UPDATE SET json = excluded.json RETURNING key`.execute(queries)
			return rows.length > 0 ? 'kept' : 'tooMany'
		},
		async clear(runbookName) {
			await queries.deleteFrom('runbook_states').where('runbook_name', '=', runbookName).execute()
		},
	}
}
