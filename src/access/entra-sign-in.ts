import type { Configuration } from 'openid-client'
import type { Clock } from '../clock.ts'
import { ENTRA_ANSWER_BYTES_MAX, ENTRA_CLOCK_SECONDS, ENTRA_CODE_SECONDS_MAX } from '../limits.ts'
import type { BegunSignIn } from './begun-sign-in.ts'
import { boundedBody } from './bounded-body.ts'
import { type CheckEntraToken, checkEntraTokensOf, type EntraSettings } from './entra-tokens.ts'
import type { Principal } from './principal.ts'

/**
 * Who has come back, with the token that says so; or why nobody was let in, in words for them. `unavailable`: that is nothing that they did.
 * `reason` is for the operator, where the settings or the network may be to blame.
 */
export type EntraSignInOutcome =
	| { kind: 'manager'; principal: Principal; token: string }
	| { kind: 'nobody'; message: string; reason?: string }
	| { kind: 'unavailable'; message: string; reason: string }

type OpenId = typeof import('openid-client')

type Settings = Pick<EntraSettings, 'authority' | 'tenantId'> & {
	clientId: string
	/** undefined where the application is registered as one that has none. */
	clientSecret: string | undefined
	checkToken: CheckEntraToken
}

/**
 * Signing people in by leading their browser to Entra ID and back (OpenID Connect: authorization code with PKCE). What the token that is
 * fetched then allows is told by the same check as for tokens that come with requests.
 */
export class EntraSignIn {
	readonly #settings: Settings
	#opened: Promise<{ openId: OpenId; configuration: Configuration }> | undefined

	constructor(settings: Settings) {
		this.#settings = settings
	}

	/** Where the browser has to go, and from where it is sent to `redirectUri`. */
	async begin({ state, nonce, codeVerifier }: BegunSignIn, redirectUri: string): Promise<URL> {
		const { openId, configuration } = await this.#open()
		return openId.buildAuthorizationUrl(configuration, {
			redirect_uri: redirectUri,
			// Without the second the token has no object id.
			scope: 'openid profile',
			// Who has several accounts, or was refused with one, has to be able to take another.
			prompt: 'select_account',
			code_challenge: await openId.calculatePKCECodeChallenge(codeVerifier),
			code_challenge_method: 'S256',
			state,
			nonce,
		})
	}

	/** Who has come back to an address, which is the `redirectUri` of `begin` with what Entra ID has added to it. */
	async finish({ state, nonce, codeVerifier }: BegunSignIn, address: URL): Promise<EntraSignInOutcome> {
		const { openId, configuration } = await this.#open()
		try {
			const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier, idTokenExpected: true }
			const { id_token: token = '' } = await openId.authorizationCodeGrant(configuration, address, checks)
			return this.#outcomeOf(token)
		} catch (error) {
			return refusalOf(error as Error, openId)
		}
	}

	async #outcomeOf(token: string): Promise<EntraSignInOutcome> {
		const { checkToken, clientId } = this.#settings
		const outcome = await checkToken(token, [clientId])
		switch (outcome.kind) {
			case 'principal':
				return { kind: 'manager', principal: outcome.principal, token }
			case 'invalid':
				return { kind: 'nobody', message: outcome.message ?? 'The token that Entra ID sent is not valid here.' }
			case 'unavailable':
				return { kind: 'unavailable', message: awayMessage, reason: outcome.reason }
		}
	}

	/** Loaded when somebody signs in: most runners never do that. */
	#open() {
		this.#opened ??= import('openid-client').then((openId) => ({ openId, configuration: configurationOf(openId, this.#settings) }))
		return this.#opened
	}
}

const awayMessage = 'Entra ID cannot be reached by the runner, so nobody can sign in with it. Try again later.'

/** Entra ID's addresses are the same for each tenant: so none has to be asked for. */
function configurationOf(openId: OpenId, { authority, tenantId, clientId, clientSecret }: Settings): Configuration {
	const tenant = `${authority}/${tenantId}`
	const server = {
		issuer: `${tenant}/v2.0`,
		authorization_endpoint: `${tenant}/oauth2/v2.0/authorize`,
		token_endpoint: `${tenant}/oauth2/v2.0/token`,
	}
	const proof = clientSecret === undefined ? openId.None() : openId.ClientSecretPost(clientSecret)
	const configuration = new openId.Configuration(server, clientId, { [openId.clockTolerance]: ENTRA_CLOCK_SECONDS }, proof)
	configuration.timeout = ENTRA_CODE_SECONDS_MAX
	configuration[openId.customFetch] = async (url, options) => {
		const response = await fetch(url, options as RequestInit)
		const { status, headers } = response
		return new Response(await boundedBody(response, ENTRA_ANSWER_BYTES_MAX), { status, headers })
	}
	// The settings allow that on this machine alone.
	if (authority.startsWith('http:')) openId.allowInsecureRequests(configuration)
	return configuration
}

/** What comes of a token for another sign-in: no fault of the settings, or of the network. */
const ofTheToken = ['OAUTH_INVALID_RESPONSE', 'OAUTH_JWT_CLAIM_COMPARISON_FAILED', 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED']

function refusalOf(error: Error, openId: OpenId): EntraSignInOutcome {
	if (error instanceof openId.AuthorizationResponseError) return { kind: 'nobody', message: textOf(error) }
	if (error instanceof openId.ResponseBodyError) {
		const message = textOf(error)
		if (error.error === 'invalid_grant') return { kind: 'nobody', message }
		// A code that somebody made up, or a registration for browsers alone.
		return { kind: error.error === 'invalid_request' ? 'nobody' : 'unavailable', message, reason: message }
	}
	const { cause } = error
	const why = cause instanceof Response ? `It answers ${cause.status}` : cause instanceof Error ? cause.message : error.message
	return error instanceof openId.ClientError && ofTheToken.includes(error.code ?? '')
		? { kind: 'nobody', message: `The answer of Entra ID cannot be used: ${why}.` }
		: { kind: 'unavailable', message: awayMessage, reason: why }
}

/** Entra ID's own words, with the number by which its documents know them. */
function textOf({ error, error_description: description }: { error: string; error_description?: string | undefined }): string {
	return `Entra ID says: ${description || error}`
}

/** What is done with Entra ID: nothing where no tenant is set, and nobody is led there where no application is. */
export function openEntra(settings: EntraSettings | undefined, { clientSecret, clock }: Pick<Settings, 'clientSecret'> & { clock: Clock }) {
	if (!settings) return { checkEntraToken: undefined, entraSignIn: undefined }
	const { clientId } = settings
	const checkToken = checkEntraTokensOf(settings, clock)
	const entraSignIn = clientId === undefined ? undefined : new EntraSignIn({ ...settings, clientId, clientSecret, checkToken })
	return { checkEntraToken: checkToken, entraSignIn }
}
