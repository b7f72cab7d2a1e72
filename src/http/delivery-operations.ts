import { z } from 'zod'
import type { JobStore } from '../jobs/job-store.ts'
import { WEBHOOK_BODY_BYTES_MAX } from '../limits.ts'
import type { Log } from '../log.ts'
import type { RunbookContent } from '../runbooks/runbook.ts'
import { readTraceparent } from '../traceparent.ts'
import type { CallParts } from '../webhooks/call-webhook.ts'
import type { Delivery } from '../webhooks/delivery.ts'
import type { DeliveryLog } from '../webhooks/delivery-log.ts'
import type { DeliveryStore } from '../webhooks/delivery-store.ts'
import { replayDelivery } from '../webhooks/replay-delivery.ts'
import { sampleSenders } from '../webhooks/sample-call.ts'
import { tryWebhook } from '../webhooks/try-webhook.ts'
import type { Webhook } from '../webhooks/webhook.ts'
import { callRefusal, isRefusal } from './call-answer.ts'
import { deliveryBody, deliverySchema, deliverySummaryBody, deliverySummarySchema } from './delivery-body.ts'
import { faultySkipToken, numberKeyOf, page, pageQuery, pageSchema } from './list-request.ts'
import { type Operation, operation, type Reply, refuse } from './operation.ts'
import { verdictOf } from './webhook-route.ts'

export type DeliveryParts = {
	deliveries: DeliveryStore
	deliveryLog: DeliveryLog
	/** What calls are made with. */
	calling: CallParts
	jobs: Pick<JobStore, 'get'>
	contentOf: (contentHash: string) => Promise<RunbookContent | undefined>
	accountPath: string
	publicUrl: () => string
	log: Log
}

const path = '/webhooks/{webhook}/deliveries'

/** Beyond Azure: what came to a webhook and what became of it, sending it again, and trying it. */
export function deliveryOperations(parts: DeliveryParts): Operation[] {
	return [listOperation(parts), getOperation(parts), replayOperation(parts), testOperation(parts)]
}

/** The webhook that a request names, or why there is none. */
async function webhookOf(
	{ calling }: DeliveryParts,
	{ webhook: name = '' }: Record<string, string>,
): Promise<{ webhook: Webhook } | { missing: Reply }> {
	const webhook = await calling.webhooks.findByName(name)
	return webhook ? { webhook } : { missing: refuse('NotFound', `There is no webhook '${name.slice(0, 128)}'.`) }
}

async function deliveryOf(
	parts: DeliveryParts,
	names: Record<string, string>,
): Promise<{ webhook: Webhook; delivery: Delivery } | { missing: Reply }> {
	const found = await webhookOf(parts, names)
	if ('missing' in found) return found
	await parts.deliveryLog.flush()
	const delivery = await parts.deliveries.get(found.webhook.name, names.delivery!)
	if (delivery) return { ...found, delivery }
	return { missing: refuse('NotFound', `Webhook '${found.webhook.name}' has no delivery '${names.delivery!.slice(0, 128)}'.`) }
}

function listOperation(parts: DeliveryParts): Operation {
	const { deliveries, deliveryLog, accountPath, publicUrl } = parts
	return operation(
		{
			operationId: 'WebhookDelivery_List',
			action: 'webhooks/deliveries/read',
			method: 'get',
			path,
			summary: 'List the latest deliveries of a webhook, accepted and refused ones, the newest first.',
			query: pageQuery,
			answers: { 200: { description: 'A page of deliveries.', schema: pageSchema(deliverySummarySchema) } },
		},
		async ({ request, query, names }) => {
			const after = numberKeyOf(query)
			if (after === 'faulty') return refuse('BadRequest', faultySkipToken)
			const found = await webhookOf(parts, names)
			if ('missing' in found) return found.missing
			const { name } = found.webhook
			await deliveryLog.flush()
			const { deliveries: shown, next } = await deliveries.list(name, { after, limit: query.$top })
			const value = shown.map((each) => deliverySummaryBody(each, accountPath))
			const base = `${publicUrl()}${accountPath}/webhooks/${encodeURIComponent(name)}/deliveries`
			return { status: 200, json: page(value, next === undefined ? undefined : String(next), { request, base }) }
		},
	)
}

function getOperation(parts: DeliveryParts): Operation {
	return operation(
		{
			operationId: 'WebhookDelivery_Get',
			action: 'webhooks/deliveries/read',
			method: 'get',
			path: `${path}/{delivery}`,
			summary: 'Get a delivery with its headers and its body.',
			answers: { 200: { description: 'The delivery.', schema: deliverySchema } },
		},
		async ({ names }) => {
			const found = await deliveryOf(parts, names)
			return 'missing' in found ? found.missing : { status: 200, json: deliveryBody(found.delivery, parts.accountPath) }
		},
	)
}

const replaySchema = z
	.object({
		properties: z
			.object({
				content: z
					.enum(['newest', 'same'], 'must be newest or same')
					.optional()
					.describe('The runbook as it is now (default), or as it was for the job that the delivery made.'),
			})
			.nullish(),
	})
	.meta({ id: 'WebhookDeliveryReplay' })
const jobIdsSchema = z.object({ JobIds: z.array(z.string()) }).meta({ id: 'JobIds' })

function replayOperation(parts: DeliveryParts): Operation {
	const { calling, jobs, contentOf, deliveryLog, publicUrl, log } = parts
	return operation(
		{
			operationId: 'WebhookDelivery_Replay',
			action: 'webhooks/deliveries/replay/action',
			method: 'post',
			path: `${path}/{delivery}/replay`,
			summary: 'Make a job of a delivery once more, whatever was answered to it then.',
			body: replaySchema,
			audited: ({ properties }) => ({ content: properties?.content ?? 'newest' }),
			answers: { 202: { description: 'The job.', schema: jobIdsSchema } },
		},
		async ({ request, names, body, now }) => {
			const began = performance.now()
			const found = await deliveryOf(parts, names)
			if ('missing' in found) return found.missing
			const { webhook, delivery } = found
			const content = body.properties?.content ?? 'newest'
			const traceparent = readTraceparent(request.headers.traceparent)
			const outcome = await replayDelivery({ ...calling, jobs, contentOf }, { webhook, delivery, content, now, traceparent })
			if (outcome.kind === 'conflict') return refuse('Conflict', outcome.message)
			if (outcome.kind === 'queueFull') return refuse('ServiceUnavailable', 'As many jobs wait as may. Try again later.')
			const { jobId } = outcome
			log.info('A delivery was sent again by request', { webhookName: webhook.name, deliveryId: delivery.deliveryId, jobId })
			deliveryLog.note({
				...{ kind: 'replay', webhook, status: 202, code: null, jobId, isRepeated: false, isSkipped: false },
				reason: `Delivery ${delivery.deliveryId} was sent again.`,
				call: { rawHeaders: Object.entries(delivery.headers).flat(), address: delivery.sourceAddress, now },
				body: delivery.body === null ? undefined : Buffer.from(delivery.body),
				durationMicroseconds: Math.round((performance.now() - began) * 1_000),
			})
			return { status: 202, json: { JobIds: [jobId] }, headers: { Location: `${publicUrl()}/jobs/${jobId}` } }
		},
	)
}

const trialSchema = z
	.object({
		properties: z
			.object({
				sender: z
					.enum(sampleSenders, `must be one of ${sampleSenders.join(', ')}`)
					.nullish()
					.describe("Whose call it looks like; default by the webhook's signature."),
				body: z.string().max(WEBHOOK_BODY_BYTES_MAX).nullish().describe("A body of your own in place of the sample's."),
				dryRun: z.boolean('must be true or false').nullish().describe('true: stop before a job is made.'),
			})
			.nullish(),
	})
	.meta({ id: 'WebhookTest' })
export const trialResultSchema = z
	.object({
		properties: z.object({
			status: z.int().describe('What a sender would be answered.'),
			code: z.string().nullable(),
			message: z.string().nullable(),
			reason: z.string().nullable().describe('In more words than a sender would be told.'),
			jobId: z.string().nullable().describe('The job that was made; null for none.'),
			unchecked: z.array(z.enum(['allowedAddresses', 'entraId'])).describe('Protections of the webhook that a trial cannot try.'),
		}),
	})
	.meta({ id: 'WebhookTestResult' })

function testOperation(parts: DeliveryParts): Operation {
	const { calling, deliveryLog, log } = parts
	return operation(
		{
			operationId: 'Webhook_Test',
			action: 'webhooks/test/action',
			method: 'post',
			path: '/webhooks/{webhook}/test',
			summary: "Call a webhook as a sender would, signed with the webhook's own secret, and say what comes of it.",
			body: trialSchema,
			audited: ({ properties }) => ({ dryRun: properties?.dryRun === true }),
			answers: { 200: { description: 'What came of it.', schema: trialResultSchema } },
		},
		async ({ request, names, body, now }) => {
			const found = await webhookOf(parts, names)
			if ('missing' in found) return found.missing
			const { webhook } = found
			const began = performance.now()
			const { sender, body: ownBody, dryRun } = body.properties ?? {}
			const traceparent = readTraceparent(request.headers.traceparent)
			const trial = { sender: sender ?? undefined, body: ownBody ?? undefined, makesJob: dryRun !== true, now, traceparent }
			const { outcome, unchecked, call, body: sent } = await tryWebhook(calling, webhook, trial)
			if (!('webhook' in outcome)) throw new Error('A webhook that was found is tried without its token.')
			const { webhook: _, isRepeated, isSkipped, ...verdict } = verdictOf(outcome)
			const durationMicroseconds = Math.round((performance.now() - began) * 1_000)
			if (trial.makesJob)
				deliveryLog.note({ kind: 'test', webhook, call, body: sent, durationMicroseconds, isRepeated, isSkipped, ...verdict })
			log.info('A webhook was tried by request', { webhookName: webhook.name, status: verdict.status, jobId: verdict.jobId })
			return {
				status: 200,
				json: { properties: { ...verdict, message: isRefusal(outcome) ? callRefusal(outcome).message : null, unchecked } },
			}
		},
	)
}
