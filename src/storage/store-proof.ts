import type { Kysely } from 'kysely'
import type { StoreProof } from '../health/check-store.ts'
import type { Transact } from './queries.ts'
import type { Tables } from './tables.ts'

/** A row of its own among the settings: it grows no table. */
const name = 'health check'

export function openStoreProof(queries: Kysely<Tables>, transact: Transact): StoreProof {
	return {
		async writeAndRead(text) {
			const insert = queries.insertInto('settings').values({ name, value: text })
			const write = insert.onConflict((conflict) => conflict.column('name').doUpdateSet({ value: text }))
			// In one transaction, alone with it: other runners prove the same. It resolves when both are committed.
			const [, rows] = await transact([write, queries.selectFrom('settings').select('value').where('name', '=', name)], [name])
			return (rows as { value: string }[])[0]?.value
		},
	}
}
