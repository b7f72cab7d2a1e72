import { type Answer, armError, jsonAnswer } from './answer.ts'
import type { SimulatedRequest } from './simulated-request.ts'

/** The tokens that were handed out, with the instant each ends (milliseconds since 1970). */
export type AccessTokens = Map<string, number>

export const tokenPath = '/msi/token'
/** A day, as App Service gives its managed identities. */
const tokenSeconds = 86_400

/** Answers `GET /msi/token` as the managed identity endpoint of App Service does (api-version 2019-08-01). */
export function issueToken(tokens: AccessTokens, request: SimulatedRequest, now: number, newId: () => string): Answer {
	const resource = request.query.get('resource')
	if (!request.query.has('api-version')) return identityError(400, 'The api-version query parameter is required.')
	if (!resource) return identityError(400, 'The resource query parameter is required.')
	if (!request.headers['x-identity-header']) return identityError(401, 'The X-IDENTITY-HEADER header is required.')
	const token = addToken(tokens, { now, seconds: tokenSeconds, newId })
	const expiresOn = String(Math.floor(now / 1000) + tokenSeconds)
	return jsonAnswer(200, { access_token: token, expires_on: expiresOn, resource, token_type: 'Bearer' })
}

/** Makes a token that is good for so many seconds. Those at their end are forgotten. */
export function addToken(tokens: AccessTokens, { now, seconds, newId }: { now: number; seconds: number; newId: () => string }): string {
	for (const [token, endTime] of tokens) if (endTime <= now) tokens.delete(token)
	const token = `simulator.${newId()}`
	tokens.set(token, now + seconds * 1000)
	return token
}

/** The 401 for a request whose bearer token is missing, not ours or at its end; undefined when it is good. */
export function refuseBearer(tokens: AccessTokens, authorization: string | undefined, now: number): Answer | undefined {
	if (!authorization) return unauthorized('AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.")
	const token = /^Bearer (\S+)$/i.exec(authorization)?.[1]
	const endTime = token === undefined ? undefined : tokens.get(token)
	if (endTime === undefined) return unauthorized('InvalidAuthenticationToken', 'The access token is invalid.')
	if (endTime <= now) return unauthorized('ExpiredAuthenticationToken', 'The access token has expired.')
	return undefined
}

function unauthorized(code: string, message: string): Answer {
	const challenge = `Bearer authorization_uri="https://login.windows.net/common", error="invalid_token", error_description="${message}"`
	return armError(401, code, message, { 'www-authenticate': challenge })
}

function identityError(status: number, message: string): Answer {
	return jsonAnswer(status, { statusCode: status, message })
}
