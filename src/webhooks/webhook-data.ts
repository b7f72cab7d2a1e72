import { isUtf8 } from 'node:buffer'

/** The request as it is handed to the runbook; member names are Azure Automation's. */
export type WebhookDataValue = {
	WebhookName: string
	RequestHeader: Record<string, string>
	RequestBody: string
	/** Only when the body is not UTF-8: RequestBody is then its base64. */
	RequestBodyEncoding?: 'base64'
}

/** Headers that carry credentials: they never reach a runbook or the store. */
const leftOut = new Set(['authorization', 'proxy-authorization', 'cookie', 'x-gitlab-token'])

/** Names of headers that are likely to carry a secret of some sender's own, or what a call could be sent again with. */
const secretName = /token|secret|passw|credential|signature|authorization|jwt|(^|[-_])(api-?|functions-|subscription-|sas-)?key$/i
/** A name of the delivery, and no key to anything. */
const harmlessName = /^idempotency-key$/i

/** Whether a header carries credentials, or is likely to: its value is shown nowhere. */
export function carriesSecret(headerName: string): boolean {
	return leftOut.has(headerName.toLowerCase()) || (secretName.test(headerName) && !harmlessName.test(headerName))
}

/** Headers that may stand only once: of repeated ones the first counts, as Node's own parser has it (nodejs.org/api/http.html, message.headers). */
const singleValued = new Set([
	...['age', 'content-length', 'content-type', 'etag', 'expires', 'from', 'host', 'if-modified-since', 'if-unmodified-since'],
	...['last-modified', 'location', 'max-forwards', 'referer', 'retry-after', 'server', 'user-agent'],
])

/** Makes WebhookData from a request: the headers with the spelling of their first occurrence, the body byte for byte. */
export function webhookData(webhookName: string, rawHeaders: readonly string[], body: Buffer): WebhookDataValue {
	const RequestHeader = requestHeader(rawHeaders)
	if (isUtf8(body)) return { WebhookName: webhookName, RequestHeader, RequestBody: body.toString('utf8') }
	return { WebhookName: webhookName, RequestHeader, RequestBody: body.toString('base64'), RequestBodyEncoding: 'base64' }
}

/** The path and query of a webhook's address: proxies hand on the one that was asked for in headers such as X-Original-URL. */
const addressPattern = /\/webhooks\/?\?[^\s"'<>]+/g

function withoutToken(value: string): string {
	return value.replace(addressPattern, (address) => address.replace(/([?&]token=)[^&,;]+/g, '$1***'))
}

/** Node's list of names and values in turn as one object; repeated headers are joined by a comma, as HTTP says (RFC 9110, 5.3). No token of a webhook is left. */
export function requestHeader(rawHeaders: readonly string[]): Record<string, string> {
	const spelling = new Map<string, string>()
	const headers: Record<string, string> = {}
	for (let index = 0; index < rawHeaders.length; index += 2) {
		const name = rawHeaders[index]!
		const value = withoutToken(rawHeaders[index + 1]!)
		const key = name.toLowerCase()
		if (leftOut.has(key)) continue
		const first = spelling.get(key)
		if (first === undefined) {
			spelling.set(key, name)
			// A header may be called __proto__: it has to become a member like any other.
			if (name === '__proto__') Object.defineProperty(headers, name, { value, enumerable: true, writable: true, configurable: true })
			else headers[name] = value
		} else if (!singleValued.has(key)) headers[first] += `, ${value}`
	}
	return headers
}
