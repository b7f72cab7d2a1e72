import { type JWTPayload, jwtVerify } from 'jose'
import type { Clock } from '../clock.ts'
import { ENTRA_CLOCK_SECONDS } from '../limits.ts'
import { PublishedKeys } from './published-keys.ts'

/** A tenant of Entra ID. */
export type EntraTenant = {
	/** Without a trailing slash. */
	authority: string
	tenantId: string
}

/** That of Azure's own cloud. */
export const entraAuthority = 'https://login.microsoftonline.com'

type Asked = { audience: string | string[]; requiredClaims: string[] }

/** Reads tokens that a tenant has signed; what they allow is for the caller to tell. */
export class SignedEntraTokens {
	readonly #tenant: EntraTenant
	readonly #keys: PublishedKeys
	readonly #clock: Clock

	constructor(tenant: EntraTenant, clock: Clock) {
		this.#tenant = tenant
		this.#keys = new PublishedKeys(new URL(`${tenant.authority}/${tenant.tenantId}/discovery/v2.0/keys`), clock)
		this.#clock = clock
	}

	/** The claims of a token. Throws jose's errors for one that is not right, and a KeysUnavailableError. */
	async claims(token: string, asked: Asked): Promise<JWTPayload> {
		const { authority, tenantId } = this.#tenant
		const { payload } = await jwtVerify(token, (...key) => this.#keys.find(...key), {
			...asked,
			// Entra ID signs with nothing else; what a token names itself decides nothing.
			algorithms: ['RS256'],
			// The second is what apps are given that ask for tokens of version 1, and what Azure Monitor sends.
			issuer: [`${authority}/${tenantId}/v2.0`, `https://sts.windows.net/${tenantId}/`],
			clockTolerance: ENTRA_CLOCK_SECONDS,
			currentDate: new Date(this.#clock.now()),
		})
		return payload
	}
}
