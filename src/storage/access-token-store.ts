import { type Kysely, type Selectable, sql } from 'kysely'
import type { AccessToken } from '../access/access-token.ts'
import type { AccessTokenStore } from '../access/access-token-store.ts'
import type { Transact } from './queries.ts'
import type { Tables } from './tables.ts'

/** Access tokens over any database. */
export function openAccessTokenStore(queries: Kysely<Tables>, transact: Transact): AccessTokenStore {
	const named = (name: string) => queries.selectFrom('access_tokens').selectAll().where('name_key', '=', name.toLowerCase())
	const find = async (name: string) => {
		const row = await named(name).executeTakeFirst()
		return row && tokenOfRow(row)
	}
	return {
		async list() {
			return (await queries.selectFrom('access_tokens').selectAll().orderBy('name_key').execute()).map(tokenOfRow)
		},
		find,
		async findByHash(tokenHash) {
			const row = await queries.selectFrom('access_tokens').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst()
			return row && tokenOfRow(row)
		},
		async create({ name, tokenHash, role, description, isEnabled, expiryTime, creationTime, createdBy }, most) {
			// Counted alone, so that two requests cannot pass the bound together.
			const insert = sql`
				INSERT INTO access_tokens (name, name_key, token_hash, role, description, is_enabled, expiry_time, creation_time, created_by)
				SELECT ${name}, ${name.toLowerCase()}, ${tokenHash}, ${role}, ${description}, ${Number(isEnabled)}, ${expiryTime}, ${creationTime},
					${createdBy}
				WHERE (SELECT count(*) FROM access_tokens) < ${most} ON CONFLICT DO NOTHING RETURNING name`
			const [rows] = await transact([{ compile: () => insert.compile(queries) }], ['access_tokens'])
			if (rows!.length > 0) return 'created'
			return (await named(name).executeTakeFirst()) ? 'nameTaken' : 'tooMany'
		},
		async change(name, { isEnabled, description }) {
			const set = {
				...(isEnabled === undefined ? {} : { is_enabled: Number(isEnabled) }),
				...(description === undefined ? {} : { description }),
			}
			if (Object.keys(set).length === 0) return find(name)
			const update = queries.updateTable('access_tokens').set(set).where('name_key', '=', name.toLowerCase())
			const row = await update.returningAll().executeTakeFirst()
			return row && tokenOfRow(row)
		},
		async delete(name) {
			const gone = queries.deleteFrom('access_tokens').where('name_key', '=', name.toLowerCase()).returning('name')
			return (await gone.execute()).length > 0
		},
		async noteUsed(tokenHash, at, interval) {
			const update = queries.updateTable('access_tokens').set({ last_used_time: at }).where('token_hash', '=', tokenHash)
			await update.where((is) => is.or([is('last_used_time', 'is', null), is('last_used_time', '<=', at - interval)])).execute()
		},
	}
}

function tokenOfRow(row: Selectable<Tables['access_tokens']>): AccessToken {
	return {
		name: row.name,
		tokenHash: row.token_hash,
		role: row.role,
		description: row.description,
		isEnabled: row.is_enabled === 1,
		expiryTime: row.expiry_time,
		creationTime: row.creation_time,
		createdBy: row.created_by,
		lastUsedTime: row.last_used_time,
	}
}
