import { ACCESS_TOKEN_VALIDITY_MAX, ACCESS_TOKENS_MAX, MILLISECONDS_PER_DAY } from '../limits.ts'
import { type AccessToken, newAccessToken } from './access-token.ts'
import type { AccessTokenStore } from './access-token-store.ts'
import { readRole, roles } from './role.ts'
import { hashToken } from './token.ts'

type Refusal = { kind: 'badRequest' | 'notFound' | 'conflict'; message: string }
/** `token` is shown this once. */
export type AccessTokenOutcome = { kind: 'created'; accessToken: AccessToken; token: string } | Refusal

export type AccessTokenRequest = {
	name: string
	role: string
	/** NaN where the text was no time. */
	expiryTime: number
	description: string | null
	isEnabled: boolean
}

/** No blank, so that none is called as the management token is; and no object id of Entra ID, for which jobs and audit trail would take it. */
const namePattern = /^(?![0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$)[\w.-]{1,64}$/i

/** Makes a token. One that is there stays as it is: its role and expiry are fixed, and it cannot be shown again. */
export async function createAccessToken(
	{ accessTokens, createdBy, now }: { accessTokens: Pick<AccessTokenStore, 'create'>; createdBy: string; now: number },
	{ name, role: asked, expiryTime, description, isEnabled }: AccessTokenRequest,
): Promise<AccessTokenOutcome> {
	if (!namePattern.test(name))
		return {
			kind: 'badRequest',
			message: 'The name of an access token has 1 to 64 letters, digits, dots, hyphens and underscores, and is no GUID.',
		}
	const role = readRole(asked)
	if (role === undefined || role === 'Owner') {
		const allowed = roles.filter((each) => each !== 'Owner').join(', ')
		return { kind: 'badRequest', message: `properties.role: '${asked.slice(0, 64)}' is not one of ${allowed}.` }
	}
	if (!(expiryTime > now && expiryTime - now <= ACCESS_TOKEN_VALIDITY_MAX)) {
		const days = ACCESS_TOKEN_VALIDITY_MAX / MILLISECONDS_PER_DAY
		return { kind: 'badRequest', message: `Invalid expiry time: that of an access token has to lie ahead, by ${days} days at most.` }
	}
	const token = newAccessToken()
	const made = { name, role, expiryTime, description, isEnabled, tokenHash: hashToken(token), creationTime: now, createdBy }
	switch (await accessTokens.create(made, ACCESS_TOKENS_MAX)) {
		case 'created':
			return { kind: 'created', accessToken: { ...made, lastUsedTime: null }, token }
		case 'nameTaken':
			return {
				kind: 'conflict',
				message: `There is an access token '${name}' already: it cannot be shown again. Delete it, or choose another name.`,
			}
		case 'tooMany':
			return { kind: 'conflict', message: `An account has at most ${ACCESS_TOKENS_MAX} access tokens.` }
	}
}
