import type { Kysely, Selectable } from 'kysely'
import type { Webhook } from '../webhooks/webhook.ts'
import type { WebhookStore } from '../webhooks/webhook-store.ts'
import type { Tables } from './tables.ts'

/**
 * Webhooks over any database. `onError` is told when a note of a call could not be written.
 */
export function openWebhookStore(queries: Kysely<Tables>, onError: (error: unknown) => void): WebhookStore {
	const update = (webhookId: number) => queries.updateTable('webhooks').where('webhook_id', '=', webhookId)
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
		async create(webhook, at) {
			const values = {
				name: webhook.name,
				token_hash: webhook.tokenHash,
				runbook_name: webhook.runbookName,
				parameters: JSON.stringify(webhook.parameters),
				description: webhook.description,
				origin: webhook.origin,
				is_enabled: 1,
				is_enabled_in_file: Number(webhook.isEnabledInFile),
				expiry_time: webhook.expiryTime,
				creation_time: at,
				last_modified_time: at,
			}
			const insert = queries
				.insertInto('webhooks')
				.values(values)
				.onConflict((conflict) => conflict.doNothing())
			const row = await insert.returningAll().executeTakeFirst()
			return row && webhookOfRow(row)
		},
		async update(webhookId, { isEnabled, isEnabledInFile, description }, at) {
			const changed = {
				...(isEnabled === undefined ? {} : { is_enabled: Number(isEnabled) }),
				...(isEnabledInFile === undefined ? {} : { is_enabled_in_file: Number(isEnabledInFile) }),
				...(description === undefined ? {} : { description }),
			}
			await update(webhookId)
				.set({ ...changed, last_modified_time: at })
				.execute()
		},
		async delete(webhookId, at) {
			await update(webhookId).set({ deleted_time: at, parameters: '{}', description: null, last_modified_time: at }).execute()
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

function webhookOfRow(row: Selectable<Tables['webhooks']>): Webhook {
	return {
		webhookId: row.webhook_id,
		name: row.name,
		tokenHash: row.token_hash,
		runbookName: row.runbook_name,
		parameters: JSON.parse(row.parameters),
		description: row.description,
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
