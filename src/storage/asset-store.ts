import { type Kysely, type Selectable, sql } from 'kysely'
import type { AssetKind, AssetStore, AssetUse, KeptAsset } from '../assets/asset-store.ts'
import type { Transact } from './queries.ts'
import type { Tables } from './tables.ts'

/** Assets over any database. */
export function openAssetStore(queries: Kysely<Tables>, transact: Transact): AssetStore {
	const ofKind = (kind: AssetKind) => queries.selectFrom('assets').selectAll().where('kind', '=', kind)
	return {
		...openUses(queries, transact),
		...openSealed(queries),
		async get(kind, name) {
			const row = await ofKind(kind).where('name_key', '=', name.toLowerCase()).executeTakeFirst()
			return row && assetOfRow(row)
		},
		async list(kind, { after, limit }) {
			return (await ofKind(kind).where('name_key', '>', after.toLowerCase()).orderBy('name_key').limit(limit).execute()).map(assetOfRow)
		},
		async names(kind) {
			return (await queries.selectFrom('assets').select('name').where('kind', '=', kind).orderBy('name_key').execute()).map(
				({ name }) => name,
			)
		},
		async create(asset, most) {
			const { kind, name, userName, value, keyId, description, creationTime, lastModifiedTime } = asset
			// Counted alone, so that two requests cannot pass the bound together.
			const insert = sql`
				INSERT INTO assets (kind, name, name_key, user_name, value, key_id, description, creation_time, last_modified_time)
				SELECT ${kind}, ${name}, ${name.toLowerCase()}, ${userName}, ${value}, ${keyId}, ${description}, ${creationTime}, ${lastModifiedTime}
				WHERE (SELECT count(*) FROM assets WHERE kind = ${kind}) < ${most} ON CONFLICT DO NOTHING RETURNING name`
			const [rows] = await transact([{ compile: () => insert.compile(queries) }], [`assets ${kind}`])
			if (rows!.length > 0) return 'created'
			const named = queries.selectFrom('assets').select('name').where('kind', '=', kind).where('name_key', '=', name.toLowerCase())
			return (await named.executeTakeFirst()) ? 'nameTaken' : 'tooMany'
		},
		async change(kind, name, { userName, description, value }, at) {
			let update = queries
				.updateTable('assets')
				.set({
					...(userName === undefined ? {} : { user_name: userName }),
					...(description === undefined ? {} : { description }),
					...(value === undefined ? {} : { value: value.value, key_id: value.keyId }),
					last_modified_time: at,
				})
				.where('kind', '=', kind)
				.where('name_key', '=', name.toLowerCase())
			if (value !== undefined) update = update.where('key_id', value.keyId === null ? 'is' : 'is not', null)
			const row = await update.returningAll().executeTakeFirst()
			return row && assetOfRow(row)
		},
		async delete(kind, name) {
			const gone = await queries
				.deleteFrom('assets')
				.where('kind', '=', kind)
				.where('name_key', '=', name.toLowerCase())
				.returning('name')
				.execute()
			return gone.length > 0
		},
	}
}

function openSealed(queries: Kysely<Tables>): Pick<AssetStore, 'keyIds' | 'listSealedOtherwise' | 'reseal'> {
	return {
		async keyIds() {
			const rows = await queries.selectFrom('assets').select('key_id').distinct().where('key_id', 'is not', null).execute()
			return rows.map((row) => row.key_id!)
		},
		async listSealedOtherwise(keyId, { after, limit }) {
			let query = queries.selectFrom('assets').selectAll().where('key_id', '!=', keyId)
			if (after)
				query = query.where((is) =>
					is.or([is('kind', '>', after.kind), is.and([is('kind', '=', after.kind), is('name_key', '>', after.name.toLowerCase())])]),
				)
			return (await query.orderBy('kind').orderBy('name_key').limit(limit).execute()).map(assetOfRow)
		},
		async reseal({ kind, name, value: before }, { value, keyId }) {
			const same = queries
				.updateTable('assets')
				.where('kind', '=', kind)
				.where('name_key', '=', name.toLowerCase())
				.where('value', '=', before)
			await same.set({ value, key_id: keyId }).execute()
		},
	}
}

function openUses(queries: Kysely<Tables>, transact: Transact): Pick<AssetStore, 'noteUse' | 'uses'> {
	return {
		async noteUse(jobId, { kind, name, access, source }, at, most) {
			const key = sql`${jobId}, ${kind}, ${name}, ${access}, ${source}`
			const own = sql`job_id = ${jobId} AND kind = ${kind} AND name = ${name} AND access = ${access} AND source = ${source}`
			const note = sql`
				INSERT INTO asset_uses (job_id, kind, name, access, source, first_time, last_time, use_count) SELECT ${key}, ${at}, ${at}, 1
				WHERE EXISTS (SELECT 1 FROM asset_uses WHERE ${own}) OR (SELECT count(*) FROM asset_uses WHERE job_id = ${jobId}) < ${most}
				ON CONFLICT (job_id, kind, name, access, source)
				DO UPDATE SET last_time = excluded.last_time, use_count = asset_uses.use_count + 1 RETURNING name`
			const [rows] = await transact([{ compile: () => note.compile(queries) }], [`asset_uses ${jobId}`])
			return rows!.length > 0 ? 'noted' : 'tooMany'
		},
		async uses(jobId) {
			const query = queries.selectFrom('asset_uses').selectAll().where('job_id', '=', jobId)
			return (await query.orderBy('first_time').orderBy('kind').orderBy('name').execute()).map(useOfRow)
		},
	}
}

function assetOfRow(row: Selectable<Tables['assets']>): KeptAsset {
	return {
		kind: row.kind,
		name: row.name,
		userName: row.user_name,
		value: row.value,
		keyId: row.key_id,
		description: row.description,
		creationTime: row.creation_time,
		lastModifiedTime: row.last_modified_time,
	}
}

function useOfRow(row: Selectable<Tables['asset_uses']>): AssetUse {
	return {
		kind: row.kind,
		name: row.name,
		access: row.access,
		source: row.source,
		firstTime: row.first_time,
		lastTime: row.last_time,
		useCount: row.use_count,
	}
}
