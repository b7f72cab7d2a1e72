import type { Role } from './role.ts'
import { newToken } from './token.ts'

/** A named token that manages the account within a role. The token itself is kept nowhere. */
export type AccessToken = {
	name: string
	tokenHash: string
	role: Exclude<Role, 'Owner'>
	description: string | null
	isEnabled: boolean
	expiryTime: number
	creationTime: number
	/** Who made it: see Principal.name. */
	createdBy: string
	/** Noted at most once a minute. */
	lastUsedTime: number | null
}

/** A new token: 32 random bytes; the beginning lets scanners for leaked secrets know it. */
export function newAccessToken(): string {
	return `runhook_${newToken()}`
}

/** Whether a token lets its holder in at an instant. */
export function isUsable({ isEnabled, expiryTime }: Pick<AccessToken, 'isEnabled' | 'expiryTime'>, at: number): boolean {
	return isEnabled && at < expiryTime
}
