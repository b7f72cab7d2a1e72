import { type RequestHandler, Router } from 'express'
import { decodeJwt } from 'jose'
import { bearerToken } from '../access/bearer-token.ts'
import { mayDo, type Principal } from '../access/principal.ts'
import type { Action } from '../access/role.ts'
import { newSession, type SessionStore, sessionCookie, sessionHeader } from '../access/session.ts'
import { hashToken } from '../access/token.ts'
import type { Clock } from '../clock.ts'
import { type Authenticate, sessionId } from '../http/authenticate.ts'
import { unknownRefusal } from '../http/authorize.ts'
import { sendError, sendJson } from '../http/error-response.ts'
import { timeText } from '../http/wire.ts'
import { SESSION_TIME_MAX, SESSIONS_MAX } from '../limits.ts'

export type SessionParts = {
	sessions: SessionStore
	authenticate: Authenticate
	/** All that the management API can be asked to do. */
	actions: readonly Action[]
	accountPath: string
	healthPath: () => string
	publicUrl: () => string
	clock: Clock
}

/** What the pages are told of who looks at them. */
export type SessionBody = {
	name: string
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
		const id = sessionId(request)
		if (id !== undefined) await parts.sessions.delete(hashToken(id))
		response.setHeader('Set-Cookie', cookie('', 0, parts))
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
const onlyOwnPages: RequestHandler = (request, response, next) => {
	if (request.headers[sessionHeader] !== undefined) next()
	else sendError(response, 'Forbidden', `A session is used with the header ${sessionHeader}; with a bearer token none is needed.`)
}

function signIn(parts: SessionParts): RequestHandler {
	const { sessions, authenticate, clock } = parts
	return async (request, response) => {
		const caller = await authenticate(request)
		const refusal = unknownRefusal(caller)
		if (refusal) return sendError(response, refusal.refused, refusal.message, refusal.retryAfterSeconds)
		const token = bearerToken(request.headers)
		if (caller.kind !== 'manager' || token === undefined) return sendError(response, 'Forbidden', notForWebhooks)
		const { principal } = caller
		const now = clock.now()
		const isEntra = principal.kind === 'entra'
		const most = now + SESSION_TIME_MAX
		const expiryTime = isEntra ? Math.min(most, (decodeJwt(token).exp ?? 0) * 1_000) : most
		const opened = { tokenHash: hashToken(token), principal: isEntra ? principal : null, creationTime: now, expiryTime }
		const { session, id } = newSession(opened)
		await sessions.create(session, SESSIONS_MAX)
		response.setHeader('Set-Cookie', cookie(id, Math.ceil((expiryTime - now) / 1_000), parts))
		sendJson(response, 201, bodyOf(principal, parts))
	}
}

/** Scripts cannot read it, other sites' pages do not send it, and over https it goes nowhere else. */
function cookie(id: string, maxAgeSeconds: number, { publicUrl }: Pick<SessionParts, 'publicUrl'>): string {
	const secure = publicUrl().startsWith('https:') ? '; Secure' : ''
	return `${sessionCookie}=${id}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure}`
}

function bodyOf(principal: Principal, { actions, accountPath, healthPath, clock }: SessionParts): SessionBody {
	const { name, kind, roles } = principal
	const allowed = [...new Set(actions)].filter((action) => mayDo(principal, action))
	return { name, kind, roles, actions: allowed, accountPath, healthPath: healthPath(), time: timeText(clock.now()) }
}
