import type { z } from 'zod'
import type { AuditEntry } from '../audit/audit-event.ts'
import { StoreUnavailableError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { RunbookCatalog } from '../runbooks/runbook-catalog.ts'
import type { Guard } from '../webhooks/check-call.ts'
import { deleteWebhook, patchWebhook, putWebhook, replaceWebhook, type WebhookOutcome } from '../webhooks/manage-webhook.ts'
import { protectionMembers } from '../webhooks/protections.ts'
import { isEffectivelyEnabled, type Webhook } from '../webhooks/webhook.ts'
import type { WebhookStore } from '../webhooks/webhook-store.ts'
import { type FilterFields, readFilter, textsOf } from './filter.ts'
import { filteredPageQuery, pageOfNamed, pageSchema } from './list-request.ts'
import { type Operation, operation, type Reply, refuse, worded, written } from './operation.ts'
import { webhookBody, webhookSchema } from './webhook-body.ts'
import { expiryTimeOf, webhookReplaceSchema, webhookRequestOf, webhookRequestSchema } from './webhook-request.ts'
import { webhookUriOperation } from './webhook-uri-operation.ts'
import { timeText } from './wire.ts'

export type WebhookParts = {
	webhooks: WebhookStore
	runbooks: Pick<RunbookCatalog, 'find'>
	/** What calls are checked with. */
	guard: Pick<Guard, 'secrets'>
	accountPath: string
	publicUrl: () => string
	log: Log
}

/** Webhooks: create, list, read, change, replace and delete. */
export function webhookOperations(parts: WebhookParts): Operation[] {
	return [webhookUriOperation(parts), listOperation(parts), ...itemOperations(parts), replaceOperation(parts)]
}

const filterFields: FilterFields = { 'properties/runbook/name': { operators: ['eq'], kind: 'text' } }

function listOperation({ webhooks, accountPath, publicUrl }: WebhookParts): Operation {
	return operation(
		{
			operationId: 'Webhook_ListByAutomationAccount',
			action: 'webhooks/read',
			method: 'get',
			path: '/webhooks',
			summary: 'List webhooks by name.',
			query: filteredPageQuery,
			answers: { 200: { description: 'A page of webhooks.', schema: pageSchema(webhookSchema) } },
		},
		async ({ request, query, now }) => {
			const filter = readFilter(query.$filter, filterFields)
			if (filter.kind === 'refused') return refuse('BadRequest', filter.message)
			const names = textsOf(filter.terms, 'properties/runbook/name').map((name) => name.toLowerCase())
			const found = (await webhooks.list()).filter(({ runbookName }) => names.every((name) => name === runbookName.toLowerCase()))
			const body = (webhook: Webhook) => webhookBody(webhook, { accountPath, now })
			return { status: 200, json: pageOfNamed(found, query, { request, base: `${publicUrl()}${accountPath}/webhooks`, body }) }
		},
	)
}

function itemOperations(parts: WebhookParts): Operation[] {
	const { webhooks, runbooks, accountPath, publicUrl, log } = parts
	const path = '/webhooks/{webhook}'
	const acting = (now: number) => ({ webhooks, runbooks, publicUrl: publicUrl(), now })
	return [
		operation(
			{
				operationId: 'Webhook_CreateOrUpdate',
				action: 'webhooks/write',
				method: 'put',
				path,
				summary: 'Create a webhook, or enable, disable, describe or protect one that is there.',
				body: webhookRequestSchema,
				audited: auditedMembers,
				answers: {
					200: { description: 'The webhook that was there.', schema: webhookSchema },
					201: { description: 'The new webhook.', schema: webhookSchema },
				},
			},
			async ({ names, body, now }) => {
				const request = webhookRequestOf(names.webhook!, body)
				return 'message' in request ? refuse('BadRequest', request.message) : answer(await putWebhook(acting(now), request), parts, { now })
			},
		),
		operation(
			{
				operationId: 'Webhook_Update',
				action: 'webhooks/write',
				method: 'patch',
				path,
				summary: 'Enable, disable, describe or protect a webhook.',
				body: webhookRequestSchema,
				audited: auditedMembers,
				answers: { 200: { description: 'The webhook.', schema: webhookSchema } },
			},
			async ({ names, body, now }) => {
				const request = webhookRequestOf(names.webhook!, body)
				return 'message' in request
					? refuse('BadRequest', request.message)
					: answer(await patchWebhook(acting(now), request), parts, { now })
			},
		),
		operation(
			{
				operationId: 'Webhook_Get',
				action: 'webhooks/read',
				method: 'get',
				path,
				summary: 'Get a webhook.',
				answers: { 200: { description: 'The webhook.', schema: webhookSchema } },
			},
			async ({ names, now }) => {
				const webhook = await webhooks.findByName(names.webhook!)
				if (!webhook) return refuse('NotFound', `There is no webhook '${names.webhook!.slice(0, 128)}'.`)
				return { status: 200, json: webhookBody(webhook, { accountPath, now }, { uri: '', fault: await faultOf(webhook, parts) }) }
			},
		),
		operation(
			{
				operationId: 'Webhook_Delete',
				action: 'webhooks/delete',
				method: 'delete',
				path,
				summary: 'Delete a webhook: its address answers 404 from then on.',
				answers: { 200: { description: 'It is gone.' } },
			},
			async ({ names, now }) => {
				const refusal = await deleteWebhook({ webhooks, now }, names.webhook!)
				if (refusal) return worded(refusal)
				log.info('Webhook deleted by request', { webhookName: names.webhook! })
				return { status: 200 }
			},
		),
	]
}

function replaceOperation(parts: WebhookParts): Operation {
	const { webhooks, publicUrl } = parts
	return operation(
		{
			operationId: 'Webhook_Replace',
			action: 'webhooks/replace/action',
			method: 'post',
			path: '/webhooks/{webhook}/replace',
			summary: 'Issue a successor: same binding, new address, new expiry; the old address stays valid for the overlap.',
			body: webhookReplaceSchema,
			audited: ({ properties: { expiryTime, overlapSeconds } }) => ({ expiryTime: String(expiryTime), overlapSeconds }),
			answers: { 200: { description: 'The successor, with its address.', schema: webhookSchema } },
		},
		async ({ names, body, now }) => {
			const { expiryTime, overlapSeconds } = body.properties
			const request = { name: names.webhook!, expiryTime: expiryTimeOf(expiryTime), overlapSeconds }
			const outcome = await replaceWebhook({ webhooks, publicUrl: publicUrl(), now }, request)
			return answer(outcome, parts, { now, status: 200 })
		},
	)
}

/** Tells apart who issued, enabled, disabled and protected. */
function auditedMembers({ properties: members }: z.infer<typeof webhookRequestSchema>): AuditEntry['details'] {
	const { isEnabled, expiryTime, runbook } = members ?? {}
	const protections = protectionNames.filter((name) => members?.[name] !== undefined).map((name) => protectionText(name, members?.[name]))
	return {
		...(isEnabled == null ? {} : { isEnabled }),
		...(expiryTime == null ? {} : { expiryTime: String(expiryTime) }),
		...(runbook == null ? {} : { runbook: runbook.name }),
		...(protections.length === 0 ? {} : { protections: protections.join(', ') }),
	}
}

const protectionNames = Object.keys(protectionMembers) as (keyof typeof protectionMembers)[]

/** null takes a protection away. */
function protectionText(name: string, value: unknown): string {
	return typeof value === 'object' && value !== null ? name : `${name}: ${value}`
}

/** Why calls of a webhook cannot be checked: its operator should not have to wait for the first one to be told. */
async function faultOf({ protections: { signature } }: Webhook, { guard }: WebhookParts): Promise<string | null> {
	if (!signature) return null
	try {
		const { faults } = await guard.secrets.of(signature)
		return faults.length > 0 ? faults.join(' ') : null
	} catch (error) {
		// The answer goes out all the same: an address in it can be told this once.
		if (error instanceof StoreUnavailableError) return error.message
		throw error
	}
}

async function answer(outcome: WebhookOutcome, parts: WebhookParts, { now, status }: { now: number; status?: 200 }): Promise<Reply> {
	const { accountPath, publicUrl, log } = parts
	if ('message' in outcome) return worded(outcome)
	const { name: webhookName, runbookName } = outcome.webhook
	const done = status ? 'replaced' : outcome.kind === 'created' ? 'created' : 'put or changed'
	log.info(`Webhook ${done} by request`, { webhookName, runbookName, isEnabled: isEffectivelyEnabled(outcome.webhook) })
	const json = webhookBody(
		outcome.webhook,
		{ accountPath, now },
		{
			uri: outcome.uri ?? '',
			fault: await faultOf(outcome.webhook, parts),
			...(outcome.overlapEndTime === undefined ? {} : { overlapEndTime: timeText(outcome.overlapEndTime) }),
		},
	)
	return written(json, { isNew: outcome.kind === 'created' && status === undefined, publicUrl })
}
