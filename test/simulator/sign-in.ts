import { type AccessTokens, addToken } from './access-tokens.ts'
import { type Answer, jsonAnswer } from './answer.ts'
import type { SimulatedRequest } from './simulated-request.ts'

/** An hour, as Microsoft Entra gives applications. */
const tokenSeconds = 3600

type Circumstances = { tokens: AccessTokens; clientSecrets: Record<string, string>; now: number; newId: () => string }

/** Whether a request is one to Microsoft Entra: what it offers to a tenant, or a token. */
export function isSignIn(path: string): boolean {
	return isConfiguration(path) || /^\/[^/]+\/oauth2\/v2\.0\/token$/.test(path)
}

function isConfiguration(path: string): boolean {
	return /^\/[^/]+\/v2\.0\/\.well-known\/openid-configuration$/.test(path)
}

/**
 * Answers as Microsoft Entra does to an application that signs in with a secret:
 * learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow. Any secret is good, but of a client in `clientSecrets`.
 */
export function answerSignIn(request: SimulatedRequest, circumstances: Circumstances): Answer {
	const { path, origin, method } = request
	const tenant = path.split('/')[1]!
	if (isConfiguration(path)) return jsonAnswer(200, configurationOf(`${origin}/${tenant}`))
	if (method !== 'POST') return entraError(405, 'invalid_request', 'AADSTS900561: The endpoint only accepts POST requests.')
	return answerToken(new URLSearchParams(request.body), circumstances)
}

/** An error in Entra's form, whose `error` is a word of OAuth and whose description begins with a code of Entra. */
export function entraError(status: number, error: string, description: string): Answer {
	const [, code] = /^AADSTS(\d+)/.exec(description) ?? []
	return jsonAnswer(status, { error, error_description: description, error_codes: code === undefined ? [] : [Number(code)] })
}

function configurationOf(base: string): object {
	return {
		issuer: `${base}/v2.0`,
		authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
		token_endpoint: `${base}/oauth2/v2.0/token`,
		jwks_uri: `${base}/discovery/v2.0/keys`,
		response_types_supported: ['code'],
		subject_types_supported: ['pairwise'],
		id_token_signing_alg_values_supported: ['RS256'],
	}
}

function answerToken(form: URLSearchParams, { tokens, clientSecrets, now, newId }: Circumstances): Answer {
	for (const name of ['grant_type', 'client_id', 'client_secret', 'scope']) {
		if (!form.get(name))
			return entraError(400, 'invalid_request', `AADSTS900144: The request body must contain the following parameter: '${name}'.`)
	}
	if (form.get('grant_type') !== 'client_credentials')
		return entraError(
			400,
			'unsupported_grant_type',
			`AADSTS70003: The app requested an unsupported grant type '${form.get('grant_type')}'.`,
		)
	const { [form.get('client_id')!]: secret } = clientSecrets
	if (secret !== undefined && secret !== form.get('client_secret'))
		return entraError(401, 'invalid_client', `AADSTS7000215: Invalid client secret provided for the app '${form.get('client_id')}'.`)
	const token = addToken(tokens, { now, seconds: tokenSeconds, newId })
	return jsonAnswer(200, { token_type: 'Bearer', expires_in: tokenSeconds, ext_expires_in: tokenSeconds, access_token: token })
}
