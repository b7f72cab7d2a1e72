import { signal } from '@preact/signals'
import type { SessionBody } from '../session-route.ts'
import { apiRoot, refusalOf, withSession } from './root.ts'

/** Who is signed in; null: nobody; undefined: not known yet. */
export const session = signal<SessionBody | null | undefined>(undefined)

/** Why somebody has to sign in again. */
export const signedOutBecause = signal('')

/** How far the runner's clock is ahead of this one, milliseconds. */
let clockAhead = 0

const address = `${apiRoot}/portal/session`

function opened(body: SessionBody): void {
	clockAhead = Date.parse(body.time) - Date.now()
	session.value = body
}

/** Finds out who is signed in. */
export async function resumeSession(): Promise<void> {
	const response = await fetch(address, { headers: withSession })
	const body = response.ok ? ((await response.json()) as SessionBody | null) : null
	if (body) opened(body)
	else session.value = null
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

export async function signOut(): Promise<void> {
	await fetch(address, { method: 'DELETE', headers: withSession })
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
