import { isDeepStrictEqual } from 'node:util'
import { hashToken, newToken } from '../access/token.ts'
import type { AuditActor, AuditEntry } from '../audit/audit-event.ts'
import type { AuditStore } from '../audit/audit-store.ts'
import { audited } from '../audit/audit-trail.ts'
import type { Log } from '../log.ts'
import { bindParameters } from '../runbooks/bind-parameters.ts'
import type { RunbookCatalog } from '../runbooks/runbook-catalog.ts'
import { isTokenless, protectionsFault } from './protections.ts'
import { hasExpired, type NewWebhook, type Webhook } from './webhook.ts'
import type { WebhookChange, WebhookStore } from './webhook-store.ts'
import type { WebhookEntry } from './webhooks-file.ts'

/** What has to be done so that the store agrees with the file. */
export type ReconcilePlan = {
	create: WebhookEntry[]
	update: { webhook: Webhook; change: WebhookChange }[]
	delete: Webhook[]
	/** Changes that the file asks for and an issued webhook does not allow, one sentence each. */
	refused: { webhookName: string; reason: string }[]
}

/** Compares the file with the webhooks that are not deleted, by name. Those of the API are left alone. */
export function planReconcile(entries: WebhookEntry[], webhooks: Webhook[]): ReconcilePlan {
	const plan: ReconcilePlan = { create: [], update: [], delete: [], refused: [] }
	const byName = new Map(webhooks.map((webhook) => [webhook.name.toLowerCase(), webhook]))
	const declared = new Set(entries.map(({ name }) => name.toLowerCase()))
	for (const entry of entries) {
		const webhook = byName.get(entry.name.toLowerCase())
		if (!webhook) plan.create.push(entry)
		else if (webhook.origin === 'api')
			plan.refused.push({ webhookName: entry.name, reason: 'A webhook of this name was created through the API: choose another name.' })
		else {
			plan.refused.push(...fixedMembersChanged(entry, webhook).map((reason) => ({ webhookName: entry.name, reason })))
			const change = changeOf(entry, webhook)
			if (change) plan.update.push({ webhook, change })
		}
	}
	plan.delete.push(...webhooks.filter(({ name, origin }) => origin === 'file' && !declared.has(name.toLowerCase())))
	return plan
}

function changeOf(entry: WebhookEntry, webhook: Webhook): WebhookChange | undefined {
	// Whether its token is required is fixed, and refused below.
	const { isTokenRequired: _, ...asked } = entry.protections
	const { isTokenRequired, ...current } = webhook.protections
	const protections = { ...asked, ...(isTokenRequired === undefined ? {} : { isTokenRequired }) }
	const change: WebhookChange = {
		...(entry.isEnabled === webhook.isEnabledInFile ? {} : { isEnabledInFile: entry.isEnabled }),
		...(entry.description === webhook.description ? {} : { description: entry.description }),
		...(isDeepStrictEqual(entry.allowedOrigins, webhook.allowedOrigins) ? {} : { allowedOrigins: entry.allowedOrigins }),
		...(isDeepStrictEqual(asked, current) || protectionsFault(protections) !== undefined ? {} : { protections }),
	}
	return Object.keys(change).length > 0 ? change : undefined
}

function fixedMembersChanged(entry: WebhookEntry, webhook: Webhook): string[] {
	const isChanged: [string, boolean][] = [
		['runbook', entry.runbookName.toLowerCase() !== webhook.runbookName.toLowerCase()],
		['expiryTime', entry.expiryTime !== webhook.expiryTime],
		// Compared as they are kept: JSON text has no -0 and no Infinity.
		['parameters', !isDeepStrictEqual(JSON.parse(JSON.stringify(entry.parameters)), webhook.parameters)],
		['isTokenRequired', isTokenless(entry.protections) !== isTokenless(webhook.protections)],
		['tokenHash', entry.tokenHash !== null && entry.tokenHash !== webhook.tokenHash],
	]
	return isChanged
		.filter(([, changed]) => changed)
		.map(
			([member]) =>
				`'${member}' is fixed since its URL was issued and stays as it was: undo the change, or give the entry a new name to issue a new URL.`,
		)
}

/**
 * Faults of entries that would be new webhooks: no such runbook, values that do not fit it.
 * A runbook that cannot be loaded now is not the file's fault: its callers are told until it can.
 */
export async function declarationFaults(entries: WebhookEntry[], create: WebhookEntry[], runbooks: RunbookCatalog): Promise<string[]> {
	const faults: string[] = []
	for (const entry of create) {
		const place = `webhooks[${entries.indexOf(entry)}]`
		const runbook = await runbooks.find(entry.runbookName)
		if (!runbook) {
			const names = (await runbooks.list()).map(({ name }) => name).join(', ') || 'none'
			faults.push(`${place}.runbook ("${entry.name}"): there is no runbook '${entry.runbookName}'; there are ${names}.`)
		} else if ('content' in runbook) {
			const binding = bindParameters(runbook.content, entry.parameters, { fromWebhook: true })
			if (binding.kind === 'refused') faults.push(`${place}.parameters ("${entry.name}"): ${binding.message}`)
		}
	}
	return faults
}

type ActParts = {
	webhooks: WebhookStore
	audit: Pick<AuditStore, 'append'>
	log: Log
	now: number
	issued: (webhook: Webhook, token: string) => void
}

const fileActor: AuditActor = { kind: 'file', name: 'webhooks.json' }
type Noted = { action: 'write' | 'delete'; details?: AuditEntry['details'] }

/** Carries a plan out. `issued` is told each new token once, after the webhook is kept; nobody can read it again. */
export async function applyPlan(plan: ReconcilePlan, { webhooks, audit, log, now, issued }: ActParts): Promise<void> {
	const noted = <Result>(name: string, { action, details = {} }: Noted, act: () => Promise<Result>): Promise<Result> =>
		audited(
			audit,
			{ time: now, actor: fileActor, sourceAddress: null, action: `webhooks/${action}`, resource: `webhooks/${name}`, details },
			act,
			// What changes nothing, such as a hash that was used before, is nothing to tell.
			() => false,
		)
	for (const { webhookName, reason } of plan.refused) log.warn('A change in webhooks.json was refused', { webhookName, reason })
	// Deleted before new ones are made, so that an entry may take over the name of one that went in the same change.
	for (const webhook of plan.delete) {
		await noted(webhook.name, { action: 'delete' }, () => webhooks.delete(webhook, now))
		log.info('Webhook deleted, its entry is gone from webhooks.json', { webhookName: webhook.name })
	}
	for (const { webhook, change } of plan.update) {
		const { isEnabledInFile } = change
		const details = isEnabledInFile === undefined ? {} : { isEnabled: isEnabledInFile }
		await noted(webhook.name, { action: 'write', details }, () => webhooks.update(webhook, change, now))
		log.info('Webhook changed in webhooks.json', { webhookName: webhook.name, changed: Object.keys(change).join(', ') })
	}
	for (const entry of plan.create) {
		const token = entry.tokenHash === null ? newToken() : undefined
		const { name, runbookName, parameters, description, allowedOrigins, protections, expiryTime, isEnabled } = entry
		const tokenHash = token === undefined ? entry.tokenHash! : hashToken(token)
		const details = { isEnabled, runbook: runbookName, expiryTime: new Date(expiryTime).toISOString() }
		const fixed = { name, tokenHash, runbookName, parameters, expiryTime, description, allowedOrigins, protections }
		const webhook: NewWebhook = { ...fixed, origin: 'file', isEnabled: true, isEnabledInFile: isEnabled }
		const created = await noted(name, { action: 'write', details }, () => webhooks.create(webhook, now))
		if (!created)
			log.warn('A webhook in webhooks.json was refused', {
				webhookName: name,
				reason: 'Its tokenHash was used before, and a token is used once: make a new one.',
			})
		else log.info('Webhook created', { webhookName: name, runbookName })
		if (created && hasExpired(created, now)) log.warn('A webhook was created that has expired already', { webhookName: name })
		if (created && token !== undefined) issued(created, token)
	}
}
