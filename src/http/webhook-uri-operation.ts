import { z } from 'zod'
import { generateUri } from '../webhooks/manage-webhook.ts'
import type { WebhookStore } from '../webhooks/webhook-store.ts'
import { type Operation, operation } from './operation.ts'

type Parts = { webhooks: WebhookStore; publicUrl: () => string }

/** Azure's clients ask for an address first, and create the webhook with it. */
export function webhookUriOperation({ webhooks, publicUrl }: Parts): Operation {
	return operation(
		{
			operationId: 'Webhook_GenerateUri',
			action: 'webhooks/action',
			method: 'post',
			path: '/webhooks/generateUri',
			summary: 'Generate an address for a webhook to come; one that is not used within an hour is forgotten.',
			answers: { 200: { description: 'The address.', schema: z.string() } },
		},
		async ({ now }) => ({ status: 200, json: await generateUri({ webhooks, publicUrl: publicUrl(), now }) }),
	)
}
