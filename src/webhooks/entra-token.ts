import type { IncomingHttpHeaders } from 'node:http'
import { errors, type JWTPayload } from 'jose'
import { bearerToken } from '../access/bearer-token.ts'
import { looksLikeJwt } from '../access/entra-tokens.ts'
import { KeysUnavailableError } from '../access/published-keys.ts'
import { entraAuthority, SignedEntraTokens } from '../access/signed-entra-token.ts'
import type { Clock } from '../clock.ts'
import { ENTRA_TENANTS_MAX } from '../limits.ts'
import type { EntraIdRule } from './protections.ts'

/** `invalid`: the caller's token is not one that the rule asks for. `unavailable`: the keys to tell cannot be had now. */
export type TokenVerdict = { kind: 'valid' } | { kind: 'invalid' | 'unavailable'; detail: string }

/** Checks bearer tokens of Microsoft Entra ID, of both versions, with the keys that their tenant publishes. */
export class EntraTokens {
	readonly #clock: Clock
	readonly #tenants = new Map<string, SignedEntraTokens>()

	constructor(clock: Clock) {
		this.#clock = clock
	}

	async check(rule: EntraIdRule, headers: IncomingHttpHeaders): Promise<TokenVerdict> {
		const token = bearerToken(headers)
		if (token === undefined || !looksLikeJwt(token)) return invalid('Its header Authorization has no token.')
		try {
			return claimsVerdict(rule, await this.#of(rule).claims(token, { audience: rule.audience, requiredClaims: ['exp', 'iat'] }))
		} catch (error) {
			return failed(error as Error)
		}
	}

	#of({ tenantId, authority = entraAuthority }: EntraIdRule): SignedEntraTokens {
		const tenant = { authority, tenantId: tenantId.toLowerCase() }
		const name = `${authority}/${tenant.tenantId}`
		const known = this.#tenants.get(name)
		if (known) return known
		const signed = new SignedEntraTokens(tenant, this.#clock)
		if (this.#tenants.size >= ENTRA_TENANTS_MAX) this.#tenants.clear()
		this.#tenants.set(name, signed)
		return signed
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
	if (error instanceof errors.JOSEError) return invalid(`Its token is not valid: ${error.message}.`)
	const why = error instanceof KeysUnavailableError ? error.message : `The keys of Entra ID cannot be used: ${error.message}.`
	return { kind: 'unavailable', detail: why }
}

function invalid(detail: string): TokenVerdict {
	return { kind: 'invalid', detail }
}
