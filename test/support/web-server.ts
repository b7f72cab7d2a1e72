import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Certificate } from './certificate.ts'

export type WebServer = AsyncDisposable & {
	/** `http://127.0.0.1:<port>`, or with the host and scheme it was started with. */
	url: string
	port: number
	/** The requests that came: `GET /path`, and their headers. */
	requests: { line: string; headers: NodeJS.Dict<string | string[]> }[]
}

export type WebServerSettings = { host?: string; port?: number; certificate?: Certificate; answer: RequestListener }

/** A web server on an address of this machine, gone with the block that holds it. With a certificate it speaks HTTPS, as localhost. */
export async function startWebServer({ host = '127.0.0.1', port = 0, certificate, answer }: WebServerSettings): Promise<WebServer> {
	const requests: WebServer['requests'] = []
	const listener: RequestListener = (request, response) => {
		requests.push({ line: `${request.method} ${request.url}`, headers: request.headers })
		answer(request, response)
	}
	const server = certificate ? createTlsServer({ cert: certificate.cert, key: certificate.key }, listener) : createServer(listener)
	// A client that leaves in the middle of a handshake is what some tests are about.
	server.on('tlsClientError', () => undefined)
	server.listen(port, host)
	await once(server, 'listening')
	const { port: actual } = server.address() as AddressInfo
	return {
		url: certificate ? `https://localhost:${actual}` : `http://${host}:${actual}`,
		port: actual,
		requests,
		async [Symbol.asyncDispose]() {
			server.closeAllConnections()
			await new Promise((resolve) => server.close(resolve))
		},
	}
}

/** Answers with a status, a body and headers. */
export function answerWith(status: number, body = '', headers: Record<string, string> = {}): RequestListener {
	return (_request, response) => void response.writeHead(status, headers).end(body)
}
