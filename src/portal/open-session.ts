import type { IncomingMessage, ServerResponse } from 'node:http'
import { decodeJwt } from 'jose'
import type { Principal } from '../access/principal.ts'
import { newSession, type SessionStore, sessionCookie } from '../access/session.ts'
import { hashToken } from '../access/token.ts'
import type { AuditEntry } from '../audit/audit-event.ts'
import type { AuditStore } from '../audit/audit-store.ts'
import { audited } from '../audit/audit-trail.ts'
import type { Refusals } from '../audit/refusals.ts'
import type { Clock } from '../clock.ts'
import { sessionId } from '../http/authenticate.ts'
import { cookieText } from '../http/cookie.ts'
import type { AddressOf } from '../http/source-address.ts'
import { SESSION_TIME_MAX, SESSIONS_MAX } from '../limits.ts'

export type SessionKeeping = {
	sessions: SessionStore
	audit: Pick<AuditStore, 'append'>
	refusals: Pick<Refusals, 'actionRefused'>
	addressOf: AddressOf
	publicUrl: () => string
	clock: Clock
}

type Opening = {
	principal: Principal
	/** What they have shown. */
	token: string
	by: 'token' | 'Microsoft'
}

/** Signs a browser in, and notes it in the audit trail. Resolves with why not, where nothing is allowed to who asks. */
export async function openSession(
	parts: SessionKeeping,
	{ request, response }: { request: IncomingMessage; response: ServerResponse },
	{ principal, token, by }: Opening,
): Promise<string | undefined> {
	const { sessions, audit, refusals, addressOf, clock } = parts
	const { kind, name, roles, userName } = principal
	if (roles.length === 0) {
		refusals.actionRefused({ kind, name }, signInAction, addressOf(request))
		return `${userName ?? 'This account'} is known to Entra ID, but has no role here. Whoever looks after this runner can give it one: its object id is ${name}.`
	}
	const now = clock.now()
	const isEntra = kind === 'entra'
	const most = now + SESSION_TIME_MAX
	// Nothing can be looked up of them later, so their session ends with what they have shown.
	const expiryTime = isEntra ? Math.min(most, (decodeJwt(token).exp ?? 0) * 1_000) : most
	const opened = { tokenHash: hashToken(token), principal: isEntra ? principal : null, creationTime: now, expiryTime }
	const { session, id } = newSession(opened)
	const details = { by, ...(userName === undefined ? {} : { userName }) }
	await audited(audit, entryOf(signInAction, principal, { ...parts, request, details }), () => sessions.create(session, SESSIONS_MAX))
	setCookie(response, parts, { value: id, maxAgeSeconds: Math.ceil((expiryTime - now) / 1_000) })
	return undefined
}

/** Signs a browser out, and notes whom, where the session was valid still. */
export async function closeSession(
	parts: SessionKeeping,
	{ request, response }: { request: IncomingMessage; response: ServerResponse },
	principal: Principal | undefined,
): Promise<void> {
	const { sessions, audit } = parts
	const id = sessionId(request)
	if (id !== undefined) {
		const end = () => sessions.delete(hashToken(id))
		await (principal ? audited(audit, entryOf('signOut/action', principal, { ...parts, request, details: {} }), end) : end())
	}
	setCookie(response, parts, { value: '', maxAgeSeconds: 0 })
}

const signInAction = 'signIn/action'

function entryOf(
	action: string,
	{ kind, name }: Principal,
	{
		request,
		addressOf,
		clock,
		details,
	}: Pick<SessionKeeping, 'addressOf' | 'clock'> & Pick<AuditEntry, 'details'> & { request: IncomingMessage },
): AuditEntry {
	return { time: clock.now(), actor: { kind, name }, sourceAddress: addressOf(request), action, resource: 'sessions', details }
}

/** Pages of other sites do not send it. */
function setCookie(
	response: ServerResponse,
	{ publicUrl }: Pick<SessionKeeping, 'publicUrl'>,
	holding: { value: string; maxAgeSeconds: number },
): void {
	const cookie = cookieText({ name: sessionCookie, path: '/', sameSite: 'Strict', publicUrl: publicUrl(), ...holding })
	response.appendHeader('Set-Cookie', cookie)
}
