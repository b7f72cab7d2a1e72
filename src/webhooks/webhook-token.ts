export const tokenHashPattern = /^sha256:[0-9a-f]{64}$/

/** The URL that is shown once. `publicUrl` has no trailing slash. */
export function webhookUrl(publicUrl: string, token: string): string {
	return `${publicUrl}/webhooks?token=${token}`
}

/** The URL of a webhook that is called by its name; it is no secret. */
export function namedUrl(publicUrl: string, name: string): string {
	return `${publicUrl}/webhooks/${encodeURIComponent(name)}`
}

export type TokenInQuery = { kind: 'token'; token: string } | { kind: 'invalid'; message: string }

/** The one `token` member of a request's query, percent-decoded; a `+` stays a plus. Other members are ignored. */
export function tokenInQuery(url: string): TokenInQuery {
	const start = url.indexOf('?')
	const given =
		start < 0
			? []
			: url
					.slice(start + 1)
					.split('&')
					.filter((member) => /^token(=|$)/.test(member))
	if (given.length > 1) return { kind: 'invalid', message: 'The token was given more than once.' }
	const text = given[0]?.slice('token='.length)
	if (!text) return { kind: 'invalid', message: 'The URL has no token.' }
	try {
		return { kind: 'token', token: decodeURIComponent(text) }
	} catch {
		return { kind: 'invalid', message: 'The token is not valid percent-encoding.' }
	}
}
