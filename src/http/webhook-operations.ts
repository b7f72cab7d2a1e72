import { z } from 'zod'
import type { AuditEntry } from '../audit/audit-event.ts'
import { timeOf } from '../instant.ts'
import { OVERLAP_SECONDS, OVERLAP_SECONDS_MAX } from '../limits.ts'
import type { Log } from '../log.ts'
import type { RunbookCatalog } from '../runbooks/runbook-catalog.ts'
import {
	deleteWebhook,
	patchWebhook,
	putWebhook,
	replaceWebhook,
	type WebhookOutcome,
	type WebhookRequest,
} from '../webhooks/manage-webhook.ts'
import { isEffectivelyEnabled, type Webhook } from '../webhooks/webhook.ts'
import type { WebhookStore } from '../webhooks/webhook-store.ts'
import { allowedOriginsSchema } from '../webhooks/webhooks-file.ts'
import { type FilterFields, readFilter, textsOf } from './filter.ts'
import { filteredPageQuery, pageOfNamed, pageSchema } from './list-request.ts'
import { type Operation, operation, type Reply, refuse, worded, written } from './operation.ts'
import { webhookBody, webhookSchema } from './webhook-body.ts'
import { webhookUriOperation } from './webhook-uri-operation.ts'
import { nameFault, parametersSchema, timeText } from './wire.ts'

export type WebhookParts = {
	webhooks: WebhookStore
	runbooks: Pick<RunbookCatalog, 'find'>
	accountPath: string
	publicUrl: () => string
	log: Log
}

/** Whatever is no time is answered in Azure's words. */
const expiryTimeSchema = z
	.unknown()
	.optional()
	.meta({ override: { type: 'string', format: 'date-time' } })

function expiryTimeOf(given: unknown): number | undefined {
	if (given === undefined || given === null) return undefined
	return typeof given === 'string' ? timeOf(given) : Number.NaN
}

const properties = {
	isEnabled: z.boolean('must be true or false').nullish(),
	uri: z.string().nullish().describe('An address from generateUri. Without one the answer holds a new address, once.'),
	expiryTime: expiryTimeSchema.describe('When the address stops working, at most ten years ahead. Fixed once issued.'),
	parameters: parametersSchema,
	runbook: z.object({ name: z.string('is mandatory') }).nullish(),
	runOn: z.string().nullish().describe('Hybrid worker groups are not supported: empty or absent.'),
	description: z.string().max(512, 'must have at most 512 characters').nullish(),
	allowedOrigins: allowedOriginsSchema.nullish(),
}
const requestSchema = z
	.object({ name: z.string().nullish(), properties: z.object(properties).nullish() })
	.meta({ id: 'WebhookCreateOrUpdate' })

const replaceSchema = z
	.object({
		properties: z.object(
			{
				expiryTime: expiryTimeSchema.describe('When the new address stops working.'),
				overlapSeconds: z
					.int('must be a whole number')
					.min(0, 'must not be negative')
					.max(OVERLAP_SECONDS_MAX, `must be at most ${OVERLAP_SECONDS_MAX}`)
					.default(OVERLAP_SECONDS)
					.describe('How long the old address stays valid beside the new one, seconds; one day unless told.'),
			},
			'is mandatory',
		),
	})
	.meta({ id: 'WebhookReplace' })

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
		async ({ request, query }) => {
			const filter = readFilter(query.$filter, filterFields)
			if (filter.kind === 'refused') return refuse('BadRequest', filter.message)
			const names = textsOf(filter.terms, 'properties/runbook/name').map((name) => name.toLowerCase())
			const found = (await webhooks.list()).filter(({ runbookName }) => names.every((name) => name === runbookName.toLowerCase()))
			const body = (webhook: Webhook) => webhookBody(webhook, accountPath)
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
				summary: 'Create a webhook, or enable, disable or describe one that is there.',
				body: requestSchema,
				audited: auditedMembers,
				answers: {
					200: { description: 'The webhook that was there.', schema: webhookSchema },
					201: { description: 'The new webhook.', schema: webhookSchema },
				},
			},
			async ({ names, body, now }) => {
				const request = requestOf(names.webhook!, body)
				return 'message' in request ? refuse('BadRequest', request.message) : answer(await putWebhook(acting(now), request), parts)
			},
		),
		operation(
			{
				operationId: 'Webhook_Update',
				action: 'webhooks/write',
				method: 'patch',
				path,
				summary: 'Enable, disable or describe a webhook.',
				body: requestSchema,
				audited: auditedMembers,
				answers: { 200: { description: 'The webhook.', schema: webhookSchema } },
			},
			async ({ names, body, now }) => {
				const request = requestOf(names.webhook!, body)
				return 'message' in request ? refuse('BadRequest', request.message) : answer(await patchWebhook(acting(now), request), parts)
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
			async ({ names }) => {
				const webhook = await webhooks.findByName(names.webhook!)
				if (!webhook) return refuse('NotFound', `There is no webhook '${names.webhook!.slice(0, 128)}'.`)
				return { status: 200, json: webhookBody(webhook, accountPath) }
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
			body: replaceSchema,
			audited: ({ properties: { expiryTime, overlapSeconds } }) => ({ expiryTime: String(expiryTime), overlapSeconds }),
			answers: { 200: { description: 'The successor, with its address.', schema: webhookSchema } },
		},
		async ({ names, body, now }) => {
			const { expiryTime, overlapSeconds } = body.properties
			const request = { name: names.webhook!, expiryTime: expiryTimeOf(expiryTime), overlapSeconds }
			const outcome = await replaceWebhook({ webhooks, publicUrl: publicUrl(), now }, request)
			return answer(outcome, parts, { status: 200 })
		},
	)
}

/** Tells apart who issued, enabled and disabled. */
function auditedMembers({ properties: members }: z.infer<typeof requestSchema>): AuditEntry['details'] {
	const { isEnabled, expiryTime, runbook } = members ?? {}
	return {
		...(isEnabled == null ? {} : { isEnabled }),
		...(expiryTime == null ? {} : { expiryTime: String(expiryTime) }),
		...(runbook == null ? {} : { runbook: runbook.name }),
	}
}

function requestOf(
	name: string,
	{ name: named, properties: members }: z.infer<typeof requestSchema>,
): WebhookRequest | { message: string } {
	const given: Partial<NonNullable<typeof members>> = members ?? {}
	const fault = nameFault('webhook', name, named)
	if (fault !== undefined) return { message: fault }
	return {
		name,
		runbookName: given.runbook?.name,
		expiryTime: expiryTimeOf(given.expiryTime),
		uri: given.uri ?? undefined,
		parameters: given.parameters ?? undefined,
		isEnabled: given.isEnabled ?? undefined,
		description: given.description ?? undefined,
		allowedOrigins: given.allowedOrigins ?? undefined,
		runOn: given.runOn ?? undefined,
	}
}

function answer(outcome: WebhookOutcome, { accountPath, publicUrl, log }: WebhookParts, { status }: { status?: 200 } = {}): Reply {
	if ('message' in outcome) return worded(outcome)
	const { name: webhookName, runbookName } = outcome.webhook
	const done = status ? 'replaced' : outcome.kind === 'created' ? 'created' : 'put or changed'
	log.info(`Webhook ${done} by request`, { webhookName, runbookName, isEnabled: isEffectivelyEnabled(outcome.webhook) })
	const json = webhookBody(outcome.webhook, accountPath, {
		uri: outcome.uri ?? '',
		...(outcome.overlapEndTime === undefined ? {} : { overlapEndTime: timeText(outcome.overlapEndTime) }),
	})
	return written(json, { isNew: outcome.kind === 'created' && status === undefined, publicUrl })
}
