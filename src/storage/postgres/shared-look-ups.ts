import type { Selectable } from 'kysely'
import type { Webhook } from '../../webhooks/webhook.ts'
import type { WebhookStore } from '../../webhooks/webhook-store.ts'
import type { Tables } from '../tables.ts'
import { webhookOfRow } from '../webhook-store.ts'
import type { PostgresDatabase } from './postgres-database.ts'

const findSql = 'SELECT * FROM webhooks WHERE token_hash = ANY (?1::text[])'

/**
 * Looks up the webhooks of calls that came at the same time by one statement: a statement for each call took longer than all else that it asks for.
 * Nothing is kept: what another runner switched off has to be refused by the next call, so each is answered by what was read after it came.
 */
export function shareLookUps(database: PostgresDatabase): Pick<WebhookStore, 'findByTokenHash'> {
	const find = async (hashes: string[]): Promise<Map<string, Webhook>> => {
		const rows = await database.rows<Selectable<Tables['webhooks']>>(findSql, hashes)
		return new Map(rows.map((row) => [row.token_hash, webhookOfRow(row)]))
	}
	let asked = new Set<string>()
	let found: ReturnType<typeof find> | undefined
	const findAll = async () => {
		// All that can be read now has been by then.
		await new Promise((resolve) => setImmediate(resolve))
		const hashes = [...asked]
		asked = new Set()
		found = undefined
		return find(hashes)
	}
	return {
		async findByTokenHash(tokenHash) {
			asked.add(tokenHash)
			found ??= findAll()
			return (await found).get(tokenHash)
		},
	}
}
