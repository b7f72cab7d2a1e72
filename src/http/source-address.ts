import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { type AddressRanges, addressRanges, plainAddress } from '../address-ranges.ts'

/** Where a request came from; null where that cannot be told. */
export type AddressOf = (request: IncomingMessage) => string | null

/** Tells it to all who ask, so that no two of them see another caller. */
export function addressesBehind(trustedProxies: readonly string[]): AddressOf {
	const trusted = addressRanges(trustedProxies)
	return ({ socket, headers }) => {
		const forwarded = headers['x-forwarded-for']
		return sourceAddress(socket.remoteAddress, Array.isArray(forwarded) ? forwarded.join(',') : forwarded, trusted)
	}
}

/**
 * Whose request it is: the address of the connection, unless that is a trusted proxy's. Then the nearest address in X-Forwarded-For that
 * is no trusted proxy's: what stands before it was written by whoever sent the request. null where a trusted proxy names none that can be read.
 */
export function sourceAddress(connection: string | undefined, forwardedFor: string | undefined, trusted: AddressRanges): string | null {
	if (connection === undefined) return null
	let source = plainAddress(connection)
	const forwarded = forwardedFor?.split(',') ?? []
	while (forwarded.length > 0 && trusted.has(source)) {
		const next = withoutPort(forwarded.pop()!.trim())
		if (isIP(next) === 0) return null
		source = plainAddress(next)
	}
	return source
}

/** Some proxies add the port. */
function withoutPort(text: string): string {
	return /^\[(.*)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text
}
