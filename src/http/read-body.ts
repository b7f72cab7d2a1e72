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
		const chunks: Buffer[] = []
		let bytes = 0
		const giveUp = (why: 'tooLarge' | 'noRoom') => {
			request.off('data', keep)
			resolve(why)
		}
		const keep = (chunk: Buffer) => {
			bytes += chunk.length
			if (bytes > bytesMax) giveUp('tooLarge')
			else if (take(chunk.length)) chunks.push(chunk)
			else giveUp('noRoom')
		}
		request.on('data', keep)
		request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
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
