// One request and its answer, over a connection that is open.
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'

/** What is read of a body, bytes: enough for a title and a phrase, and little work for the server. */
const BODY_BYTES_MAX = 256 * 1024

export type Request = { url: URL; method: string; headers: Record<string, string> }
export type Answer = { status: number; location: string | undefined; contentType: string | undefined; body: Buffer; firstByteMs: number }

/** Sends the request and reads the answer. Rejects with a system error, or when the signal aborts. */
export async function exchange(socket: Socket, { url, method, headers }: Request, signal: AbortSignal): Promise<Answer> {
	// A socket that has closed already would never tell the request.
	if (socket.destroyed) throw Object.assign(new Error('The server closed the connection.'), { code: 'ECONNRESET' })
	const begin = performance.now()
	const asked = request({
		method,
		path: `${url.pathname}${url.search}`,
		// Identity, because the text is searched as it comes.
		headers: { 'user-agent': 'runhook-check-endpoints', accept: '*/*', 'accept-encoding': 'identity', ...headers, host: url.host },
		createConnection: () => socket,
		signal,
	})
	asked.on('error', () => undefined)
	const answered = once(asked, 'response', { signal })
	asked.end()
	const [response] = (await answered) as [IncomingMessage]
	const firstByteMs = performance.now() - begin
	const { statusCode = 0, headers: received } = response
	const body = await readBody(response)
	return { status: statusCode, location: received.location, contentType: received['content-type'], body, firstByteMs }
}

async function readBody(response: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = []
	let length = 0
	for await (const chunk of response as AsyncIterable<Buffer>) {
		chunks.push(chunk)
		length += chunk.length
		if (length >= BODY_BYTES_MAX) break
	}
	return Buffer.concat(chunks).subarray(0, BODY_BYTES_MAX)
}
