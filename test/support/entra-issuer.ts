import { generateKeyPairSync } from 'node:crypto'
import { exportJWK, type JWTPayload, SignJWT } from 'jose'
import { type Application, signInPages } from './entra-sign-in.ts'
import { startWebServer, type WebServer } from './web-server.ts'

export const tenantId = '11111111-2222-3333-4444-555555555555'
export const objectId = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'
export const audience = 'api://runhook'

export type EntraIssuer = AsyncDisposable & {
	/** What RUNHOOK_ENTRA_AUTHORITY is set to. */
	url: string
	requests: WebServer['requests']
	/** A token as Entra ID makes them, valid for an hour from `now`; what is given takes the place of what it would have. */
	token(claims?: JWTPayload, header?: { alg?: string; kid?: string }, now?: number): Promise<string>
	/** Signs with a new key from now on; the keys that are published change with `publish`. */
	rotate(kid: string): Promise<void>
	/** Without others its own. */
	publish(others?: unknown[]): Promise<void>
	/** What it answers when it is asked for its keys. */
	status: number
	/** What people sign in to. */
	application: Application
}

const newPair = () => generateKeyPairSync('rsa', { modulusLength: 2_048 })

/**
 * A local stand-in for Entra ID: publishes RSA keys, signs tokens with them, and signs people in. For browsers 127.0.0.1 and localhost are as far
 * from each other as Entra ID is from a runner.
 */
export async function startEntraIssuer(host = '127.0.0.1'): Promise<EntraIssuer> {
	let pair = newPair()
	let ownKid = 'first'
	let published: unknown[] = []
	const application: Application = { redirectUri: '', secret: undefined, claims: {}, status: undefined, held: undefined }
	const pages = signInPages(`/${tenantId}`, { application, token: (claims) => issuer.token(claims) })
	const server = await startWebServer({
		host,
		answer: (request, response) => {
			if (pages(request, response)) return
			const isKeys = request.url === `/${tenantId}/discovery/v2.0/keys`
			response.writeHead(isKeys ? issuer.status : 404, { 'Content-Type': 'application/json' })
			response.end(JSON.stringify({ keys: published }))
		},
	})
	const issuer: EntraIssuer = {
		url: server.url,
		requests: server.requests,
		status: 200,
		application,
		async token(claims = {}, { alg = 'RS256', kid = ownKid } = {}, now = Date.now()) {
			const seconds = Math.floor(now / 1_000)
			const own = { iss: `${server.url}/${tenantId}/v2.0`, aud: audience, tid: tenantId, oid: objectId, iat: seconds, nbf: seconds }
			const payload = { ...own, exp: seconds + 3_600, roles: ['Runbooks.Start'], ...claims }
			const given = Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined))
			return new SignJWT(given).setProtectedHeader({ alg, kid, typ: 'JWT' }).sign(pair.privateKey)
		},
		async rotate(kid) {
			pair = newPair()
			ownKid = kid
		},
		async publish(others) {
			// Those of Entra ID name no algorithm, either.
			published = others ?? [{ ...(await exportJWK(pair.publicKey)), kid: ownKid, use: 'sig' }]
		},
		[Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
	}
	await issuer.publish()
	return issuer
}
