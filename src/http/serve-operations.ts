import { type NextFunction, type Request, type RequestHandler, type Response, Router } from 'express'
import { z } from 'zod'
import type { AuditStore } from '../audit/audit-store.ts'
import { audited } from '../audit/audit-trail.ts'
import type { Refusals } from '../audit/refusals.ts'
import type { Clock } from '../clock.ts'
import { issueText } from '../errors.ts'
import { DRAINED_BYTES_MAX, MANAGEMENT_BODY_BYTES_MAX } from '../limits.ts'
import { actorOf, auditEntry } from './audit-entry.ts'
import type { Authenticate } from './authenticate.ts'
import { roleRefusal, unknownRefusal } from './authorize.ts'
import { sendError, sendJson, sendRefusal } from './error-response.ts'
import { expressPath, isAudited, type Operation, type Reply, refuse } from './operation.ts'
import { drainBody, readBody } from './read-body.ts'
import type { AddressOf } from './source-address.ts'

type Parts = {
	authenticate: Authenticate
	audit: Pick<AuditStore, 'append'>
	refusals: Pick<Refusals, 'actionRefused'>
	accountPath: string
	addressOf: AddressOf
	clock: Clock
}

/** A router of operations: who is calling, what was asked, whether it fits, and only then what does it. */
export function serveOperations(operations: Operation[], parts: Parts): Router {
	const router = Router()
	for (const each of operations) router[each.method](expressPath(each), handlerOf(each, parts))
	for (const [path, methods] of methodsByPath(operations)) router.all(path, refuseMethod(methods))
	return router
}

function methodsByPath(operations: Operation[]): Map<string, string> {
	const methods = Map.groupBy(operations, expressPath)
	return new Map([...methods].map(([path, each]) => [path, each.map(({ method }) => method.toUpperCase()).join(', ')]))
}

function refuseMethod(allowed: string): RequestHandler {
	return (request, response) => {
		response.setHeader('Allow', allowed)
		sendError(response, 'MethodNotAllowed', `${request.method} is not one of the methods of this resource: ${allowed}.`)
	}
}

function handlerOf(operation: Operation, { authenticate, audit, refusals, accountPath, addressOf, clock }: Parts): RequestHandler {
	return async (request: Request, response: Response, _next: NextFunction) => {
		const now = clock.now()
		echoRequestId(request, response)
		const reply = await (async (): Promise<Reply> => {
			const caller = await authenticate(request)
			const unknown = unknownRefusal(caller, operation)
			if (unknown) return unknown
			const refusal = roleRefusal(caller, operation, { accountPath, names: request.params as Names })
			if (refusal && caller.kind === 'manager') refusals.actionRefused(actorOf(caller), operation.action, addressOf(request))
			if (refusal) return refusal
			const query = readQuery(operation, request.url)
			if ('refused' in query) return query.refused
			const body = await readJson(operation, request)
			if ('refused' in body) return body.refused
			const names = request.params as Names
			// What cannot be told, as while the store is away, is no reason to break off.
			const isLetInStill = async () => (await authenticate(request, { anew: true }).catch(() => caller)).kind !== 'nobody'
			const call = { ...{ request, response, names, caller, isLetInStill, now }, query: query.value as never, body: body.value as never }
			if (!isAudited(operation)) return operation.handle(call)
			return audited(audit, auditEntry(operation, call, addressOf), async () => operation.handle(call), isSuccess)
		})()
		if (reply !== 'sent') {
			await drainBody(request, DRAINED_BYTES_MAX)
			send(response, reply)
		}
	}
}

type Names = Record<string, string>

function isSuccess(reply: Reply): boolean {
	return reply === 'sent' || !('refused' in reply)
}

/** Azure answers with an id of the request; the caller's own lets the two be found together in both logs. */
function echoRequestId(request: Request, response: Response): void {
	const id = request.headers['x-ms-client-request-id']
	if (typeof id === 'string' && /^[\w.-]{1,128}$/.test(id)) response.setHeader('x-ms-request-id', id)
}

function send(response: Response, reply: Exclude<Reply, 'sent'>): void {
	if ('refused' in reply) {
		sendRefusal(response, reply)
		return
	}
	for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value)
	if ('json' in reply) sendJson(response, reply.status, reply.json)
	else response.status(reply.status).setHeader('Cache-Control', 'no-store').end(reply.text)
}

type Read = { value: unknown } | { refused: Reply }

function readQuery({ query }: Operation, url: string): Read {
	const start = url.indexOf('?')
	const given: Record<string, string> = {}
	for (const [name, value] of new URLSearchParams(start < 0 ? '' : url.slice(start))) {
		if (Object.hasOwn(given, name)) return badRequest(`The query has ${name.slice(0, 64)} more than once.`)
		given[name] = value
	}
	const known = query instanceof z.ZodObject ? Object.keys(query.shape) : []
	// An option that changes what is answered must not be passed over in silence.
	const unknown = Object.keys(given).find((name) => name.startsWith('$') && !known.includes(name))
	if (unknown !== undefined) return badRequest(`${unknown.slice(0, 64)} is not supported here; ${allowedOptions(known)}`)
	if (!query) return { value: {} }
	const result = query.safeParse(given)
	return result.success ? { value: result.data } : badRequest(issueTexts(result.error, ''))
}

function allowedOptions(known: string[]): string {
	const options = known.filter((name) => name.startsWith('$'))
	return options.length > 0 ? `supported are ${options.join(', ')}.` : 'no query option is.'
}

async function readJson({ body, bodyIsText, bodyIsSecret }: Operation, request: Request): Promise<Read> {
	if (body === undefined) return { value: undefined }
	const encoding = request.headers['content-encoding']
	if (encoding !== undefined && encoding !== 'identity')
		return { refused: refuse('UnsupportedMediaType', 'A compressed body is not taken: send it without Content-Encoding.') }
	const bytes = await readBody(request, MANAGEMENT_BODY_BYTES_MAX)
	if (bytes === 'tooLarge') return { refused: refuse('PayloadTooLarge', `The body is larger than ${MANAGEMENT_BODY_BYTES_MAX} bytes.`) }
	if (bytes === 'incomplete') return badRequest('The body ended before its announced length.')
	let text: string
	try {
		text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
	} catch {
		return badRequest('The body is not UTF-8.')
	}
	if (bodyIsText) return { value: text }
	let json: unknown
	try {
		json = JSON.parse(text === '' ? '{}' : text)
	} catch (error) {
		return badRequest(bodyIsSecret ? 'The body is not JSON.' : `The body is not JSON: ${(error as Error).message}.`)
	}
	const result = body.safeParse(json)
	return result.success ? { value: result.data } : badRequest(issueTexts(result.error, 'The body does not fit. '))
}

function badRequest(message: string): Read {
	return { refused: refuse('BadRequest', message) }
}

function issueTexts({ issues }: z.ZodError, before: string): string {
	const texts = issues.slice(0, 5).map((issue) => `${issue.path.join('.') || 'It'}: ${issueText(issue)}.`)
	return `${before}${texts.join(' ')}`
}
