import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Keeps slow clients from shutting others out: where more than `full` connections are open, a further one takes the place of the one that has
 * kept the server waiting longest, for the whole of a request or for its next one. One that is being answered is left alone.
 */
export function makeRoom(server: Server, full: number): void {
	/** Open connections, the oldest first, with the answer to the latest request of each. */
	const open = new Map<Socket, ServerResponse | undefined>()
	/** Those amid a TLS handshake, by the client's address: the socket that requests come from is another one. */
	const inHandshake = new Map<string, Socket>()
	const add = (socket: Socket) => {
		open.set(socket, undefined)
		socket.once('close', () => open.delete(socket))
		const victim = open.size > full ? longestWaiting(open) : undefined
		if (!victim) return
		// At once, because others may come before its end is told.
		open.delete(victim)
		victim.destroy()
	}
	server.on('connection', (socket: Socket) => {
		add(socket)
		if (!('setSecureContext' in server)) return
		const key = addressOf(socket)
		inHandshake.set(key, socket)
		socket.once('close', () => inHandshake.delete(key))
	})
	server.on('secureConnection', (socket: Socket) => {
		open.delete(inHandshake.get(addressOf(socket))!)
		add(socket)
	})
	server.on('request', (request, response) => void open.set(request.socket, response))
}

function addressOf({ remoteAddress, remotePort }: Socket): string {
	return `${remoteAddress} ${remotePort}`
}

/** Who has not sent a whole request comes first, then who may send another one. */
function longestWaiting(open: Map<Socket, ServerResponse | undefined>): Socket | undefined {
	let idle: Socket | undefined
	for (const [socket, response] of open) {
		if (response === undefined || !response.req.complete) return socket
		if (response.writableEnded) idle ??= socket
	}
	return idle
}
