import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request that a scripted server was sent. */
export type SentRequest = { method: string; path: string; query: URLSearchParams; headers: IncomingMessage['headers']; body: string }

/** What it answers: JSON, or whatever it writes itself. */
export type Script = (request: SentRequest, response: ServerResponse) => unknown

/** A server that answers as a test wrote it, for what a real one does only when something is wrong with it. */
export async function scriptedServer(script: Script): Promise<AsyncDisposable & { url: string; requests: SentRequest[] }> {
	const requests: SentRequest[] = []
	const server = createServer(async (incoming, response) => {
		let body = ''
		for await (const chunk of incoming) body += chunk
		const { pathname, searchParams } = new URL(incoming.url!, 'http://any')
		const request = { method: incoming.method!, path: pathname, query: searchParams, headers: incoming.headers, body }
		requests.push(request)
		const answer = await script(request, response)
		if (response.headersSent || answer === undefined) return
		response.writeHead(response.statusCode, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
	})
	server.listen(0, '127.0.0.1')
	await once(server, 'listening')
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		requests,
		async [Symbol.asyncDispose]() {
			server.close()
			server.closeAllConnections()
			await once(server, 'close')
		},
	}
}
