import { signal } from '@preact/signals'
import type { SessionBody } from '../session-route.ts'
import type { SignInBody } from '../sign-in-route.ts'
import { apiRoot, RefusedError, refusalOf, UNREACHABLE, withSession } from './root.ts'

/** Who is signed in; null: nobody; undefined: not known yet. */
export const session = signal<SessionBody | null | undefined>(undefined)

/** Why somebody has to sign in, again. */
export const signedOutBecause = signal('')

/** Where people are led to Entra ID; null: they are not. */
export const entraUrl = signal<string | null>(null)

/** How far the runner's clock is ahead of this one, milliseconds. */
let clockAhead = 0

const address = `${apiRoot}/portal/session`

function opened(body: SessionBody): void {
	clockAhead = Date.parse(body.time) - Date.now()
	takeUpPlace()
	session.value = body
}

/** Finds out who is signed in. */
export async function resumeSession(): Promise<void> {
	try {
		const response = await fetch(address, { headers: withSession }).catch(() => {
			throw new RefusedError(0, UNREACHABLE)
		})
		if (!response.ok) throw await refusalOf(response)
		const body = (await response.json()) as SessionBody | null
		if (body) return opened(body)
	} catch (error) {
		signedOutBecause.value = (error as Error).message
	}
	session.value = null
}

/** Signs in with a token, which nothing here keeps. Resolves with what was wrong, if anything was. */
export async function signIn(token: string): Promise<string | undefined> {
	const authorization = `Bearer ${token.trim()}`
	const response = await fetch(address, { method: 'POST', headers: { ...withSession, authorization } })
	if (!response.ok) return (await refusalOf(response)).message
	signedOutBecause.value = ''
	opened((await response.json()) as SessionBody)
	return undefined
}

/** Asks how people can sign in, and why somebody could not just now. */
export async function askHowToSignIn(): Promise<void> {
	const response = await fetch(`${apiRoot}/portal/sign-in`, { headers: withSession })
	if (!response.ok) return
	const body = (await response.json()) as SignInBody
	entraUrl.value = body.entraUrl
	if (body.fault !== null) signedOutBecause.value = body.fault
}

/** What the address shows is lost on the way to Entra ID and back. */
export function keepPlace(): void {
	// Who comes back refused is at no place, and may try again.
	if (location.hash !== '') sessionStorage.setItem(placeKey, location.hash)
}

function takeUpPlace(): void {
	const place = sessionStorage.getItem(placeKey)
	sessionStorage.removeItem(placeKey)
	if (place && location.hash === '') location.replace(place)
}

const placeKey = 'place'

/** Throws where the session lives on. */
export async function signOut(): Promise<void> {
	const response = await fetch(address, { method: 'DELETE', headers: withSession }).catch(() => {
		throw new RefusedError(0, UNREACHABLE)
	})
	if (!response.ok) throw await refusalOf(response)
	signedOutBecause.value = 'You have signed out.'
	session.value = null
}

/** The session has ended, or what it was opened with. */
export function sessionEnded(why: string): void {
	signedOutBecause.value = why
	session.value = null
}

/** Whether the role of who is signed in has an action: what it has not is not shown. */
export function may(action: string): boolean {
	return session.value?.actions.includes(action) ?? false
}

/** The time on the runner. */
export function now(): number {
	return Date.now() + clockAhead
}
