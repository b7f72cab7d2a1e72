import { MESSAGE_LENGTH_MAX } from './limits.ts'
import { harmless } from './terminal.ts'
import { UsageError } from './usage-error.ts'

/** Exit codes of the command, as docs/cli.md has them. */
export const exitCodes = { done: 0, failed: 1, usage: 2, stopped: 3, unreachable: 4, interrupted: 130 } as const

/** An error in words for people, and the exit code it ends the command with. */
export type Failure = { exitCode: number; message: string; hint?: string | undefined }

/** What it was about: the endpoint, and the group of commands where a list shows what there is. */
export type FailureContext = {
	endpoint?: string | undefined
	isAzure?: boolean | undefined
	group?: string | undefined
	/** Whether it is the account that an import reads, which has options and a token of its own. */
	isSource?: boolean | undefined
}

/** Puts anything that was thrown into words. */
export function failureOf(error: unknown, context: FailureContext = {}): Failure {
	if (error instanceof UsageError) return { exitCode: exitCodes.usage, message: error.message, hint: error.hint }
	const statusCode = statusOf(error)
	if (statusCode !== undefined) {
		const exitCode = statusCode >= 500 ? exitCodes.unreachable : exitCodes.failed
		const message = serverText(error as Error, statusCode)
		return { exitCode, message, hint: hintFor(statusCode, message, context) }
	}
	const { name, message } = error as Error
	if (isNetworkError(error))
		return {
			exitCode: exitCodes.unreachable,
			message: isTimeout(error)
				? `${context.endpoint} did not answer in time.`
				: `${context.endpoint} cannot be reached: ${reason(message)}.`,
			hint: networkHint(message, context),
		}
	if (/Credential|Authentication/.test(name))
		return { exitCode: exitCodes.failed, message: firstLine(message), hint: 'Sign in to Azure first, for example with: az login' }
	return { exitCode: exitCodes.failed, message: message || String(error) }
}

/** Whether the same request may succeed a moment later: nothing answered, or a server that is starting, ending or overloaded. */
export function mayPass(error: unknown): boolean {
	const statusCode = statusOf(error)
	return statusCode === undefined ? isNetworkError(error) : [408, 429, 502, 503, 504].includes(statusCode)
}

function statusOf(error: unknown): number | undefined {
	const { statusCode } = (error ?? {}) as { statusCode?: unknown }
	return typeof statusCode === 'number' ? statusCode : undefined
}

/** FetchError is what the client's own HTTP throws; the codes are its RestError's. */
function isNetworkError(error: unknown): boolean {
	const { name, code } = (error ?? {}) as { name?: string; code?: string }
	return (
		name === 'FetchError' || isTimeout(error) || code === 'REQUEST_SEND_ERROR' || /^(E[A-Z]+|ERR_STREAM_PREMATURE_CLOSE)$/.test(code ?? '')
	)
}

function isTimeout(error: unknown): boolean {
	const { name, code } = (error ?? {}) as { name?: string; code?: string }
	return code === 'REQUEST_ABORTED_ERROR' || name === 'AbortError' || name === 'TimeoutError'
}

/** What to do about a server that is not reached, by what Node says of it. */
function networkHint(message: string, { isSource }: FailureContext): string {
	if (/certificate|altnames/i.test(message))
		return 'Name the file with its authority, or its own certificate where it signed that itself, in NODE_EXTRA_CA_CERTS; its names must have the host in them.'
	if (isSource) return '--from-endpoint names where to import from.'
	return '--endpoint, RUNHOOK_ENDPOINT or runhook login name the server.'
}

const ownToken = "log in with 'runhook login', or set RUNHOOK_TOKEN"
const sourceToken = 'set RUNHOOK_FROM_TOKEN, or log in to it with a runhook login of its own'

function hintFor(statusCode: number, message: string, { isAzure, group, endpoint, isSource }: FailureContext): string | undefined {
	if (statusCode === 401 && isAzure) return 'Sign in to Azure anew.'
	// Known there, but no longer let in: to log in with it once more is of no use.
	if (statusCode === 401 && /has (expired|been disabled)/.test(message))
		return `Another token is needed: ${isSource ? sourceToken : ownToken}.`
	if (statusCode === 401) return `The token is not one of ${endpoint}: ${isSource ? sourceToken : ownToken}.`
	if (statusCode === 404 && /Automation ?account|resource group|subscription/i.test(message)) {
		const from = isSource ? 'from-' : ''
		return `--${from}subscription, --${from}resource-group and --${from}account name the account.`
	}
	if (statusCode === 404 && / has no delivery '/.test(message)) return "'runhook webhook deliveries <name>' shows what there is."
	if (message === 'Invalid expiry time.') return 'It has to lie ahead, by ten years at most.'
	// A webhook's runbook may be what is missing.
	const missing =
		/\b(webhook|job schedule|schedule|job|runbook|variable|credential|(?<=access )token)s?\b/i
			.exec(message)?.[1]
			?.toLowerCase()
			.replace(' ', '-') ?? group
	if (statusCode === 404 && missing && !isSource) return `'runhook ${missing} list' shows what there is.`
	if (statusCode === 429 || statusCode >= 500) return 'Try again later.'
	return undefined
}

function serverText(error: Error & { code?: string }, statusCode: number): string {
	const text = validationText(error.message) ?? error.message
	if (text === '' || /^\s*</.test(text)) return `The server answered ${statusCode}, without words for people.`
	return harmless(text).slice(0, MESSAGE_LENGTH_MAX)
}

/** Azure's form for malformed requests: `{"Message":…,"ModelState":{member:[text]}}`. */
function validationText(message: string): string | undefined {
	if (!message.startsWith('{')) return undefined
	try {
		const { Message, ModelState = {} } = JSON.parse(message) as { Message?: string; ModelState?: Record<string, string[]> }
		return [Message, ...Object.values(ModelState).flat()].filter(Boolean).join(' ') || undefined
	} catch {
		return undefined
	}
}

/** node-fetch says `request to <url> failed, reason: <reason>`. */
function reason(message: string): string {
	return firstLine(message)
		.replace(/^request to \S+ failed, reason: ?/, '')
		.replace(/\.$/, '')
}

function firstLine(text: string): string {
	return harmless(text).split('\n', 1)[0]!.slice(0, MESSAGE_LENGTH_MAX)
}
