import { z } from 'zod'
import type { Alert } from '../alerts/alert.ts'
import { unfolded } from '../alerts/json-member.ts'
import { header } from '../alerts/message-headers.ts'
import { parseAlert } from '../alerts/parse-alert.ts'

/** The request that called a webhook, as a runbook sees it. Member names are Azure Automation's. */
export class ReceivedWebhookData {
	/** Name of the webhook that was called. */
	readonly WebhookName: string
	/** Headers with the spelling they were sent in. Look one up with {@link header}. */
	readonly RequestHeader: Record<string, string>
	/** The body to the letter, whatever its type. */
	readonly RequestBody: string
	/** Present when the body is not UTF-8 text: RequestBody then holds its base64. */
	readonly RequestBodyEncoding?: 'base64'

	constructor(data: z.output<typeof members>) {
		this.WebhookName = data.WebhookName
		this.RequestHeader = data.RequestHeader
		this.RequestBody = data.RequestBody
		if (data.RequestBodyEncoding) this.RequestBodyEncoding = data.RequestBodyEncoding
	}

	/** The header of that name, without regard to case; undefined when it was not sent, or empty. */
	header(name: string): string | undefined {
		return header(this.RequestHeader, name)
	}

	/**
	 * The body read as JSON, a leading byte order mark skipped; of an object or array that was encoded twice, what the text in it holds.
	 * Throws an Error that quotes the body's beginning when it is no JSON.
	 */
	json(): unknown {
		const text = textOf(this)
		if (text.trim() === '') throw new Error('WebhookData.RequestBody is empty.')
		try {
			return unfolded(JSON.parse(text))
		} catch (cause) {
			throw new Error(`WebhookData.RequestBody is not JSON: ${text.slice(0, 80)}`, { cause })
		}
	}

	/**
	 * The fields of a URL-encoded form by name. Of a name that was given twice the first value counts, as in URLSearchParams.get:
	 * what somebody appends to a form changes nothing in it. Any text is a form of a kind: it has one field without a value.
	 */
	form(): Record<string, string> {
		const fields = new Map<string, string>()
		// The question mark is the one that URLSearchParams leaves out: the body's own belongs to a name.
		for (const [name, value] of new URLSearchParams(`?${textOf(this)}`)) if (!fields.has(name)) fields.set(name, value)
		return Object.fromEntries(fields)
	}

	/** Who sent the request and what it says, in the same terms for all senders of alerts. Throws an Error when the body is no JSON. */
	alert(): Alert {
		return parseAlert(textOf(this), this.RequestHeader)
	}
}

/** The body without a byte order mark. Throws an Error when it is no text: base64 would read as something that nobody sent. */
function textOf({ RequestBody, RequestBodyEncoding }: ReceivedWebhookData): string {
	if (RequestBodyEncoding === undefined) return RequestBody.replace(/^\uFEFF/, '')
	throw new Error(`WebhookData.RequestBody is no text: it is the ${RequestBodyEncoding} of bytes that are not UTF-8.`)
}

/** What is missing or null counts as empty: whoever starts a runbook by hand need not give everything. */
function orElse<Schema extends z.ZodType>(schema: Schema, empty: z.output<Schema>) {
	return schema.nullish().transform((value) => value ?? empty)
}

const members = z.object({
	WebhookName: orElse(z.string(), ''),
	RequestHeader: orElse(z.record(z.string(), z.string()), {}),
	RequestBody: orElse(z.string(), ''),
	RequestBodyEncoding: z.literal('base64').optional(),
})

/** Declares the parameter that receives the request of a webhook call; a runbook without it never sees the request. */
export const WebhookData = members.transform((data) => new ReceivedWebhookData(data))
