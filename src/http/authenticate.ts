import type { IncomingMessage } from 'node:http'
import { isUsable } from '../access/access-token.ts'
import type { AccessTokenStore } from '../access/access-token-store.ts'
import { bearerToken } from '../access/bearer-token.ts'
import { type CheckEntraToken, looksLikeJwt } from '../access/entra-tokens.ts'
import { managementPrincipal, type Principal } from '../access/principal.ts'
import { type SessionStore, sessionCookie, sessionHeader } from '../access/session.ts'
import { hashToken } from '../access/token.ts'
import type { Clock } from '../clock.ts'
import { ACCESS_TOKEN_USE_INTERVAL, ENTRA_KEYS_INTERVAL } from '../limits.ts'
import type { Log } from '../log.ts'
import { isDeleted, type Webhook } from '../webhooks/webhook.ts'
import type { WebhookStore } from '../webhooks/webhook-store.ts'
import { cookieOf } from './cookie.ts'
import type { GuardSignIn, TooMany } from './guard-sign-in.ts'

/**
 * Who is calling: someone who manages this account, the holder of a webhook's token, or nobody known; `tooMany`: the address has tried too many
 * wrong tokens; `unavailable`: whether the token is right cannot be told now.
 */
export type Caller =
	| { kind: 'manager'; principal: Principal }
	| { kind: 'webhook'; webhook: Webhook }
	| { kind: 'nobody'; presented: boolean; message?: string }
	| TooMany
	| { kind: 'unavailable' }

/** A request that passes several handlers is looked at once, unless `anew`: what let it in may be no longer valid. */
export type Authenticate = (request: IncomingMessage, options?: { anew: boolean }) => Promise<Caller>

type Parts = {
	managementTokenHash: () => string
	accessTokens: Pick<AccessTokenStore, 'findByHash' | 'noteUsed'>
	sessions: Pick<SessionStore, 'find'>
	webhooks: Pick<WebhookStore, 'findByTokenHash'>
	/** undefined where no tenant is set. */
	checkEntraToken: CheckEntraToken | undefined
	guardSignIn: GuardSignIn
	clock: Clock
	log: Log
}

/** The id of the session that a page of our own names; undefined of requests that another site's page may have sent. */
export function sessionId(request: IncomingMessage): string | undefined {
	const { headers } = request
	return headers[sessionHeader] === undefined || headers.authorization !== undefined ? undefined : cookieOf(request, sessionCookie)
}

/** Tells callers by their bearer token, or by their session. Tokens are looked up by their hashes, so that the time it takes says nothing of them. */
export function authenticateWith(parts: Parts): Authenticate {
	const { guardSignIn, clock, log } = parts
	const known = new WeakMap<IncomingMessage, Promise<Caller>>()
	let toldTime = Number.NEGATIVE_INFINITY
	// Anybody can send tokens that cannot be checked: they must not fill the log.
	const tellUnavailable = (reason: string, now: number) => {
		if (now < toldTime + ENTRA_KEYS_INTERVAL) return
		toldTime = now
		log.warn('A token of Entra ID cannot be checked', { reason })
	}
	const look = async (request: IncomingMessage): Promise<Caller> => {
		const id = sessionId(request)
		if (id !== undefined) return callerOfSession(id, parts)
		const token = bearerToken(request.headers)
		if (token === undefined) return { kind: 'nobody', presented: request.headers.authorization !== undefined }
		return guardSignIn(request, token, () => callerOf(token, clock.now(), { ...parts, tellUnavailable }))
	}
	return (request, { anew } = { anew: false }) => {
		const caller = (anew ? undefined : known.get(request)) ?? look(request)
		known.set(request, caller)
		return caller
	}
}

type CallerParts = Parts & { tellUnavailable: (reason: string, now: number) => void }

async function callerOf(token: string, now: number, parts: CallerParts): Promise<Exclude<Caller, TooMany>> {
	const { webhooks, checkEntraToken, tellUnavailable } = parts
	const tokenHash = hashToken(token)
	const own = await callerOfOwnToken(tokenHash, now, parts)
	if (own) return own
	const webhook = await webhooks.findByTokenHash(tokenHash)
	if (webhook && !isDeleted(webhook, now)) return { kind: 'webhook', webhook }
	if (!checkEntraToken || !looksLikeJwt(token)) return { kind: 'nobody', presented: true }
	const outcome = await checkEntraToken(token)
	switch (outcome.kind) {
		case 'principal':
			return { kind: 'manager', principal: outcome.principal }
		case 'invalid':
			return { kind: 'nobody', presented: true, ...(outcome.message === undefined ? {} : { message: outcome.message }) }
		case 'unavailable':
			tellUnavailable(outcome.reason, now)
			return { kind: 'unavailable' }
	}
}

/** Whoever holds the management token or an access token; undefined where the hash is of neither. */
async function callerOfOwnToken(tokenHash: string, now: number, parts: Parts): Promise<Exclude<Caller, TooMany> | undefined> {
	if (tokenHash === parts.managementTokenHash()) return { kind: 'manager', principal: managementPrincipal }
	const accessToken = await parts.accessTokens.findByHash(tokenHash)
	if (!accessToken) return undefined
	if (!isUsable(accessToken, now))
		return { kind: 'nobody', presented: true, message: `The access token has ${accessToken.isEnabled ? 'expired' : 'been disabled'}.` }
	noteUse(parts, tokenHash, { lastUsedTime: accessToken.lastUsedTime, now })
	return { kind: 'manager', principal: { kind: 'accessToken', name: accessToken.name, roles: [accessToken.role] } }
}

/** Ids are too long to be tried: a wrong one is one that has ended, and no failed sign-in. */
async function callerOfSession(id: string, parts: Parts): Promise<Caller> {
	const now = parts.clock.now()
	const session = await parts.sessions.find(hashToken(id))
	const ended: Caller = { kind: 'nobody', presented: true, message: 'The session has ended: sign in again.' }
	if (!session || session.expiryTime <= now) return ended
	if (session.principal) return { kind: 'manager', principal: session.principal }
	return (await callerOfOwnToken(session.tokenHash, now, parts)) ?? ended
}

/** Not waited for: that a token was used is no condition of its use. */
function noteUse(
	{ accessTokens, log }: Parts,
	tokenHash: string,
	{ lastUsedTime, now }: { lastUsedTime: number | null; now: number },
): void {
	if (lastUsedTime !== null && now < lastUsedTime + ACCESS_TOKEN_USE_INTERVAL) return
	accessTokens
		.noteUsed(tokenHash, now, ACCESS_TOKEN_USE_INTERVAL)
		.catch((error: Error) => log.warn('The use of an access token was not noted', { reason: error.message }))
}
