import { z } from 'zod'
import { timeOf } from '../instant.ts'
import { OVERLAP_SECONDS, OVERLAP_SECONDS_MAX } from '../limits.ts'
import type { WebhookRequest } from '../webhooks/manage-webhook.ts'
import { protectionMembers } from '../webhooks/protections.ts'
import { allowedOriginsSchema } from '../webhooks/webhooks-file.ts'
import { nameFault, parametersSchema } from './wire.ts'

/** Whatever is no time is answered in Azure's words. */
const expiryTimeSchema = z
	.unknown()
	.optional()
	.meta({ override: { type: 'string', format: 'date-time' } })

/** The instant that a request names; NaN where it is no time. */
export function expiryTimeOf(given: unknown): number | undefined {
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
	isTokenRequired: protectionMembers.isTokenRequired.nullable(),
	signature: protectionMembers.signature.nullable(),
	entraId: protectionMembers.entraId.nullable(),
	allowedAddresses: protectionMembers.allowedAddresses.nullable(),
	rateLimit: protectionMembers.rateLimit.nullable(),
	bodyBytesMax: protectionMembers.bodyBytesMax.nullable(),
	bodyIdentifiesDelivery: protectionMembers.bodyIdentifiesDelivery.nullable(),
	protectionMode: protectionMembers.protectionMode.nullable(),
	priority: protectionMembers.priority.nullable(),
	concurrencyKey: protectionMembers.concurrencyKey.nullable(),
	concurrency: protectionMembers.concurrency.nullable(),
	overflow: protectionMembers.overflow.nullable(),
}
/** The body of a request to create or change a webhook. */
export const webhookRequestSchema = z
	.object({ name: z.string().nullish(), properties: z.object(properties).nullish() })
	.meta({ id: 'WebhookCreateOrUpdate' })

/** The body of a request for a successor. */
export const webhookReplaceSchema = z
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

/** What a request asks for, or what is wrong with it. */
export function webhookRequestOf(
	name: string,
	{ name: named, properties: members }: z.infer<typeof webhookRequestSchema>,
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
		// null takes a protection away, what is absent leaves it as it is.
		protections: given,
		runOn: given.runOn ?? undefined,
	}
}
