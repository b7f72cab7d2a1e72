import type { Principal } from './principal.ts'
import { hashToken, newToken } from './token.ts'

/**
 * A browser that is signed in. What it stands for is looked at again at each request, so that a token that is disabled, deleted or exchanged
 * ends what was signed in with it.
 */
export type Session = {
	/** Of what the cookie holds, which is kept nowhere. */
	idHash: string
	/** Of the management or access token it was opened with. */
	tokenHash: string
	/** Of whom Entra ID signed in: nothing can be looked up of them, so their session ends with their token. null of all others. */
	principal: Principal | null
	creationTime: number
	expiryTime: number
}

/** What is needed kept. Every method may throw a StoreUnavailableError: then nothing was changed. */
export type SessionStore = {
	find(idHash: string): Promise<Session | undefined>
	/** Those that have expired go, and of all others the oldest, so that no more than `most` are kept. */
	create(session: Session, most: number): Promise<void>
	delete(idHash: string): Promise<void>
}

/** A new session and the id that its holder presents. */
export function newSession(opened: Omit<Session, 'idHash'>): { session: Session; id: string } {
	const id = newToken()
	return { id, session: { ...opened, idHash: hashToken(id) } }
}

/** The cookie that holds the id of a session. */
export const sessionCookie = 'runhook_session'

/**
 * A header that has to come with every request of a session. Pages of other sites cannot send it: browsers ask the server first, which
 * allows nobody.
 */
export const sessionHeader = 'x-runhook-portal'
