import { readFileSync, statSync } from 'node:fs'
import { z } from 'zod'
import { issueText } from '../errors.ts'
import { WEBHOOK_VALIDITY_MAX, WEBHOOKS_FILE_BYTES_MAX } from '../limits.ts'
import { runbookNamePattern, runbookNameRule } from '../runbooks/runbook.ts'
import { type Protections, protectionMembers, protectionsFault, protectionsOf } from './protections.ts'
import { tokenHashPattern } from './webhook-token.ts'

/** Senders that are told that they may send; a CloudEvents sender asks first. */
export const allowedOriginsSchema = z
	.array(z.string().regex(/^(\*|[A-Za-z0-9.-]{1,253}(:\d{1,5})?)$/, 'must be a host name such as eventgrid.azure.net, or *'))
	.max(100)
	.describe(
		'Host names of CloudEvents senders that may use it (they ask with OPTIONS), such as eventgrid.azure.net; * for any. Default none.',
	)

const entrySchema = z.strictObject({
	name: z
		.string()
		.regex(/^[^\p{C}/\\]{1,128}$/u, 'must have 1 to 128 characters, none of them a slash or a control character')
		.describe('Name of the webhook; it is not shown to callers. A renamed entry is a new webhook.'),
	runbook: z
		.string()
		.regex(runbookNamePattern, `must be the name of a runbook: ${runbookNameRule}`)
		.describe('File name of the runbook, without .ts.'),
	expiryTime: z.iso
		.datetime({ offset: true, error: 'must be a date and time such as 2030-12-31T00:00:00Z' })
		.describe('When the URL stops working, at most ten years ahead. Fixed once issued.'),
	isEnabled: z.boolean().optional().describe('false switches the webhook off; default true.'),
	parameters: z
		.record(z.string(), z.unknown())
		.optional()
		.describe('Values for the parameters of the runbook. The caller cannot override them. Fixed once issued.'),
	description: z.string().max(512).optional().describe('What the webhook is for.'),
	allowedOrigins: allowedOriginsSchema.optional(),
	...protectionMembers,
	tokenHash: z
		.string()
		.regex(tokenHashPattern, 'must be sha256: and 64 hex digits in lower case')
		.optional()
		.describe('sha256:<64 hex> over the text of a token of your own; then no URL is printed.'),
})

/** The whole file. The JSON Schema beside this file is made from it. */
export const webhooksFileSchema = z.strictObject({
	$schema: z.string().optional().describe('Where editors find this schema.'),
	webhooks: z.array(entrySchema).max(10_000).describe('The webhooks this installation answers to.'),
})

/** A webhook as the file declares it, with defaults filled in. */
export type WebhookEntry = {
	name: string
	runbookName: string
	expiryTime: number
	isEnabled: boolean
	parameters: Record<string, unknown>
	description: string | null
	allowedOrigins: readonly string[]
	protections: Protections
	tokenHash: string | null
}

export type WebhooksFile = { kind: 'read'; text: string; entries: WebhookEntry[] } | { kind: 'faulty'; faults: string[] }

/** Reads and checks the file. Every fault names its place. */
export function readWebhooksFile(file: string, now: number): WebhooksFile {
	try {
		if (statSync(file).size > WEBHOOKS_FILE_BYTES_MAX)
			return { kind: 'faulty', faults: [`It is larger than ${WEBHOOKS_FILE_BYTES_MAX} bytes.`] }
		return parseWebhooksFile(readFileSync(file, 'utf8'), now)
	} catch (error) {
		return {
			kind: 'faulty',
			faults: [`It cannot be read: ${(error as Error).message}. An installation without webhooks has {"webhooks": []}.`],
		}
	}
}

/** The entries in a text, or all of its faults. */
export function parseWebhooksFile(text: string, now: number): WebhooksFile {
	let json: unknown
	try {
		json = JSON.parse(text.replace(/^\uFEFF/, ''))
	} catch (error) {
		return { kind: 'faulty', faults: [`It is not JSON: ${(error as Error).message}.`] }
	}
	const result = webhooksFileSchema.safeParse(json)
	if (!result.success)
		return { kind: 'faulty', faults: result.error.issues.map((issue) => `${place(json, issue.path)}: ${faultText(issue)}.`) }
	const entries = result.data.webhooks.map((entry) => ({
		name: entry.name,
		runbookName: entry.runbook,
		expiryTime: Date.parse(entry.expiryTime),
		isEnabled: entry.isEnabled ?? true,
		parameters: entry.parameters ?? {},
		description: entry.description ?? null,
		allowedOrigins: entry.allowedOrigins ?? [],
		protections: protectionsOf(entry),
		tokenHash: entry.tokenHash ?? null,
	}))
	const faults = [...tooFarAhead(entries, now), ...unprotected(entries), ...repeated(entries, 'name'), ...repeated(entries, 'tokenHash')]
	return faults.length > 0 ? { kind: 'faulty', faults } : { kind: 'read', text, entries }
}

function faultText(issue: z.core.$ZodIssue): string {
	if (issue.code === 'unrecognized_keys') {
		const isOfEntry = issue.path.length === 2
		const allowed = isOfEntry ? `; allowed are ${Object.keys(entrySchema.shape).join(', ')}` : ''
		return `has no member ${issue.keys.map((key) => `'${key}'`).join(', ')}${allowed}`
	}
	return issueText(issue)
}

/** `webhooks[2].expiryTime ("deploy")`: where it is, with the entry's name if it has one. */
function place(json: unknown, path: PropertyKey[]): string {
	const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('')
	const entry = path[0] === 'webhooks' && typeof path[1] === 'number' ? (json as { webhooks: unknown[] }).webhooks[path[1]] : undefined
	const name = (entry as { name?: unknown } | null | undefined)?.name
	return `${text.replace(/^\./, '') || 'the file'}${typeof name === 'string' ? ` ("${name}")` : ''}`
}

function tooFarAhead(entries: WebhookEntry[], now: number): string[] {
	return entries.flatMap(({ name, expiryTime }, index) =>
		expiryTime - now > WEBHOOK_VALIDITY_MAX ? [`webhooks[${index}].expiryTime ("${name}"): must be at most ten years ahead.`] : [],
	)
}

function unprotected(entries: WebhookEntry[]): string[] {
	return entries.flatMap(({ name, protections, tokenHash }, index) => {
		const place = `webhooks[${index}].isTokenRequired ("${name}")`
		const fault = protectionsFault(protections)
		if (fault !== undefined) return [`${place}: ${fault}.`]
		return protections.isTokenRequired === false && tokenHash !== null ? [`${place}: cannot be false beside tokenHash.`] : []
	})
}

function repeated(entries: WebhookEntry[], member: 'name' | 'tokenHash'): string[] {
	const first = new Map<string, number>()
	return entries.flatMap((entry, index) => {
		const value = entry[member]?.toLowerCase()
		if (value === undefined) return []
		const before = first.get(value)
		if (before === undefined) {
			first.set(value, index)
			return []
		}
		return [`webhooks[${index}].${member} ("${entry.name}"): is the same as that of webhooks[${before}]; each must be its own.`]
	})
}
