import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { test } from 'uvu'
import { makeRoom } from '../../src/http/make-room.ts'
import { makeCertificate } from '../support/certificate.ts'
import { until } from '../support/until.ts'

type Handler = (response: ServerResponse) => void

async function open(full: number, handler: Handler, make: (handler: (request: unknown, response: ServerResponse) => void) => Server) {
	const server = make((_request, response) => handler(response))
	makeRoom(server, full)
	await once(server.listen(0, '127.0.0.1'), 'listening')
	const { port } = server.address() as AddressInfo
	const clients: Socket[] = []
	const client = async (text = '', secure = false) => {
		const options = { port, host: '127.0.0.1', rejectUnauthorized: false }
		const socket: Socket = (secure ? connectTls(options) : connect(options)).on('error', () => undefined)
		clients.push(socket)
		await once(socket, secure ? 'secureConnect' : 'connect')
		if (text) socket.write(text)
		return socket.setEncoding('utf8')
	}
	return {
		server,
		client,
		async [Symbol.asyncDispose]() {
			for (const socket of clients) socket.destroy()
			server.closeAllConnections()
			await new Promise((resolve) => server.close(resolve))
		},
	}
}

const whole = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const half = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf'

test('a further connection takes the place of who has kept the server waiting longest, not of who is answered', async () => {
	let asked = 0
	const answered: ServerResponse[] = []
	await using place = await open(
		3,
		(response) => {
			asked++
			answered.push(response)
		},
		createServer,
	)
	const followed = await place.client(whole)
	await until('it is asked', () => asked === 1)
	const body = await place.client(half)
	await until('it is asked', () => asked === 2)
	const idle = await place.client(whole)
	await until('it is asked', () => asked === 3)
	answered[2]!.end('done')
	await once(idle, 'data')

	const states = () => [followed, body, idle].map((socket) => !socket.closed)
	const first = await place.client()
	await until('the half body goes', () => body.closed)
	assert.deepEqual(states(), [true, false, true])
	const second = await place.client(whole)
	await until('who says nothing goes', () => first.closed)
	assert.deepEqual(states(), [true, false, true])
	await until('the new one is served', () => asked === 4)
	await place.client(whole)
	await until('the idle one goes', () => idle.closed)
	assert.deepEqual([followed.closed, second.closed], [false, false])
	answered[0]!.end('told')
	assert.match(String(await once(followed, 'data')), /told$/)
})

test('a connection amid its TLS handshake keeps the server waiting, too', async () => {
	const { cert, key } = makeCertificate({ subject: 'runner', names: ['127.0.0.1'] })
	let asked = 0
	await using place = await open(
		2,
		() => asked++,
		(handler) => createTlsServer({ cert, key }, handler),
	)
	const followed = await place.client(whole, true)
	await until('it is asked', () => asked === 1)
	const stalled = await place.client()
	const other = await place.client(whole, true)
	await until('the handshake that does not go on is ended', () => stalled.closed)
	await until('the other one is served', () => asked === 2)
	assert.deepEqual([followed.closed, other.closed], [false, false])
})

test.run()
