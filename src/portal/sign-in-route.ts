import { type Request, type RequestHandler, type Response, Router } from 'express'
import { type BegunSignIn, beginSignIn, readBegunSignIn, signInCookie } from '../access/begun-sign-in.ts'
import type { EntraSignIn, EntraSignInOutcome } from '../access/entra-sign-in.ts'
import { StoreUnavailableError } from '../errors.ts'
import { unknownRefusal } from '../http/authorize.ts'
import { cookieOf, cookieText } from '../http/cookie.ts'
import { sendJson } from '../http/error-response.ts'
import type { GuardSignIn, TooMany } from '../http/guard-sign-in.ts'
import {
	ENTRA_CODE_LOG_INTERVAL,
	SIGN_IN_FAULT_LENGTH_MAX,
	SIGN_IN_FAULT_SECONDS,
	SIGN_IN_TIME_MAX,
	SIGN_INS_AT_ONCE_MAX,
} from '../limits.ts'
import type { Log } from '../log.ts'
import { openSession, type SessionKeeping } from './open-session.ts'
import { onlyOwnPages } from './session-route.ts'

export type SignInParts = SessionKeeping & {
	/** undefined where no application of Entra ID is set. */
	entraSignIn: EntraSignIn | undefined
	guardSignIn: GuardSignIn
	log: Log
}

/** What the page for signing in is told. */
export type SignInBody = {
	/** Where people are led to Entra ID; null where they are not. */
	entraUrl: string | null
	/** Why somebody was not signed in there just now. */
	fault: string | null
}

/** Below RUNHOOK_PUBLIC_URL: cookies that are set there have to be there when the browser comes back. */
const path = '/portal/sign-in'

/** As it is registered at Entra ID, which compares it to the letter, once when the browser leaves and once when the code comes. */
function callbackUrl({ publicUrl }: Pick<SignInParts, 'publicUrl'>): URL {
	return new URL(`${publicUrl()}${path}/entra/callback`)
}

/** Signing in with Entra ID: the browser is led there, and comes back with a code, which is exchanged for a token and forgotten. */
export function signInRoute(parts: SignInParts): Router {
	const router = Router()
	const { entraSignIn, publicUrl } = parts
	router.get('/', onlyOwnPages, (request, response) => {
		const fault = cookieOf(request, faultCookie)
		if (fault !== undefined) setCookie(response, parts, { name: faultCookie, value: '', maxAgeSeconds: 0 })
		const body: SignInBody = {
			entraUrl: entraSignIn ? `${publicUrl()}${path}/entra` : null,
			fault: fault === undefined ? null : Buffer.from(fault, 'base64url').toString(),
		}
		sendJson(response, 200, body)
	})
	if (!entraSignIn) return router
	router.get('/entra', async (_request, response) => {
		const begun = beginSignIn(parts.clock.now())
		setCookie(response, parts, { name: signInCookie, value: begun.cookie, maxAgeSeconds: SIGN_IN_TIME_MAX / 1_000 })
		lead(response, (await entraSignIn.begin(begun, callbackUrl(parts).href)).href)
	})
	router.get('/entra/callback', comeBack(parts, entraSignIn))
	return router
}

/** Always led on, whatever comes of it: the address that Entra ID sent the browser to has the code in it, and must not stay in sight. */
function comeBack(parts: SignInParts, entraSignIn: EntraSignIn): RequestHandler {
	const { guardSignIn, publicUrl, clock } = parts
	const tellOperator = faultsTold(parts)
	let underWay = 0
	const finish = async (begun: BegunSignIn, address: URL): Promise<EntraSignInOutcome> => {
		if (underWay >= SIGN_INS_AT_ONCE_MAX) return { kind: 'unavailable', message: tooManyAtOnce, reason: tooManyAtOnce }
		underWay++
		try {
			return await entraSignIn.finish(begun, address)
		} finally {
			underWay--
		}
	}
	return async (request, response) => {
		const address = new URL(/\?.*/.exec(request.originalUrl)?.[0] ?? '', callbackUrl(parts))
		const begun = readBegunSignIn(cookieOf(request, signInCookie), clock.now())
		// Whatever comes of it, it is done with.
		setCookie(response, parts, { name: signInCookie, value: '', maxAgeSeconds: 0 })
		// What was not begun here lets nobody in, and any page can have a browser come here: that is no wrong token of those who look at it. Nor is
		// what such an address says shown to them.
		const found =
			begun && address.searchParams.get('state') === begun.state
				? await guardSignIn(request, address.search, () => finish(begun, address))
				: ({ kind: 'nobody', message: notBegunHere } as const)
		if ('reason' in found) tellOperator(found.reason)
		const fault = await signedIn(parts, { request, response }, found)
		if (fault !== undefined)
			setCookie(response, parts, { name: faultCookie, value: faultText(fault), maxAgeSeconds: SIGN_IN_FAULT_SECONDS })
		lead(response, `${publicUrl()}/portal/`)
	}
}

const notBegunHere = 'This sign-in was not begun in this browser, or too long ago, or is done already. Begin again.'
const tooManyAtOnce = 'Too many people sign in with Entra ID at this moment. Try again.'

/** Resolves with why nobody was signed in, if so. */
async function signedIn(
	parts: SignInParts,
	exchange: { request: Request; response: Response },
	found: EntraSignInOutcome | TooMany,
): Promise<string | undefined> {
	if (found.kind === 'tooMany') return unknownRefusal(found)!.message
	if (found.kind !== 'manager') return found.message
	try {
		return await openSession(parts, exchange, { ...found, by: 'Microsoft' })
	} catch (error) {
		if (!(error instanceof StoreUnavailableError)) throw error
		return 'The store of the runner cannot take a session now. Try again later.'
	}
}

/** Holds why nobody was signed in until the page that shows it asks: in an address anybody could have the page say anything. */
const faultCookie = 'runhook_sign_in_fault'

function faultText(fault: string): string {
	return Buffer.from(fault.slice(0, SIGN_IN_FAULT_LENGTH_MAX)).toString('base64url')
}

/** Anybody can come back with a code that is none: they must not fill the log. */
function faultsTold({ clock, log }: Pick<SignInParts, 'clock' | 'log'>): (reason: string) => void {
	let toldTime = Number.NEGATIVE_INFINITY
	return (reason) => {
		const now = clock.now()
		if (now < toldTime + ENTRA_CODE_LOG_INTERVAL) return
		toldTime = now
		log.warn('Signing in with Entra ID failed', { reason: reason.slice(0, SIGN_IN_FAULT_LENGTH_MAX) })
	}
}

/** Sent to the addresses of this route alone. */
function setCookie(
	response: Response,
	{ publicUrl }: Pick<SignInParts, 'publicUrl'>,
	holding: { name: string; value: string; maxAgeSeconds: number },
): void {
	const url = publicUrl()
	// Entra ID leads the browser back: what was begun has to come along with it.
	const sameSite = holding.name === signInCookie ? 'Lax' : 'Strict'
	response.append('Set-Cookie', cookieText({ path: new URL(url + path).pathname, sameSite, publicUrl: url, ...holding }))
}

/** To addresses that the settings make, and no request. */
function lead(response: Response, address: string): void {
	response.writeHead(303, { Location: address, 'Cache-Control': 'no-store' }).end()
}
