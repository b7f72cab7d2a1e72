import { z } from 'zod'
import { OVERLAP_SECONDS, OVERLAP_SECONDS_MAX } from '../limits.ts'
import type { RunbookCatalog } from '../runbooks/runbook-catalog.ts'
import {
	deleteWebhook,
	generateUri,
	patchWebhook,
	putWebhook,
	type Refusal,
	replaceWebhook,
	type WebhookOutcome,
	type WebhookRequest,
} from '../webhooks/manage-webhook.ts'
import type { Webhook } from '../webhooks/webhook.ts'
import type { WebhookStore } from '../webhooks/webhook-store.ts'
import { allowedOriginsSchema } from '../webhooks/webhooks-file.ts'
import { type FilterFields, readFilter, textsOf } from './filter.ts'
import { filteredPageQuery, pageOfNamed, pageSchema } from './list-request.ts'
import { type Operation, operation, type Reply, refuse } from './operation.ts'
import { webhookBody, webhookSchema } from './webhook-body.ts'
import { chosenNamePattern, chosenNameRule, parametersSchema, timeOf, timeText } from './wire.ts'

export type WebhookParts = {
	webhooks: WebhookStore
	runbooks: Pick<RunbookCatalog, 'find'>
	accountPath: string
	publicUrl: () => string
}

const properties = {
	isEnabled: z.boolean('must be true or false').nullish(),
	uri: z.string().nullish().describe('An address from generateUri. Without one the answer holds a new address, once.'),
	expiryTime: z.string().nullish().describe('When the address stops working, at most ten years ahead. Fixed once issued.'),
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
				expiryTime: z.string('Invalid expiry time').describe('When the new address stops working.'),
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
	return [generateOperation(parts), listOperation(parts), ...itemOperations(parts), replaceOperation(parts)]
}

function generateOperation({ webhooks, publicUrl }: WebhookParts): Operation {
	return operation(
		{
			operationId: 'Webhook_GenerateUri',
			method: 'post',
			path: '/webhooks/generateUri',
			summary: 'Generate an address for a webhook to come; one that is not used within an hour is forgotten.',
			answers: { 200: { description: 'The address.', schema: z.string() } },
		},
		async ({ now }) => ({ status: 200, json: await generateUri({ webhooks, publicUrl: publicUrl(), now }) }),
	)
}

const filterFields: FilterFields = { 'properties/runbook/name': { operators: ['eq'], kind: 'text' } }

function listOperation({ webhooks, accountPath, publicUrl }: WebhookParts): Operation {
	return operation(
		{
			operationId: 'Webhook_ListByAutomationAccount',
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
	const { webhooks, runbooks, accountPath, publicUrl } = parts
	const path = '/webhooks/{webhook}'
	const acting = (now: number) => ({ webhooks, runbooks, publicUrl: publicUrl(), now })
	return [
		operation(
			{
				operationId: 'Webhook_CreateOrUpdate',
				method: 'put',
				path,
				summary: 'Create a webhook, or enable, disable or describe one that is there.',
				body: requestSchema,
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
				method: 'patch',
				path,
				summary: 'Enable, disable or describe a webhook.',
				body: requestSchema,
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
				method: 'delete',
				path,
				summary: 'Delete a webhook: its address answers 404 from then on.',
				answers: { 200: { description: 'It is gone.' } },
			},
			async ({ names, now }) => {
				const refusal = await deleteWebhook({ webhooks, now }, names.webhook!)
				return refusal ? worded(refusal) : { status: 200 }
			},
		),
	]
}

function replaceOperation(parts: WebhookParts): Operation {
	const { webhooks, publicUrl } = parts
	return operation(
		{
			operationId: 'Webhook_Replace',
			method: 'post',
			path: '/webhooks/{webhook}/replace',
			summary: 'Issue a successor: same binding, new address, new expiry; the old address stays valid for the overlap.',
			body: replaceSchema,
			answers: { 200: { description: 'The successor, with its address.', schema: webhookSchema } },
		},
		async ({ names, body, now }) => {
			const { expiryTime, overlapSeconds } = body.properties
			const request = { name: names.webhook!, expiryTime: timeOf(expiryTime), overlapSeconds }
			const outcome = await replaceWebhook({ webhooks, publicUrl: publicUrl(), now }, request)
			return answer(outcome, parts, { overlapEndTime: timeText(now + overlapSeconds * 1_000), status: 200 })
		},
	)
}

function requestOf(
	name: string,
	{ name: named, properties: members }: z.infer<typeof requestSchema>,
): WebhookRequest | { message: string } {
	const given = members ?? {}
	if (!chosenNamePattern.test(name)) return { message: `The name of a webhook has ${chosenNameRule}.` }
	if (named != null && named.toLowerCase() !== name.toLowerCase())
		return { message: `The body names '${named.slice(0, 128)}', the path '${name}'.` }
	return {
		name,
		runbookName: given.runbook?.name,
		expiryTime: given.expiryTime == null ? undefined : timeOf(given.expiryTime),
		uri: given.uri ?? undefined,
		parameters: given.parameters ?? undefined,
		isEnabled: given.isEnabled ?? undefined,
		description: given.description ?? undefined,
		allowedOrigins: given.allowedOrigins ?? undefined,
		runOn: given.runOn ?? undefined,
	}
}

type Also = { status?: 200; overlapEndTime?: string }

function answer(outcome: WebhookOutcome, { accountPath, publicUrl }: WebhookParts, { status, ...also }: Also = {}): Reply {
	if ('message' in outcome) return worded(outcome)
	const json = webhookBody(outcome.webhook, accountPath, { uri: outcome.uri ?? '', ...also })
	const created = outcome.kind === 'created' && status === undefined
	return created ? { status: 201, json, headers: { Location: `${publicUrl()}${json.id}` } } : { status: 200, json }
}

function worded({ kind, message }: Refusal): Reply {
	const codes = { badRequest: 'BadRequest', notFound: 'NotFound', conflict: 'Conflict' } as const
	return refuse(codes[kind], message)
}
