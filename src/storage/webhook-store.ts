import type { Compilable, Kysely, Selectable } from 'kysely'
import { GENERATED_URIS_MAX } from '../limits.ts'
import type { NewWebhook, Webhook } from '../webhooks/webhook.ts'
import type { WebhookStore } from '../webhooks/webhook-store.ts'
import type { Tables } from './tables.ts'

type Parts = {
	/** Runs queries as one transaction and resolves with the rows of each. */
	transact: (queries: Compilable[]) => Promise<unknown[][]>
	/** Told when a note of a call could not be written. */
	onError: (error: unknown) => void
}

/** Webhooks over any database. */
export function openWebhookStore(queries: Kysely<Tables>, { transact, onError }: Parts): WebhookStore {
	const update = (webhookId: number) => queries.updateTable('webhooks').where('webhook_id', '=', webhookId)
	/** The webhook, and those of its name that it replaced and whose URLs are still valid. */
	const updateAll = ({ webhookId, name }: Pick<Webhook, 'webhookId' | 'name'>, at: number) =>
		queries
			.updateTable('webhooks')
			.where((is) => is.or([is('webhook_id', '=', webhookId), is.and([is('name', '=', name), is('deleted_time', '>', at)])]))
	const insert = (webhook: NewWebhook, at: number) =>
		queries
			.insertInto('webhooks')
			.values(rowOf(webhook, at))
			.onConflict((conflict) => conflict.doNothing())
			.returningAll()
	const invoked = new Map<number, { at: number }>()
	return {
		async findByTokenHash(tokenHash) {
			const row = await queries.selectFrom('webhooks').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst()
			return row && webhookOfRow(row)
		},
		async list() {
			const rows = await queries.selectFrom('webhooks').selectAll().where('deleted_time', 'is', null).orderBy('name').execute()
			return rows.map(webhookOfRow)
		},
		async findByName(name) {
			const named = queries.selectFrom('webhooks').selectAll().where('name', '=', name).where('deleted_time', 'is', null)
			const row = await named.executeTakeFirst()
			return row && webhookOfRow(row)
		},
		async create(webhook, at) {
			const used = queries.deleteFrom('generated_uris').where('token_hash', '=', webhook.tokenHash)
			const [rows] = await transact([insert(webhook, at), used])
			return firstOf(rows!)
		},
		async replace(webhookId, successor, { at, until }) {
			const ending = update(webhookId).set({ deleted_time: until, last_modified_time: at }).where('deleted_time', 'is', null)
			const [, rows] = await transact([ending, insert(successor, at)])
			return firstOf(rows!)
		},
		async keepGenerated(tokenHash, at) {
			const newest = queries.selectFrom('generated_uris').select('token_hash').orderBy('creation_time', 'desc').limit(GENERATED_URIS_MAX)
			await transact([
				queries.insertInto('generated_uris').values({ token_hash: tokenHash, creation_time: at }),
				queries.deleteFrom('generated_uris').where('token_hash', 'not in', newest),
			])
		},
		async isGenerated(tokenHash, since) {
			const kept = queries.selectFrom('generated_uris').select('token_hash').where('token_hash', '=', tokenHash)
			return (await kept.where('creation_time', '>=', since).executeTakeFirst()) !== undefined
		},
		async update(webhook, { isEnabled, isEnabledInFile, description, allowedOrigins }, at) {
			const changed = {
				...(isEnabled === undefined ? {} : { is_enabled: Number(isEnabled) }),
				...(isEnabledInFile === undefined ? {} : { is_enabled_in_file: Number(isEnabledInFile) }),
				...(description === undefined ? {} : { description }),
				...(allowedOrigins === undefined ? {} : { allowed_origins: JSON.stringify(allowedOrigins) }),
			}
			await updateAll(webhook, at)
				.set({ ...changed, last_modified_time: at })
				.execute()
		},
		async delete(webhook, at) {
			await updateAll(webhook, at).set({ deleted_time: at, parameters: '{}', description: null, last_modified_time: at }).execute()
		},
		async markExpired(webhookId, at) {
			await update(webhookId).set({ expired_time: at }).where('expired_time', 'is', null).execute()
		},
		noteInvoked(webhookId, at) {
			// One write at a time and webhook: under load thousands of calls share one.
			const underWay = invoked.get(webhookId)
			if (underWay) {
				underWay.at = at
				return
			}
			const latest = { at }
			invoked.set(webhookId, latest)
			const write = async (): Promise<void> => {
				try {
					for (let written: number | undefined; written !== latest.at; ) {
						written = latest.at
						await update(webhookId).set({ last_invoked_time: written }).execute()
					}
				} finally {
					invoked.delete(webhookId)
				}
			}
			write().catch(onError)
		},
	}
}

function rowOf(webhook: NewWebhook, at: number) {
	return {
		name: webhook.name,
		token_hash: webhook.tokenHash,
		runbook_name: webhook.runbookName,
		parameters: JSON.stringify(webhook.parameters),
		description: webhook.description,
		allowed_origins: JSON.stringify(webhook.allowedOrigins),
		origin: webhook.origin,
		is_enabled: Number(webhook.isEnabled),
		is_enabled_in_file: Number(webhook.isEnabledInFile),
		expiry_time: webhook.expiryTime,
		creation_time: at,
		last_modified_time: at,
	}
}

function firstOf(rows: unknown[]): Webhook | undefined {
	const [row] = rows as Selectable<Tables['webhooks']>[]
	return row && webhookOfRow(row)
}

function webhookOfRow(row: Selectable<Tables['webhooks']>): Webhook {
	return {
		webhookId: row.webhook_id,
		name: row.name,
		tokenHash: row.token_hash,
		runbookName: row.runbook_name,
		parameters: JSON.parse(row.parameters),
		description: row.description,
		allowedOrigins: JSON.parse(row.allowed_origins),
		origin: row.origin,
		isEnabled: row.is_enabled === 1,
		isEnabledInFile: row.is_enabled_in_file === 1,
		expiryTime: row.expiry_time,
		expiredTime: row.expired_time,
		creationTime: row.creation_time,
		lastModifiedTime: row.last_modified_time,
		lastInvokedTime: row.last_invoked_time,
		deletedTime: row.deleted_time,
	}
}
