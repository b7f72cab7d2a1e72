import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Clock } from '../clock.ts'
import { StartError } from '../errors.ts'
import {
	CONNECTIONS_FULL,
	CONNECTIONS_MAX,
	HANDSHAKE_TIME_MAX,
	HEADER_BYTES_MAX,
	HEADER_TIME_MAX,
	KEEP_ALIVE_TIME_MAX,
	REQUEST_CHECK_INTERVAL,
	REQUEST_TIME_MAX,
	URL_LENGTH_MAX,
} from '../limits.ts'
import type { Log } from '../log.ts'
import { sendError } from './error-response.ts'
import { makeRoom } from './make-room.ts'
import { openTlsFiles, type TlsFiles, watchTlsFiles } from './tls-files.ts'

export type HttpServer = AsyncDisposable & {
	/** The port it really listens on. */
	port: number
	/** Where it is reached from this machine, without a trailing slash. */
	url: string
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void
type Place = {
	host: string
	port: number
	/** The certificate; undefined = plain HTTP. */
	tls?: TlsFiles | undefined
}

/** How long answers under way may take once the server closes, milliseconds. */
const CLOSE_TIME_MAX = 2_000

/** What a client may send, and how slowly. */
const bounds: ServerOptions = {
	maxHeaderSize: HEADER_BYTES_MAX,
	headersTimeout: HEADER_TIME_MAX,
	requestTimeout: REQUEST_TIME_MAX,
	keepAliveTimeout: KEEP_ALIVE_TIME_MAX,
	connectionsCheckingInterval: REQUEST_CHECK_INTERVAL,
}

/** Listens. Throws a StartError when the port cannot be had, or the certificate cannot be used. */
export async function listen(
	handler: Handler,
	{ host, port, tls }: Place,
	{ clock, log }: { clock: Clock; log: Log },
): Promise<HttpServer> {
	await using opened = new AsyncDisposableStack()
	const serve: Handler = (request, response) => {
		if (request.url!.length <= URL_LENGTH_MAX) handler(request, response)
		else sendError(response, 'UriTooLong', `The URL is longer than ${URL_LENGTH_MAX} characters.`)
	}
	let server: Server
	if (tls) {
		const secure = createTlsServer({ ...bounds, ...openTlsFiles(tls), handshakeTimeout: HANDSHAKE_TIME_MAX }, serve)
		opened.use(watchTlsFiles(secure, tls, { clock, log }))
		server = secure
	} else server = createServer(bounds, serve)
	server.maxConnections = CONNECTIONS_MAX
	makeRoom(server, CONNECTIONS_FULL)
	await new Promise<void>((resolve, reject) => {
		server.once('error', (error: NodeJS.ErrnoException) => reject(new StartError(listenFault(error, host, port), { cause: error })))
		server.listen(port, host, resolve)
	})
	opened.defer(() => close(server))
	const actual = (server.address() as AddressInfo).port
	const all = opened.move()
	return { port: actual, url: listeningUrl(tls ? 'https' : 'http', host, actual), [Symbol.asyncDispose]: () => all.disposeAsync() }
}

function listeningUrl(scheme: 'http' | 'https', host: string, port: number): string {
	const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
	return `${scheme}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}

function listenFault({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
	if (code === 'EADDRINUSE') return `Port ${port} of ${host} is in use: end the other program, or set RUNHOOK_PORT (0 = any free port).`
	return `Cannot listen on ${host}, port ${port}: ${message}. Check RUNHOOK_HOST and RUNHOOK_PORT.`
}

async function close(server: Server): Promise<void> {
	const closed = new Promise((resolve) => server.close(resolve))
	server.closeIdleConnections()
	// Followers would keep the server open for ever.
	const timer = setTimeout(() => server.closeAllConnections(), CLOSE_TIME_MAX)
	await closed
	clearTimeout(timer)
}
