import { isUtf8 } from 'node:buffer'
import { type WebhookDataValue, webhookData } from './webhook-data.ts'

/** The name that WebhookData has where nothing was recorded of it. */
const DEFAULT_NAME = 'test'

/**
 * WebhookData from a recorded call, in whichever form it was kept: WebhookData as JSON, a job (its WebhookData is taken), a raw HTTP request
 * with its head, else a body alone.
 */
export function recordedRequest(bytes: Buffer): WebhookDataValue {
	if (!isUtf8(bytes)) return webhookData(DEFAULT_NAME, [], bytes)
	return inJson(bytes.toString('utf8')) ?? rawRequest(bytes) ?? webhookData(DEFAULT_NAME, [], bytes)
}

function inJson(text: string): WebhookDataValue | undefined {
	const value = readJson(text)
	const ofJob = (value as { properties?: { parameters?: Record<string, unknown> } } | undefined)?.properties?.parameters
	const kept = Object.entries(ofJob ?? {}).find(([name]) => name.toLowerCase() === 'webhookdata')?.[1]
	const data = typeof kept === 'string' ? readJson(kept) : value
	if (typeof data !== 'object' || data === null || !('RequestBody' in data || 'RequestHeader' in data)) return undefined
	// The runbook's own schema checks the members.
	return { WebhookName: DEFAULT_NAME, RequestHeader: {}, RequestBody: '', ...(data as Partial<WebhookDataValue>) }
}

function readJson(text: string): unknown {
	try {
		return JSON.parse(text.replace(/^\uFEFF/, ''))
	} catch {
		return undefined
	}
}

/** A request as it went over the line, also with the line ends of an editor. */
function rawRequest(bytes: Buffer): WebhookDataValue | undefined {
	const text = bytes.toString('utf8')
	const head = /^[A-Z]+ \S+ HTTP\/\d(?:\.\d)?\r?\n((?:[^\r\n]+\r?\n)*)(?:\r?\n|$)/.exec(text)
	if (!head) return undefined
	const rawHeaders = head[1]!
		.split(/\r?\n/)
		.filter((line) => line.includes(':'))
		.flatMap((line) => [line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 1).trim()])
	return webhookData(DEFAULT_NAME, rawHeaders, Buffer.from(text.slice(head[0].length)))
}
