import { defineRunbook, type ReceivedWebhookData, WebhookData, z } from 'runhook'

export default defineRunbook({
	description: 'Tells what an alert says, whoever sent it: to see what a new sender sends, and what a runbook can go by.',
	parameters: z.object({
		WebhookData: WebhookData.nullish(),
		raw: z.boolean().default(false).describe('Whether to add the body as it came.'),
	}),
	run({ parameters, output }) {
		if (!parameters.WebhookData) throw new Error('Runbook meant to be started only from webhook.')
		output(describe(parameters.WebhookData, parameters.raw))
	},
})

/** The facts of a message; of one that cannot be read only why. */
function describe(request: ReceivedWebhookData, withRaw: boolean): object {
	try {
		const { raw, ...facts } = request.alert()
		return withRaw ? { ...facts, raw } : facts
	} catch (error) {
		return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) }
	}
}
