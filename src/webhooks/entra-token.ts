import type { IncomingHttpHeaders } from 'node:http'
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'
import {
	BEARER_TOKEN_LENGTH_MAX,
	ENTRA_CLOCK_TOLERANCE_SECONDS,
	ENTRA_KEYS_INTERVAL,
	ENTRA_KEYS_REQUEST_TIME_MAX,
	ENTRA_KEYS_TIME_MAX,
	ENTRA_TENANTS_MAX,
} from '../limits.ts'
import type { EntraIdRule } from './protections.ts'

/** `invalid`: the caller's token is not one that the rule asks for. `unavailable`: the keys to tell cannot be had now. */
export type TokenVerdict = { kind: 'valid' } | { kind: 'invalid' | 'unavailable'; detail: string }

const defaultAuthority = 'https://login.microsoftonline.com'

/** Checks bearer tokens of Microsoft Entra ID, of both versions, with the keys that their tenant publishes. */
export class EntraTokens {
	readonly #keys = new Map<string, ReturnType<typeof createRemoteJWKSet>>()

	async check(rule: EntraIdRule, headers: IncomingHttpHeaders, now: number): Promise<TokenVerdict> {
		const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+) *$/i.exec(headers.authorization ?? '')?.[1]
		if (token === undefined || token.length > BEARER_TOKEN_LENGTH_MAX) return invalid('It has no bearer token.')
		const tenantId = rule.tenantId.toLowerCase()
		const authority = rule.authority ?? defaultAuthority
		try {
			const { payload } = await jwtVerify(token, this.#keysOf(`${authority}/${tenantId}/discovery/v2.0/keys`), {
				// A token of version 1, which Azure Monitor sends, and of version 2.
				issuer: [`https://sts.windows.net/${tenantId}/`, `${authority}/${tenantId}/v2.0`],
				audience: rule.audience,
				algorithms: ['RS256'],
				requiredClaims: ['exp', 'iat'],
				currentDate: new Date(now),
				clockTolerance: ENTRA_CLOCK_TOLERANCE_SECONDS,
			})
			return claimsVerdict(rule, payload)
		} catch (error) {
			return failed(error as Error)
		}
	}

	#keysOf(url: string): ReturnType<typeof createRemoteJWKSet> {
		const known = this.#keys.get(url)
		if (known) return known
		const keys = createRemoteJWKSet(new URL(url), {
			timeoutDuration: ENTRA_KEYS_REQUEST_TIME_MAX,
			cacheMaxAge: ENTRA_KEYS_TIME_MAX,
			cooldownDuration: ENTRA_KEYS_INTERVAL,
		})
		if (this.#keys.size >= ENTRA_TENANTS_MAX) this.#keys.clear()
		this.#keys.set(url, keys)
		return keys
	}
}

function claimsVerdict({ clientIds, roles }: EntraIdRule, payload: JWTPayload): TokenVerdict {
	// The application that asked for the token: azp in version 2, appid in version 1.
	const client = String(payload.azp ?? payload.appid ?? '').toLowerCase()
	if (clientIds && !clientIds.some((each) => each.toLowerCase() === client)) return invalid('Its token is of another application.')
	const given = Array.isArray(payload.roles) ? payload.roles : []
	if (roles && !roles.some((role) => given.includes(role))) return invalid('Its token has none of the roles.')
	return { kind: 'valid' }
}

function failed(error: Error): TokenVerdict {
	if (error instanceof errors.JWTExpired) return invalid('Its token has expired.')
	if (error instanceof errors.JWTClaimValidationFailed) return invalid(`Its token does not fit: ${error.message}.`)
	// A key that is not published, a wrong signature, or no token at all.
	const isOfKeys = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid
	if (error instanceof errors.JOSEError && !isOfKeys && error.code !== errors.JOSEError.code)
		return invalid(`Its token is not valid: ${error.message}.`)
	return { kind: 'unavailable', detail: `The keys of Entra ID cannot be had: ${error.message}.` }
}

function invalid(detail: string): TokenVerdict {
	return { kind: 'invalid', detail }
}
