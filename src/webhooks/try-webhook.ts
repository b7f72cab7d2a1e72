import { type CallOutcome, type CallParts, type DeliveredCall, deliverCall } from './call-webhook.ts'
import { maskedHeaders } from './masked-headers.ts'
import { type SampleSender, sampleCall, senderOf } from './sample-call.ts'
import type { Webhook } from './webhook.ts'

export type Trial = {
	sender: SampleSender | undefined
	body: string | undefined
	makesJob: boolean
	now: number
	traceparent: string | undefined
}

/** What came of a trial, and what of the webhook's protections it could not try. */
export type TrialOutcome = { outcome: CallOutcome; unchecked: ('allowedAddresses' | 'entraId')[]; call: DeliveredCall; body: Buffer }

/**
 * Calls a webhook as a sender would, signed with the webhook's own secret, through the same checks. Where the sender's address and its token
 * of Entra ID would be checked nothing can be said. Throws a StoreUnavailableError.
 */
export async function tryWebhook(
	parts: CallParts,
	webhook: Webhook,
	{ sender, body, makesJob, now, traceparent }: Trial,
): Promise<TrialOutcome> {
	const { signature, entraId, allowedAddresses } = webhook.protections
	const secrets = signature ? await parts.guard.secrets.of(signature) : undefined
	const sample = sampleCall(sender ?? senderOf(signature), { rule: signature, secret: secrets?.texts[0], body, now })
	const unchecked = [...(allowedAddresses ? ['allowedAddresses' as const] : []), ...(entraId ? ['entraId' as const] : [])]
	const call: DeliveredCall = {
		// Its job shows them to everybody who may see jobs: nobody should get any body signed in this way.
		rawHeaders: Object.entries(maskedHeaders(sample.headers, webhook.protections)).flat(),
		headers: Object.fromEntries(Object.entries(sample.headers).map(([name, value]) => [name.toLowerCase(), value])),
		address: null,
		readBody: async (bytesMax) => (sample.body.length > bytesMax ? 'tooLarge' : sample.body),
		now,
		traceparent,
		trial: { unchecked, makesJob },
	}
	return { outcome: await deliverCall(parts, webhook, call), unchecked, call, body: sample.body }
}
