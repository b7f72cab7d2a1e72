import { errors, type JWTPayload } from 'jose'
import type { Clock } from '../clock.ts'
import { AUDIT_TEXT_LENGTH_MAX } from '../limits.ts'
import type { Principal } from './principal.ts'
import { KeysUnavailableError } from './published-keys.ts'
import type { Role } from './role.ts'
import { type EntraTenant, SignedEntraTokens } from './signed-entra-token.ts'

/** Whose tokens are taken, and what they allow. */
export type EntraSettings = EntraTenant & {
	/** Any of these; the client id of the app registration, or its application id URI. */
	audiences: readonly string[]
	/** Roles by app role, or by the object id of a user, service principal or group, in lower case. */
	roles: ReadonlyMap<string, Role>
	/** The application that people sign in to; without it they bring a token. */
	clientId?: string
}

/** `invalid` says why only to whoever holds a token that Entra ID has signed; `unavailable`: its keys cannot be had. */
type EntraOutcome =
	| { kind: 'principal'; principal: Principal }
	| { kind: 'invalid'; message?: string }
	| { kind: 'unavailable'; reason: string }

/** Checks a token of Entra ID: whether it is for one of the audiences that are set, or of those that are named. */
export type CheckEntraToken = (token: string, audiences?: readonly string[]) => Promise<EntraOutcome>

/** What could be a token of Entra ID: three parts, none of them empty. Others are not worth a look. */
export function looksLikeJwt(token: string): boolean {
	return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)
}

/** Checks tokens by the keys that Entra ID publishes, which are fetched when the first token comes. */
export function checkEntraTokensOf({ tenantId, audiences, authority, roles }: EntraSettings, clock: Clock): CheckEntraToken {
	const signed = new SignedEntraTokens({ authority, tenantId }, clock)
	return async (token, audience = audiences) => {
		try {
			const claims = await signed.claims(token, { audience: [...audience], requiredClaims: ['exp', 'oid'] })
			return principalOf(claims, { tenantId, roles })
		} catch (error) {
			if (error instanceof KeysUnavailableError) return { kind: 'unavailable', reason: error.message }
			// A key that was published and is none.
			if (!(error instanceof errors.JOSEError))
				return { kind: 'unavailable', reason: `The keys of Entra ID cannot be used: ${(error as Error).message}.` }
			const message = refusal(error)
			return { kind: 'invalid', ...(message === undefined ? {} : { message }) }
		}
	}
}

function principalOf(payload: JWTPayload, { tenantId, roles }: Pick<EntraSettings, 'tenantId' | 'roles'>): EntraOutcome {
	const { oid, tid } = payload
	if (typeof oid !== 'string' || String(tid).toLowerCase() !== tenantId.toLowerCase())
		return { kind: 'invalid', message: 'The token is of another tenant of Entra ID.' }
	// Groups by their ids alone: a tenant can be set to tell their names, and anybody may call a group as an app role.
	const names = [oid, ...textsOf(payload.roles), ...textsOf(payload.groups).filter((each) => guid.test(each))]
	const held = names.map((name) => roles.get(name.toLowerCase())).filter((role) => role !== undefined)
	const userName = payload.preferred_username ?? payload.upn
	return {
		kind: 'principal',
		principal: {
			...{ kind: 'entra', name: oid.toLowerCase(), roles: [...new Set(held)] },
			...(typeof userName === 'string' ? { userName: userName.slice(0, AUDIT_TEXT_LENGTH_MAX) } : {}),
		},
	}
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function textsOf(claim: unknown): string[] {
	return Array.isArray(claim) ? claim.map(String) : []
}

/** Claims are looked at after the signature: what is said of them is said to the token's holder alone. */
function refusal(error: errors.JOSEError): string | undefined {
	if (error instanceof errors.JWTExpired) return 'The token of Entra ID has expired.'
	if (!(error instanceof errors.JWTClaimValidationFailed)) return undefined
	switch (error.claim) {
		case 'iss':
			return 'The token is of another issuer than the tenant of Entra ID that is set here.'
		case 'aud':
			return 'The token of Entra ID is for another audience.'
		case 'nbf':
			return 'The token of Entra ID is not valid yet.'
		default:
			return `The token of Entra ID has no claim '${error.claim}' that can be used.`
	}
}
