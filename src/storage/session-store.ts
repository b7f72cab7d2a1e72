import type { Kysely } from 'kysely'
import type { SessionStore } from '../access/session.ts'
import type { Tables } from './tables.ts'

/** Sessions of browsers over any database. */
export function openSessionStore(queries: Kysely<Tables>): SessionStore {
	return {
		async find(idHash) {
			const row = await queries.selectFrom('sessions').selectAll().where('id_hash', '=', idHash).executeTakeFirst()
			return (
				row && {
					idHash: row.id_hash,
					tokenHash: row.token_hash,
					principal: row.principal === null ? null : JSON.parse(row.principal),
					creationTime: row.creation_time,
					expiryTime: row.expiry_time,
				}
			)
		},
		async create({ idHash, tokenHash, principal, creationTime, expiryTime }, most) {
			const kept = queries.selectFrom('sessions').select('id_hash').where('expiry_time', '>', creationTime)
			const newest = kept.orderBy('creation_time', 'desc').limit(most - 1)
			await queries.deleteFrom('sessions').where('id_hash', 'not in', newest).execute()
			const row = { id_hash: idHash, token_hash: tokenHash, creation_time: creationTime, expiry_time: expiryTime }
			await queries
				.insertInto('sessions')
				.values({ ...row, principal: principal && JSON.stringify(principal) })
				.execute()
		},
		async delete(idHash) {
			await queries.deleteFrom('sessions').where('id_hash', '=', idHash).execute()
		},
	}
}
