import type { IncomingMessage } from 'node:http'

/**
 * The body of a request as it was sent, not inflated. `tooLarge` as soon as it is known to be; `incomplete` when the client ends before it does.
 * `take` is asked for room for what has come, and no earlier: who announces much and sends little takes no room; `noRoom` when it refuses.
 */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer | 'tooLarge' | 'incomplete'>
export function readBody(
	request: IncomingMessage,
	bytesMax: number,
	take: (bytes: number) => boolean,
): Promise<Buffer | 'tooLarge' | 'incomplete' | 'noRoom'>
export function readBody(
	request: IncomingMessage,
	bytesMax: number,
	take: (bytes: number) => boolean = () => true,
): Promise<Buffer | 'tooLarge' | 'incomplete' | 'noRoom'> {
	if (Number(request.headers['content-length'] ?? 0) > bytesMax) return Promise.resolve('tooLarge')
	// A client that went before this was called is told of by no further event.
	if (request.destroyed) return Promise.resolve('incomplete')
	return new Promise((resolve) => {
		// One buffer that grows: a client may send each byte by itself, and a list of such pieces takes a hundred times the body.
		let body: Buffer = Buffer.alloc(0)
		let bytes = 0
		const giveUp = (why: 'tooLarge' | 'noRoom') => {
			request.off('data', keep)
			resolve(why)
		}
		const keep = (chunk: Buffer) => {
			const size = bytes + chunk.length
			if (size > bytesMax) return giveUp('tooLarge')
			if (!take(chunk.length)) return giveUp('noRoom')
			if (bytes === 0) body = chunk
			else {
				if (size > body.length) body = Buffer.concat([body.subarray(0, bytes)], Math.min(2 * size, bytesMax))
				chunk.copy(body, bytes)
			}
			bytes = size
		}
		request.on('data', keep)
		request.on('end', () => resolve(body.subarray(0, bytes)))
		request.on('error', () => resolve('incomplete'))
		request.on('close', () => resolve('incomplete'))
	})
}

/**
 * Reads the rest of a body that nobody wants, up to a bound. Before a refusal: a connection that is closed over unread bytes
 * is reset, and its client may never see the answer.
 */
export function drainBody(request: IncomingMessage, bytesMax: number): Promise<void> {
	if (request.readableEnded || request.destroyed || Number(request.headers['content-length'] ?? 0) > bytesMax) return Promise.resolve()
	return new Promise((resolve) => {
		let bytes = 0
		request.on('data', (chunk: Buffer) => {
			bytes += chunk.length
			if (bytes > bytesMax) resolve()
		})
		request.on('end', resolve)
		request.on('close', resolve)
	})
}
