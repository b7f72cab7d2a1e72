// The connection to a server, opened step by step so that each can be timed.
import { once } from 'node:events'
import { connect, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'

/** The host of a URL as names and certificates have it: an IPv6 address without brackets. */
export function hostOf({ hostname }: URL): string {
	return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
}

/** Connects to the first of the addresses that answers. Rejects with a system error, or when the signal aborts. */
export async function openConnection(url: URL, addresses: string[], signal: AbortSignal): Promise<Socket> {
	const found = addresses.map((address) => ({ address, family: isIP(address) }))
	// With autoSelectFamily Node asks for all of them.
	const lookup: LookupFunction = (_host, _options, done) => done(null, found)
	const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
	// A name, so that the addresses are taken from the look-up even if the URL has an address.
	const socket = connect({ host: 'endpoint.invalid', port, lookup, autoSelectFamily: true, noDelay: true })
	return established(socket, 'connect', signal)
}

/** Begins TLS. Resolves whatever the certificate is worth: judging it is the next step. */
export async function startTls(socket: Socket, host: string, signal: AbortSignal): Promise<TLSSocket> {
	const secure = connectTls({
		socket,
		...(isIP(host) ? {} : { servername: host }),
		ALPNProtocols: ['http/1.1'],
		rejectUnauthorized: false,
		// So that `authorizationError` tells of the chain alone.
		checkServerIdentity: () => undefined,
	})
	return established(secure, 'secureConnect', signal)
}

async function established<Connection extends Socket>(socket: Connection, event: string, signal: AbortSignal): Promise<Connection> {
	// An error after this is seen by whoever uses the socket then.
	socket.on('error', () => undefined)
	try {
		await once(socket, event, { signal })
		return socket
	} catch (error) {
		socket.destroy()
		throw error
	}
}
