import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { test } from 'uvu'
import { readBody } from '../../src/http/read-body.ts'

type Body = Awaited<ReturnType<typeof readBody>>

/** Sends a request in pieces; resolves with what `read` makes of it on the server. */
async function received(pieces: string[], read: (request: IncomingMessage) => Promise<Body>): Promise<Body> {
	const result = Promise.withResolvers<Body>()
	const server = createServer((request, response) => {
		read(request)
			.then(result.resolve, result.reject)
			.finally(() => response.end())
	})
	server.listen(0, '127.0.0.1')
	await once(server, 'listening')
	const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined)
	for (const piece of pieces) await new Promise((resolve) => socket.write(piece, resolve))
	socket.end()
	socket.resume()
	const body = await result.promise
	socket.destroy()
	server.closeAllConnections()
	server.close()
	return body
}

const head = (header: string) => `POST / HTTP/1.1\r\nHost: a\r\n${header}\r\n\r\n`

test('a body is read as it was sent, in one piece or in many', async () => {
	const read = (request: IncomingMessage) => readBody(request, 5)
	assert.equal(String(await received([head('Content-Length: 5'), 'ab', 'cde'], read)), 'abcde')
	assert.equal(String(await received([head('Transfer-Encoding: chunked'), '2\r\nab\r\n', '3\r\ncde\r\n0\r\n\r\n'], read)), 'abcde')
	const letters = [...'abcdefghijklmnopqrstuvwxyz'.repeat(40)]
	const singly = letters.map((letter) => `1\r\n${letter}\r\n`).join('')
	const whole = await received([head('Transfer-Encoding: chunked'), `${singly}0\r\n\r\n`], (request) => readBody(request, letters.length))
	assert.equal(String(whole), letters.join(''))
	assert.equal(String(await received([head('Content-Length: 0')], read)), '')
	assert.equal(String(await received([head('Accept: */*')], read)), '')
})

test('a body over the limit is known by its announcement, or as soon as it is over it', async () => {
	const read = (request: IncomingMessage) => readBody(request, 5)
	assert.equal(await received([head('Content-Length: 6')], read), 'tooLarge')
	assert.equal(await received([head('Transfer-Encoding: chunked'), '6\r\nabcdef\r\n'], read), 'tooLarge')
})

test('room is asked for what has come alone, and a body that finds none is given up', async () => {
	const asked: number[] = []
	const read = (room: number) => (request: IncomingMessage) =>
		readBody(request, 50, (bytes) => {
			asked.push(bytes)
			return asked.reduce((sum, each) => sum + each, 0) <= room
		})
	assert.equal(String(await received([head('Content-Length: 5'), 'abcde'], read(5))), 'abcde')
	assert.equal(
		asked.reduce((sum, each) => sum + each, 0),
		5,
	)
	asked.length = 0
	assert.equal(await received([head('Content-Length: 5'), 'abcde'], read(4)), 'noRoom')
	asked.length = 0
	assert.equal(await received([head('Content-Length: 50'), 'ab'], read(5)), 'incomplete')
})

test('a body that ends too early is incomplete', async () => {
	const read = (request: IncomingMessage) => readBody(request, 50)
	assert.equal(await received([head('Content-Length: 5'), 'ab'], read), 'incomplete')
	assert.equal(await received([head('Transfer-Encoding: chunked'), '5\r\nab'], read), 'incomplete')
})

test('a body whose client has gone before anybody began to read is incomplete', async () => {
	const body = await received([head('Content-Length: 5'), 'ab'], async (request) => {
		await new Promise((resolve) => request.once('close', resolve))
		return readBody(request, 50)
	})
	assert.equal(body, 'incomplete')
})

test.run()
