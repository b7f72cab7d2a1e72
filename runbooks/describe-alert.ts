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
		if (!withRaw) return facts
		if (!isDeep(raw)) return { ...facts, raw }
		return { ...facts, raw: request.RequestBody, reason: 'The body is nested too deeply to be written again: raw is its text.' }
	} catch (error) {
		return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) }
	}
}

/** Whether JSON has so many levels that it may not be possible to write it: each of them takes some of the stack. */
function isDeep(value: unknown, levels = 500): boolean {
	if (typeof value !== 'object' || value === null) return false
	return levels === 0 || Object.values(value).some((each) => isDeep(each, levels - 1))
}
