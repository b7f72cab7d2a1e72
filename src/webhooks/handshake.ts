import { bodyJson } from './body-json.ts'

/**
 * What senders want to hear before they send events, answered without a job.
 * Event Grid: learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema.
 * CloudEvents: github.com/cloudevents/spec, http-webhook.md, section 4.
 */

/** An OPTIONS request by which a sender asks whether it may send. Whatever rate it asks for, the answer is any: what is too much is refused with 429. */
export type ConsentRequest = { origin: string }

/** The question of a CloudEvents sender; undefined when the request asks none. */
export function consentRequest(headers: NodeJS.Dict<string | string[]>): ConsentRequest | undefined {
	const origin = headers['webhook-request-origin']
	return typeof origin === 'string' && origin !== '' ? { origin } : undefined
}

/** Whether a webhook takes events of this origin: `*` is any. */
export function allowsOrigin(allowedOrigins: readonly string[], origin: string): boolean {
	return allowedOrigins.some((allowed) => allowed === '*' || allowed.toLowerCase() === origin.toLowerCase())
}

const validationType = 'Microsoft.EventGrid.SubscriptionValidationEvent'
/** Such an event is small; a body over this is none, bytes. */
const VALIDATION_BYTES_MAX = 16 * 1024

/** The code that Event Grid wants back; undefined for every other body. */
export function validationCode(body: Buffer): string | undefined {
	// Most bodies are told apart by this alone.
	if (body.length > VALIDATION_BYTES_MAX || !body.includes(validationType)) return undefined
	const events = bodyJson(body)
	const [event] = Array.isArray(events) ? (events as ({ eventType?: unknown; data?: { validationCode?: unknown } | null } | null)[]) : []
	const code = event?.eventType === validationType ? event.data?.validationCode : undefined
	return typeof code === 'string' ? code : undefined
}
