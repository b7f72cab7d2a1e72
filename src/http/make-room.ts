import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** The `turn` at which a connection came or asked last, and the answer to its latest request. */
type Asked = { turn: number; response: ServerResponse | undefined }

/**
 * Keeps slow clients from shutting others out: where more than `full` connections are open, a further one takes the place of the one that has
 * kept the server waiting longest, for the whole of a request or for its next one. One that is being answered is left alone.
 */
export function makeRoom(server: Server, full: number): void {
	// Changed in place at each request: a map that is put in order anew each time leaves its garbage where only a full collection finds it, which
	// took three times as long as all others.
	const open = new Map<Socket, Asked>()
	let turn = 0
	/** Those amid a TLS handshake, by the client's address: the socket that requests come from is another one. */
	const inHandshake = new Map<string, Socket>()
	const add = (socket: Socket) => {
		// Of the others: the new one has not sent anything either.
		const victim = open.size >= full ? longestWaiting(open) : undefined
		open.set(socket, { turn: turn++, response: undefined })
		socket.once('close', () => open.delete(socket))
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
	server.on('request', (request, response) => {
		const asked = open.get(request.socket)
		if (!asked) return
		// Who asks now and then has not waited since it came.
		asked.turn = turn++
		asked.response = response
	})
}

function addressOf({ remoteAddress, remotePort }: Socket): string {
	return `${remoteAddress} ${remotePort}`
}

/** Who has not sent a whole request comes first, then who may send another one. */
function longestWaiting(open: Map<Socket, Asked>): Socket | undefined {
	let sending: { socket: Socket; turn: number } | undefined
	let idle: { socket: Socket; turn: number } | undefined
	for (const [socket, { turn, response }] of open) {
		if (response === undefined || !response.req.complete) {
			if (!sending || turn < sending.turn) sending = { socket, turn }
		} else if (response.writableEnded && (!idle || turn < idle.turn)) idle = { socket, turn }
	}
	return (sending ?? idle)?.socket
}
