import { z } from 'zod'
import { UNUSED_WEBHOOK_DAYS } from '../limits.ts'
import { isTokenless, protectionMembers } from '../webhooks/protections.ts'
import { isEffectivelyEnabled, isUnused, type Webhook } from '../webhooks/webhook.ts'
import { nullableTimeSchema, parameterTexts, runbookReferenceSchema, timeSchema, timeText, typeOf } from './wire.ts'

const { isTokenRequired, bodyIdentifiesDelivery, protectionMode, priority, overflow, ...rules } = protectionMembers
/** What always says something, and what can be null. */
const switches = z.object({ isTokenRequired, bodyIdentifiesDelivery, protectionMode, priority, overflow }).required().shape
const nullableRules = {
	signature: rules.signature.unwrap().nullable(),
	entraId: rules.entraId.unwrap().nullable(),
	allowedAddresses: rules.allowedAddresses.unwrap().nullable(),
	rateLimit: rules.rateLimit.unwrap().nullable(),
	bodyBytesMax: rules.bodyBytesMax.unwrap().nullable(),
	concurrencyKey: rules.concurrencyKey.unwrap().nullable(),
	concurrency: rules.concurrency.unwrap().nullable(),
}

export const webhookSchema = z
	.object({
		id: z.string(),
		name: z.string(),
		type: z.string(),
		properties: z.object({
			isEnabled: z.boolean(),
			uri: z.string().describe('The address, in the one answer that issued it; empty otherwise.'),
			expiryTime: timeSchema,
			lastInvokedTime: nullableTimeSchema,
			parameters: z.record(z.string(), z.string()).nullable(),
			runbook: runbookReferenceSchema,
			runOn: z.null(),
			creationTime: timeSchema,
			lastModifiedTime: timeSchema,
			lastModifiedBy: z.string().nullable(),
			description: z.string().nullable(),
			allowedOrigins: z.array(z.string()).describe('CloudEvents senders that may use it.'),
			...switches,
			...nullableRules,
			isUnused: z.boolean().describe(`Not called for ${UNUSED_WEBHOOK_DAYS} days: perhaps nobody needs it any more.`),
			origin: z.enum(['file', 'api']).describe('Who declares it: webhooks.json, or this API.'),
			fault: z
				.string()
				.nullable()
				.optional()
				.describe('Why calls cannot be checked, such as a secret that is not there; in answers about one webhook.'),
			overlapEndTime: timeSchema.optional().describe('Until when the address that was replaced is valid; only in the answer to replace.'),
		}),
	})
	.meta({ id: 'Webhook' })

/** A webhook in Azure Automation's envelope. `also` is what one answer alone shows. */
export function webhookBody(
	webhook: Webhook,
	{ accountPath, now }: { accountPath: string; now: number },
	also: { uri: string; fault?: string | null; overlapEndTime?: string } = { uri: '' },
): z.infer<typeof webhookSchema> {
	const parameters = parameterTexts(webhook.parameters)
	const { signature, entraId, allowedAddresses, rateLimit, bodyBytesMax, bodyIdentifiesDelivery, protectionMode } = webhook.protections
	const { priority, concurrencyKey, concurrency, overflow } = webhook.protections
	return {
		id: `${accountPath}/webhooks/${encodeURIComponent(webhook.name)}`,
		name: webhook.name,
		type: typeOf('Webhooks'),
		properties: {
			isEnabled: isEffectivelyEnabled(webhook),
			expiryTime: timeText(webhook.expiryTime),
			lastInvokedTime: timeText(webhook.lastInvokedTime),
			parameters: Object.keys(parameters).length > 0 ? parameters : null,
			runbook: { name: webhook.runbookName },
			runOn: null,
			creationTime: timeText(webhook.creationTime),
			lastModifiedTime: timeText(webhook.lastModifiedTime),
			lastModifiedBy: null,
			description: webhook.description,
			allowedOrigins: [...webhook.allowedOrigins],
			isTokenRequired: !isTokenless(webhook.protections),
			bodyIdentifiesDelivery: bodyIdentifiesDelivery ?? false,
			protectionMode: protectionMode ?? 'enforce',
			signature: signature ?? null,
			entraId: entraId ?? null,
			allowedAddresses: allowedAddresses ?? null,
			rateLimit: rateLimit ?? null,
			bodyBytesMax: bodyBytesMax ?? null,
			priority: priority ?? 0,
			concurrencyKey: concurrencyKey ?? null,
			concurrency: concurrency ?? null,
			overflow: overflow ?? 'queue',
			isUnused: isUnused(webhook, now),
			origin: webhook.origin,
			...also,
		},
	}
}
