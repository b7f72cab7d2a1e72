import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export type RawAnswer = { status: number; headers: Map<string, string>; body: string }

/** A connection to the server of a URL, for what fetch would not send. */
async function rawConnection(url: string): Promise<Socket> {
	const socket = connect(Number(new URL(url).port), new URL(url).hostname)
	await once(socket, 'connect')
	return socket.on('error', () => undefined)
}

/** Sends some bytes and hangs up: by the end of its half of the connection, or at once. */
export async function sendAndHangUp(url: string, text: string, bye: 'end' | 'destroy'): Promise<void> {
	const socket = await rawConnection(url)
	await new Promise((resolve) => socket.write(text, resolve))
	socket.resume()[bye]()
	if (!socket.closed) await once(socket, 'close')
}

/** Sends a request, reads nothing of its answer but the beginning, and goes. */
export async function sendAndLeave(url: string, text: string): Promise<void> {
	const socket = await sendAndStay(url, text)
	socket.destroy()
}

/** Sends some bytes and resolves with the connection once the server has said something to them. */
export async function sendAndStay(url: string, text: string): Promise<Socket> {
	const socket = await rawConnection(url)
	socket.write(text)
	await once(socket, 'readable')
	return socket
}

/** Sends a request to the letter and resolves with the answer once the server has closed; `body` is not chunked again. */
export async function rawRequest(url: string, head: string[], body: string | Uint8Array = ''): Promise<RawAnswer> {
	const socket = await rawConnection(url)
	const { host, pathname, search } = new URL(url)
	const [method, ...headers] = head
	socket.write(
		`${method} ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`,
	)
	socket.write(body)
	return parseAnswer(await textOf(socket))
}

async function textOf(socket: Socket): Promise<string> {
	const chunks: Buffer[] = []
	socket.on('data', (chunk) => chunks.push(chunk))
	await once(socket, 'close')
	return Buffer.concat(chunks).toString('utf8')
}

function parseAnswer(text: string): RawAnswer {
	const end = text.indexOf('\r\n\r\n')
	const [statusLine, ...lines] = text.slice(0, end).split('\r\n')
	const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]))
	return { status: Number(statusLine?.split(' ')[1]), headers, body: text.slice(end + 4) }
}
