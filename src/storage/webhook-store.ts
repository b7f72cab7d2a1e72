import { type Kysely, type Selectable, sql } from 'kysely'
import { GENERATED_URIS_MAX } from '../limits.ts'
import { isTokenless } from '../webhooks/protections.ts'
import type { NewWebhook, Webhook } from '../webhooks/webhook.ts'
import type { WebhookStore } from '../webhooks/webhook-store.ts'
import type { Transact } from './queries.ts'
import type { Tables } from './tables.ts'

type Parts = {
	transact: Transact
	/** Told when a note of a call could not be written. */
	onError: (error: unknown) => void
}

/** Webhooks over any database. */
export function openWebhookStore(queries: Kysely<Tables>, { transact, onError }: Parts): WebhookStore {
	const update = (webhookId: number) => queries.updateTable('webhooks').where('webhook_id', '=', webhookId)
	/** The webhook of a name, and those that it replaced and whose URLs are still valid. */
	const updateValid = (name: string, at: number) =>
		queries
			.updateTable('webhooks')
			.where('name_key', '=', name.toLowerCase())
			.where((is) => is.or([is('deleted_time', 'is', null), is('deleted_time', '>', at)]))
	return {
		...openGenerated(queries, transact),
		...openNotes(queries, onError),
		async findByTokenHash(tokenHash) {
			const row = await queries.selectFrom('webhooks').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst()
			return row && webhookOfRow(row)
		},
		async findTokenless(name) {
			const named = queries.selectFrom('webhooks').selectAll().where('name_key', '=', name.toLowerCase())
			const row = await named.where('deleted_time', 'is', null).executeTakeFirst()
			const webhook = row && webhookOfRow(row)
			return webhook && isTokenless(webhook.protections) ? webhook : undefined
		},
		async list() {
			const rows = await queries.selectFrom('webhooks').selectAll().where('deleted_time', 'is', null).orderBy('name_key').execute()
			return rows.map(webhookOfRow)
		},
		async listValid(at) {
			const valid = queries.selectFrom('webhooks').selectAll()
			const rows = await valid.where((is) => is.or([is('deleted_time', 'is', null), is('deleted_time', '>', at)])).execute()
			return rows.map(webhookOfRow)
		},
		async findByName(name) {
			const named = queries.selectFrom('webhooks').selectAll().where('name_key', '=', name.toLowerCase())
			const row = await named.where('deleted_time', 'is', null).executeTakeFirst()
			return row && webhookOfRow(row)
		},
		async create(webhook, at) {
			const insert = queries
				.insertInto('webhooks')
				.values(rowOf(webhook, at))
				.onConflict((conflict) => conflict.doNothing())
			const isUsed = queries.selectFrom('webhooks').select('token_hash').where('token_hash', '=', webhook.tokenHash)
			const used = queries.deleteFrom('generated_uris').where('token_hash', '=', webhook.tokenHash).where('token_hash', 'in', isUsed)
			const [rows] = await transact([insert.returningAll(), used])
			return firstOf(rows!)
		},
		async replace(webhookId, { tokenHash, expiryTime }, { at, until }) {
			// The hash of the successor tells this change from any other one of the same moment.
			const ending = update(webhookId).set({ deleted_time: until, successor_hash: tokenHash, last_modified_time: at })
			const successor = successorOf(queries, { webhookId, tokenHash, expiryTime, at })
			const [, rows] = await transact([ending.where('deleted_time', 'is', null), successor.returningAll()])
			return firstOf(rows!)
		},
		async update(webhook, { isEnabled, isEnabledInFile, description, allowedOrigins, protections }, at) {
			const changed = {
				...(isEnabled === undefined ? {} : { is_enabled: Number(isEnabled) }),
				...(isEnabledInFile === undefined ? {} : { is_enabled_in_file: Number(isEnabledInFile) }),
				...(description === undefined ? {} : { description }),
				...(allowedOrigins === undefined ? {} : { allowed_origins: JSON.stringify(allowedOrigins) }),
				...(protections === undefined ? {} : { protections: JSON.stringify(protections) }),
			}
			await updateValid(webhook.name, at)
				.set({ ...changed, last_modified_time: at })
				.execute()
		},
		async delete(webhook, at) {
			await transact([
				updateValid(webhook.name, at).set({ deleted_time: at, last_modified_time: at }),
				forget(queries, at).where('name_key', '=', webhook.name.toLowerCase()),
				queries.deleteFrom('deliveries').where('name_key', '=', webhook.name.toLowerCase()),
				queries.deleteFrom('call_counts').where('name_key', '=', webhook.name.toLowerCase()),
			])
		},
		async forgetReplaced(at) {
			await forget(queries, at).execute()
		},
	}
}

function openGenerated(queries: Kysely<Tables>, transact: Parts['transact']): Pick<WebhookStore, 'keepGenerated' | 'isGenerated'> {
	return {
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
	}
}

/** What is noted of a webhook in passing. */
function openNotes(
	queries: Kysely<Tables>,
	onError: Parts['onError'],
): Pick<WebhookStore, 'markExpired' | 'noteExpiryWarning' | 'noteInvoked'> {
	const update = (webhookId: number) => queries.updateTable('webhooks').where('webhook_id', '=', webhookId)
	return {
		async markExpired(webhookId, at) {
			await update(webhookId).set({ expired_time: at }).where('expired_time', 'is', null).execute()
		},
		async noteExpiryWarning(webhookId, days) {
			const due = update(webhookId).where((is) => is.or([is('expiry_warned_days', 'is', null), is('expiry_warned_days', '>', days)]))
			return (await due.set({ expiry_warned_days: days }).returning('webhook_id').execute()).length > 0
		},
		noteInvoked: latestOnly((webhookId, at) => update(webhookId).set({ last_invoked_time: at }).execute(), onError),
	}
}

/** Writes the time of a call; one write at a time and webhook, so that under load thousands of calls share one. */
function latestOnly(write: (webhookId: number, at: number) => Promise<unknown>, onError: (error: unknown) => void) {
	const underWay = new Map<number, { at: number }>()
	const writeAll = async (webhookId: number, latest: { at: number }): Promise<void> => {
		try {
			for (let written: number | undefined; written !== latest.at; ) {
				written = latest.at
				await write(webhookId, written)
			}
		} finally {
			underWay.delete(webhookId)
		}
	}
	return (webhookId: number, at: number): void => {
		const latest = underWay.get(webhookId)
		if (latest) latest.at = at
		else {
			const first = { at }
			underWay.set(webhookId, first)
			writeAll(webhookId, first).catch(onError)
		}
	}
}

/** What a successor takes over, as it stands at that moment. */
const keptColumns = [
	...(['name', 'name_key', 'runbook_name', 'parameters', 'description', 'allowed_origins', 'protections', 'origin'] as const),
	...(['is_enabled', 'is_enabled_in_file', 'last_invoked_time'] as const),
] as const

type Successor = { webhookId: number; tokenHash: string; expiryTime: number; at: number }

/** Writes the successor of a webhook whose row names it; nothing where none does. */
function successorOf(queries: Kysely<Tables>, { webhookId, tokenHash, expiryTime, at }: Successor) {
	const predecessor = queries.selectFrom('webhooks').where('webhook_id', '=', webhookId).where('successor_hash', '=', tokenHash)
	return queries
		.insertInto('webhooks')
		.columns([...keptColumns, 'token_hash', 'expiry_time', 'creation_time', 'last_modified_time'])
		.expression(
			predecessor.select([
				...keptColumns,
				...[sql<string>`${tokenHash}`.as('token_hash'), sql<number>`cast(${expiryTime} as bigint)`.as('expiry_time')],
				...[sql<number>`cast(${at} as bigint)`.as('creation_time'), sql<number>`cast(${at} as bigint)`.as('last_modified_time')],
			]),
		)
}

/** Of a deleted webhook only the hash of its token is remembered. */
function forget(queries: Kysely<Tables>, at: number) {
	const forgotten = { parameters: '{}', description: null, allowed_origins: '[]', protections: '{}' }
	return queries
		.updateTable('webhooks')
		.set(forgotten)
		.where('deleted_time', '<=', at)
		.where((is) => is.or([is('parameters', '<>', '{}'), is('protections', '<>', '{}')]))
}

function rowOf(webhook: NewWebhook, at: number) {
	return {
		name: webhook.name,
		name_key: webhook.name.toLowerCase(),
		token_hash: webhook.tokenHash,
		runbook_name: webhook.runbookName,
		parameters: JSON.stringify(webhook.parameters),
		description: webhook.description,
		allowed_origins: JSON.stringify(webhook.allowedOrigins),
		protections: JSON.stringify(webhook.protections),
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

export function webhookOfRow(row: Selectable<Tables['webhooks']>): Webhook {
	return {
		webhookId: row.webhook_id,
		name: row.name,
		tokenHash: row.token_hash,
		runbookName: row.runbook_name,
		parameters: JSON.parse(row.parameters),
		description: row.description,
		allowedOrigins: JSON.parse(row.allowed_origins),
		protections: JSON.parse(row.protections),
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
