import { AZURE_FAILURE_LENGTH_MAX } from '../limits.ts'
import type { AzureFailure } from '../runbooks/azure.ts'
import type { ArmError } from './arm-error.ts'
import { retryAfter } from './retry-after.ts'

/** A failure that our own rules for Azure clients produced rather than Azure or its clients. */
export class AzureError extends Error {
	override name = 'AzureError'
	readonly code: string
	readonly statusCode: number | undefined

	constructor(message: string, { code, statusCode }: { code: string; statusCode?: number }) {
		super(message)
		this.code = code
		this.statusCode = statusCode
	}
}

/**
 * The failure behind anything an Azure client threw, worded for people.
 * `arm` is what Azure Resource Manager really answered, where it is known: the clients lose it for lists and failed operations.
 */
export function azureFailure(error: unknown, arm?: ArmError): AzureFailure {
	const failure = { ...plainFailure(error, arm), ...throttling(error, arm) }
	const message = withoutSecrets(friendlyMessage(failure, error, arm))
	return { ...failure, message: message.length > AZURE_FAILURE_LENGTH_MAX ? `${message.slice(0, AZURE_FAILURE_LENGTH_MAX)}…` : message }
}

/** What Azure says of a limit that was met. */
function throttling(error: unknown, arm: ArmError | undefined): Pick<AzureFailure, 'target' | 'retryAfterSeconds'> {
	const { statusCode, response } = (error ?? {}) as { statusCode?: unknown; response?: Answered }
	if (statusCode !== 429) return {}
	const wait = retryAfter(429, (name) => response?.headers?.get(name), Date.now())
	return { ...(arm?.target && { target: arm.target }), ...(wait !== undefined && { retryAfterSeconds: Math.ceil(wait / 1000) }) }
}

type Answered = { headers?: { get(name: string): string | undefined } }

function plainFailure(error: unknown, arm: ArmError | undefined): AzureFailure {
	if (!(error instanceof Error)) return { code: 'Error', message: String(error) }
	const { statusCode, code } = error as { statusCode?: unknown; code?: unknown }
	const status = typeof statusCode === 'number' ? { statusCode } : {}
	if (arm) return { code: arm.code, ...status, message: arm.message }
	if (error.name === 'AbortError') return { code: 'Aborted', message: error.message }
	if (error.message === 'Operation was canceled') return { code: 'OperationCanceled', message: 'The operation was canceled.' }
	const failed = /^The long-running operation has failed(?:\. ([A-Za-z][\w.-]*)\. ([\s\S]*))?$/.exec(error.message)
	if (failed) return { code: failed[1] ?? 'OperationFailed', message: failed[2] ?? 'The operation has failed.' }
	const name = error.name === 'RestError' && typeof statusCode === 'number' ? `Http${statusCode}` : error.name
	return { code: typeof code === 'string' && code ? code : name, ...status, message: error.message }
}

function friendlyMessage({ code, statusCode, message }: AzureFailure, error: unknown, arm: ArmError | undefined): string {
	if (error instanceof AzureError) return message
	if (statusCode === 401 || isCredentialError(error)) return `Signing in to Azure failed: ${withFullStop(message)}`
	if (statusCode === 403) return forbidden(message)
	if (statusCode === 404) return notFound(code, message)
	if (statusCode !== undefined && statusCode >= 500) {
		const correlation = arm?.correlationId ? `, correlation ${arm.correlationId}` : ''
		return `Azure had an internal error: ${code} ${message.replace(/\.$/, '')}${correlation}.`
	}
	return message
}

function isCredentialError(error: unknown): boolean {
	return error instanceof Error && /^(CredentialUnavailable|AggregateAuthentication|Authentication\w*)Error$/.test(error.name)
}

function forbidden(message: string): string {
	const [, action, scope] = /perform action '([^']+)'.*? scope '([^']+)'/.exec(message) ?? []
	return action && scope ? `The runbook's identity may not ${action} on ${scope}: it needs a role that allows this.` : message
}

const kinds = [
	['Virtual machine', /virtualMachines\/[^/]+$/i],
	['Network Watcher', /networkWatchers\/[^/]+$/i],
	['Packet capture', /packetCaptures\/[^/]+$/i],
] as const

function notFound(code: string, message: string): string {
	const [, subject, group] = /'([^']+)'(?: under resource group '([^']+)')?/.exec(message) ?? []
	const name = subject?.split('/').at(-1)
	if (!name) return message
	if (code === 'ResourceGroupNotFound') return `Resource group '${name}' was not found.`
	if (code === 'SubscriptionNotFound') return `Subscription '${name}' was not found.`
	if (code !== 'ResourceNotFound' || !subject || !group) return message
	const kind = kinds.find(([, pattern]) => pattern.test(subject))?.[0] ?? 'Resource'
	return `${kind} '${name}' was not found in resource group '${group}'.`
}

function withFullStop(text: string): string {
	return /[.!?]$/.test(text) ? text : `${text}.`
}

/** Characters that are searched for secrets: far more than are shown, so that none is cut where it cannot be told any more. */
const searchedLengthMax = 8 * AZURE_FAILURE_LENGTH_MAX

/** What is left out, and what stands in its place. No expression repeats what another part of it repeats: such take minutes for some texts. */
const secrets: [pattern: RegExp, replacement: string][] = [
	// User and password in a URL.
	[/(:\/\/)[^\s/?#"'@]+@/g, '$1…@'],
	// Queries of links, absolute or not: those to operations are signed, and the signature works like a password.
	[/(https?:\/\/[^\s?"']+)\?[^\s"']+/g, '$1?…'],
	[/(?<=[\w/.~)-])\?(?=[\w.-]{1,50}(?:=|%3D|\\u003d))[^\s"']+/gi, '?…'],
	[/%3F(?=[\w.-]{1,50}%3D)[^\s"']+/gi, '%3F…'],
	// What is left of a query that was cut.
	[/(\bsig(?:=|%3D)|(?:[?&]|&amp;|%26)(?:sig|[scht])(?:=|%3D))[^\s"'&]+/gi, '$1…'],
	// Connection strings, forms and JSON, also JSON within a text.
	[
		/((?:AccountKey|SharedAccessKey|SharedAccessSignature|access_?token|refresh_?token|client_?secret|password)(?:\\?["'])?\s?(?:[:=]|%3D)\s?)(?:\\"[^"]*|"(?:\\.|[^"\\])*|'[^']*|[^\s"'&;,}]+)/gi,
		'$1…',
	],
	[/\bBearer\s+[\w.~+/=-]{8,}/gi, 'Bearer …'],
]

/** The text without what would open something to whoever reads it. */
function withoutSecrets(text: string): string {
	return secrets.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text.slice(0, searchedLengthMax))
}
