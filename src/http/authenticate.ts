import type { IncomingMessage } from 'node:http'
import { isUsable } from '../access/access-token.ts'
import type { AccessTokenStore } from '../access/access-token-store.ts'
import { type CheckEntraToken, looksLikeJwt } from '../access/entra-tokens.ts'
import { managementPrincipal, type Principal } from '../access/principal.ts'
import { type SessionStore, sessionCookie, sessionHeader } from '../access/session.ts'
import { hashToken } from '../access/token.ts'
import type { WrongTokens } from '../access/wrong-tokens.ts'
import type { FailedSignIns } from '../audit/failed-sign-ins.ts'
import type { Clock } from '../clock.ts'
import { ACCESS_TOKEN_USE_INTERVAL } from '../limits.ts'
import type { Log } from '../log.ts'
import { isDeleted, type Webhook } from '../webhooks/webhook.ts'
import type { WebhookStore } from '../webhooks/webhook-store.ts'
import type { AddressOf } from './source-address.ts'

/**
 * Who is calling: someone who manages this account, the holder of a webhook's token, or nobody known; `tooMany`: the address has tried too many
 * wrong tokens; `unavailable`: whether the token is right cannot be told now.
 */
export type Caller =
	| { kind: 'manager'; principal: Principal }
	| { kind: 'webhook'; webhook: Webhook }
	| { kind: 'nobody'; presented: boolean; message?: string }
	| { kind: 'tooMany'; retryAfterSeconds: number }
	| { kind: 'unavailable' }

export type Authenticate = (request: IncomingMessage) => Promise<Caller>

type Parts = {
	managementTokenHash: () => string
	accessTokens: Pick<AccessTokenStore, 'findByHash' | 'noteUsed'>
	sessions: Pick<SessionStore, 'find'>
	webhooks: Pick<WebhookStore, 'findByTokenHash'>
	/** undefined where no tenant is set. */
	checkEntraToken: CheckEntraToken | undefined
	wrongTokens: WrongTokens
	failedSignIns: FailedSignIns
	addressOf: AddressOf
	clock: Clock
	log: Log
}

/** The bearer token of a request. */
export function bearerToken({ headers }: IncomingMessage): string | undefined {
	return /^Bearer +([^\s]+) *$/i.exec(headers.authorization ?? '')?.[1]
}

/** The id of the session that a page of our own names; undefined of requests that another site's page may have sent. */
export function sessionId({ headers }: IncomingMessage): string | undefined {
	if (headers[sessionHeader] === undefined || headers.authorization !== undefined) return undefined
	const cookies = headers.cookie?.split(';').map((each) => each.trim()) ?? []
	return cookies.find((each) => each.startsWith(`${sessionCookie}=`))?.slice(sessionCookie.length + 1)
}

/** Tells callers by their bearer token, or by their session. Tokens are looked up by their hashes, so that the time it takes says nothing of them. */
export function authenticateWith(parts: Parts): Authenticate {
	const { wrongTokens, failedSignIns, addressOf, clock } = parts
	/** A request that passes several handlers is looked at once. */
	const known = new WeakMap<IncomingMessage, Promise<Caller>>()
	const look = async (request: IncomingMessage): Promise<Caller> => {
		const id = sessionId(request)
		if (id !== undefined) return callerOfSession(id, parts)
		const token = bearerToken(request)
		if (token === undefined) return { kind: 'nobody', presented: request.headers.authorization !== undefined }
		const now = clock.now()
		const address = addressOf(request) ?? 'unknown'
		const refusedFor = wrongTokens.refusedFor(address, now)
		const caller = refusedFor > 0 ? tooMany(refusedFor) : await callerOf(token, now, parts)
		if (caller.kind === 'nobody') wrongTokens.note(address, hashToken(token), now)
		if (caller.kind === 'nobody' || caller.kind === 'tooMany') failedSignIns.note(address)
		return caller
	}
	return (request) => {
		const caller = known.get(request) ?? look(request)
		known.set(request, caller)
		return caller
	}
}

async function callerOf(token: string, now: number, parts: Parts): Promise<Caller> {
	const { webhooks, checkEntraToken, log } = parts
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
			log.warn('A token of Entra ID cannot be checked', { reason: outcome.reason })
			return { kind: 'unavailable' }
	}
}

/** Whoever holds the management token or an access token; undefined where the hash is of neither. */
async function callerOfOwnToken(tokenHash: string, now: number, parts: Parts): Promise<Caller | undefined> {
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

function tooMany(milliseconds: number): Caller {
	return { kind: 'tooMany', retryAfterSeconds: Math.ceil(milliseconds / 1_000) }
}
