import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { JWTPayload } from 'jose'

export const clientId = '99999999-8888-7777-6666-555555555555'

/** An application that people sign in to, as it is registered. */
export type Application = {
	redirectUri: string
	/** undefined: below "Mobile and desktop applications", where none may be sent. */
	secret: string | undefined
	/** What the next token says in place of what it would. */
	claims: JWTPayload
	/** How the next code is answered; undefined: with a token. */
	status: number | undefined
	/** What a code waits for to be answered. */
	held: Promise<void> | undefined
}

type Issued = { challenge: string; nonce: string; isUsed: boolean }
type MakeToken = (claims: JWTPayload) => Promise<string>

/**
 * The page on which people say who they are, and the exchange of the code that it gives them: with the checks and the words of Entra ID.
 * Whether it was asked for one of them.
 */
export function signInPages(
	tenantPath: string,
	{ application, token }: { application: Application; token: MakeToken },
): (request: IncomingMessage, response: ServerResponse) => boolean {
	const issued = new Map<string, Issued>()
	return (request, response) => {
		const url = new URL(request.url!, 'http://entra')
		if (url.pathname === `${tenantPath}/oauth2/v2.0/authorize`) askWho(url.searchParams, response, { application, issued })
		else if (url.pathname === `${tenantPath}/oauth2/v2.0/token`) void exchange(request, response, { application, issued, token })
		else return false
		return true
	}
}

type Parts = { application: Application; issued: Map<string, Issued> }

/** Two ways back: with a code, and with what Entra ID says of people who would not. */
function askWho(asked: URLSearchParams, response: ServerResponse, { application, issued }: Parts): void {
	const { redirect_uri, state = '', nonce = '', code_challenge: challenge = '', ...more } = Object.fromEntries(asked)
	const isFit = more.client_id === clientId && more.response_type === 'code' && more.code_challenge_method === 'S256'
	if (redirect_uri !== application.redirectUri || !isFit || !/openid/.test(more.scope ?? '') || !/profile/.test(more.scope ?? '')) {
		response.writeHead(400).end('AADSTS50011: The redirect URI, or what else was asked for, does not fit the application.')
		return
	}
	const code = `1.${randomUUID()}`
	issued.set(code, { challenge, nonce, isUsed: false })
	const back = (members: Record<string, string>) => `${redirect_uri}?${new URLSearchParams({ ...members, state })}`.replaceAll('&', '&amp;')
	const refusal = { error: 'access_denied', error_description: 'AADSTS65004: User declined to <b>consent</b>.\r\nTrace ID: 1234' }
	response.writeHead(200, { 'Content-Type': 'text/html' })
	response.end(
		`<title>Pick an account</title><a href="${back({ code, session_state: 'x' })}">Ada</a> <a href="${back(refusal)}">Cancel</a>`,
	)
}

async function exchange(
	request: IncomingMessage,
	response: ServerResponse,
	{ application, issued, token }: Parts & { token: MakeToken },
): Promise<void> {
	const given = Object.fromEntries(new URLSearchParams(await text(request)))
	const code = issued.get(given.code ?? '')
	await application.held
	const fault = faultOf(given, code, application)
	if (code) code.isUsed = true
	const status = application.status ?? (fault ? 400 : 200)
	const [error, error_description] = fault ?? []
	const claims = {
		aud: clientId,
		sub: 'of-this-application',
		nonce: code?.nonce,
		preferred_username: 'ada@contoso.com',
		...application.claims,
	}
	const tokens = { token_type: 'Bearer', access_token: 'of-another-audience', id_token: await token(claims) }
	response.writeHead(status, { 'Content-Type': 'application/json' })
	response.end(JSON.stringify(fault ? { error, error_description } : tokens))
}

function faultOf(
	given: Record<string, string>,
	code: Issued | undefined,
	{ redirectUri, secret }: Application,
): [string, string] | undefined {
	if (secret === undefined && given.client_secret !== undefined)
		return ['invalid_client', "AADSTS700025: Client is public so neither 'client_assertion' nor 'client_secret' should be presented."]
	if (secret !== given.client_secret) return ['invalid_client', 'AADSTS7000215: Invalid client secret provided.']
	if (given.grant_type !== 'authorization_code' || given.client_id !== clientId || given.redirect_uri !== redirectUri)
		return ['invalid_request', 'AADSTS900144: The request does not fit.']
	if (!code) return ['invalid_grant', 'AADSTS9002313: Invalid request. Request is malformed or invalid.']
	if (code.isUsed) return ['invalid_grant', 'AADSTS54005: OAuth2 Authorization code was already redeemed.']
	const challenge = createHash('sha256')
		.update(given.code_verifier ?? '')
		.digest('base64url')
	return challenge === code.challenge
		? undefined
		: ['invalid_grant', 'AADSTS501481: The Code_Verifier does not match the code_challenge supplied in the authorization request.']
}
