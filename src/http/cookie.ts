import type { IncomingMessage } from 'node:http'

type Cookie = {
	name: string
	value: string
	/** Where it is sent to. */
	path: string
	/** 0 takes it away. */
	maxAgeSeconds: number
	/** `Lax` where it has to come along when another site leads the browser here. */
	sameSite: 'Strict' | 'Lax'
	publicUrl: string
}

/** A `Set-Cookie`: scripts cannot read it, and over https it goes nowhere else. */
export function cookieText({ name, value, path, maxAgeSeconds, sameSite, publicUrl }: Cookie): string {
	const secure = publicUrl.startsWith('https:') ? '; Secure' : ''
	return `${name}=${value}; Path=${path}; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=${sameSite}${secure}`
}

/** What a browser sends as a cookie; undefined where it sends none of that name. */
export function cookieOf({ headers }: Pick<IncomingMessage, 'headers'>, name: string): string | undefined {
	const cookies = headers.cookie?.split(';').map((each) => each.trim()) ?? []
	return cookies.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1)
}
