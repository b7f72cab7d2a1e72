import { type RequestHandler, Router } from 'express'
import { bearerToken } from '../access/bearer-token.ts'
import { mayDo, type Principal } from '../access/principal.ts'
import type { Action } from '../access/role.ts'
import { sessionHeader } from '../access/session.ts'
import type { Authenticate } from '../http/authenticate.ts'
import { unknownRefusal } from '../http/authorize.ts'
import { sendError, sendJson } from '../http/error-response.ts'
import { timeText } from '../http/wire.ts'
import { closeSession, openSession, type SessionKeeping } from './open-session.ts'

export type SessionParts = SessionKeeping & {
	authenticate: Authenticate
	/** All that the management API can be asked to do. */
	actions: readonly Action[]
	accountPath: string
	healthPath: () => string
}

/** What the pages are told of who looks at them. */
export type SessionBody = {
	name: string
	/** How Entra ID calls them. */
	userName: string | null
	kind: Principal['kind']
	roles: readonly string[]
	/** What the caller may do, of what the management API can be asked: the pages show no more. */
	actions: string[]
	/** The account's path in the management API. */
	accountPath: string
	/** Where health is told. */
	healthPath: string
	/** The runner's clock: theirs may be wrong. */
	time: string
}

/** Signing in with a bearer token, which the page forgets at once; who is signed in; and signing out. */
export function sessionRoute(parts: SessionParts): Router {
	const router = Router()
	router.use(onlyOwnPages)
	router.post('/', signIn(parts))
	router.get('/', async (request, response) => {
		const caller = await parts.authenticate(request)
		sendJson(response, 200, caller.kind === 'manager' ? bodyOf(caller.principal, parts) : null)
	})
	router.delete('/', async (request, response) => {
		const caller = await parts.authenticate(request)
		await closeSession(parts, { request, response }, caller.kind === 'manager' ? caller.principal : undefined)
		sendJson(response, 200, {})
	})
	router.all('/', (request, response) => {
		response.setHeader('Allow', 'GET, POST, DELETE')
		sendError(response, 'MethodNotAllowed', `${request.method} is not one of the methods of this resource: GET, POST, DELETE.`)
	})
	return router
}

const notForWebhooks = 'The token of a webhook cannot sign in: it calls its webhook and nothing else.'

/** Nobody is to be signed in or out, or be told who is, by the page of another site. */
export const onlyOwnPages: RequestHandler = (request, response, next) => {
	if (request.headers[sessionHeader] !== undefined) next()
	else sendError(response, 'Forbidden', `A session is used with the header ${sessionHeader}; with a bearer token none is needed.`)
}

function signIn(parts: SessionParts): RequestHandler {
	return async (request, response) => {
		const caller = await parts.authenticate(request)
		const refusal = unknownRefusal(caller)
		if (refusal) return sendError(response, refusal.refused, refusal.message, refusal.retryAfterSeconds)
		const token = bearerToken(request.headers)
		if (caller.kind !== 'manager' || token === undefined) return sendError(response, 'Forbidden', notForWebhooks)
		const { principal } = caller
		const fault = await openSession(parts, { request, response }, { principal, token, by: 'token' })
		if (fault === undefined) sendJson(response, 201, bodyOf(principal, parts))
		else sendError(response, 'AuthorizationFailed', fault)
	}
}

function bodyOf(principal: Principal, { actions, accountPath, healthPath, clock }: SessionParts): SessionBody {
	const { name, kind, roles, userName = null } = principal
	const allowed = [...new Set(actions)].filter((action) => mayDo(principal, action))
	return { name, userName, kind, roles, actions: allowed, accountPath, healthPath: healthPath(), time: timeText(clock.now()) }
}
