import { hash, randomBytes } from 'node:crypto'

/** A new token: 32 random bytes as base64url, which needs no escaping in a URL. */
export function newToken(): string {
	return randomBytes(32).toString('base64url')
}

/** `sha256:<64 hex>` over the token's text: what is kept and looked up, so that the time a comparison takes says nothing of the token. */
export function hashToken(token: string): string {
	return `sha256:${hash('sha256', token, 'hex')}`
}
