import { createHmac } from 'node:crypto'
import { SIGN_IN_TIME_MAX } from '../limits.ts'
import { newToken } from './token.ts'

/**
 * A sign-in that is on its way to Entra ID and back. All of it follows from what the browser's cookie holds: so nobody who only opens the page
 * makes the runner keep something, and of several runners any can finish what another one began.
 */
export type BegunSignIn = {
	/** When it began, and 32 random bytes, known to this browser alone. */
	cookie: string
	/** Comes back in the address: what was begun in another browser is not finished in this one. */
	state: string
	/** Stands in the token: one that was made for another sign-in is not taken. */
	nonce: string
	/** Has to be shown to exchange the code: one that somebody caught on the way is of no use to them. */
	codeVerifier: string
}

/** The cookie that holds it. */
export const signInCookie = 'runhook_sign_in'

export function beginSignIn(now: number): BegunSignIn {
	return signInOf(`${now}.${newToken()}`)
}

/** What the cookie holds; undefined where it is none, or was set too long ago. */
export function readBegunSignIn(cookie: string | undefined, now: number): BegunSignIn | undefined {
	const time = /^(\d{1,15})\.[\w-]{43}$/.exec(cookie ?? '')?.[1]
	// Of another runner the clock may be a little ahead.
	return time !== undefined && Math.abs(now - Number(time)) <= SIGN_IN_TIME_MAX ? signInOf(cookie!) : undefined
}

/** One cannot be told from the other, nor the cookie from any of them. */
function signInOf(cookie: string): BegunSignIn {
	const derived = (use: string) => createHmac('sha256', cookie).update(use).digest('base64url')
	return { cookie, state: derived('state'), nonce: derived('nonce'), codeVerifier: derived('code verifier') }
}
