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
			await transact([insert.onConflict((conflict) => conflict.column('name').doUpdateSet({ value: text }))])
			// A request of its own: what is read has been committed.
			const row = await queries.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst()
			return row?.value
		},
	}
}
