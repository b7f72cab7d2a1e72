import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'

/** A request, read to its end. `origin` is where the caller reached us, so that the URLs we hand out lead back here. */
export type SimulatedRequest = {
	method: string
	path: string
	query: URLSearchParams
	headers: Record<string, string>
	origin: string
	body: string
}

/** Only the control plane takes bodies, and those are a few lines of JSON. */
const bodyBytesMax = 65_536

export async function readRequest(incoming: IncomingMessage): Promise<SimulatedRequest> {
	const scheme = incoming.socket instanceof TLSSocket ? 'https' : 'http'
	const origin = `${scheme}://${incoming.headers.host ?? '127.0.0.1'}`
	const url = new URL(incoming.url ?? '/', origin)
	const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])
	return {
		method: incoming.method ?? 'GET',
		path: url.pathname,
		query: url.searchParams,
		headers: Object.fromEntries(headers),
		origin,
		body: await readBody(incoming),
	}
}

async function readBody(incoming: IncomingMessage): Promise<string> {
	const parts: Buffer[] = []
	let bytes = 0
	for await (const part of incoming as AsyncIterable<Buffer>) {
		bytes += part.length
		if (bytes > bodyBytesMax) throw new Error(`The body has more than ${bodyBytesMax} bytes.`)
		parts.push(part)
	}
	return Buffer.concat(parts).toString('utf8')
}
