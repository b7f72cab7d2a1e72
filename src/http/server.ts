import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type RequestHandler } from 'express'
import type { AuditStore } from '../audit/audit-store.ts'
import type { Refusals } from '../audit/refusals.ts'
import type { Clock } from '../clock.ts'
import { StartError } from '../errors.ts'
import { CONNECTIONS_MAX, REQUEST_CHECK_INTERVAL, REQUEST_TIME_MAX } from '../limits.ts'
import type { Log } from '../log.ts'
import type { Authenticate } from './authenticate.ts'
import { unknownRefusal } from './authorize.ts'
import { errorResponse, sendError, sendJson, sendRefusal } from './error-response.ts'
import { refuseNotBuilt } from './management-api.ts'
import type { Operation } from './operation.ts'
import { serveOperations } from './serve-operations.ts'
import type { AddressOf } from './source-address.ts'

type Parts = {
	webhookRoute: RequestHandler
	/** Health and metrics, whose addresses may change. */
	monitoring: RequestHandler[]
	operations: { inAccount: Operation[]; ofJobs: Operation[]; atRoot: Operation[] }
	/** The OpenAPI document. */
	describe: () => unknown
	authenticate: Authenticate
	clock: Clock
	account: { subscriptionId: string; resourceGroup: string; name: string }
	/** Its path. */
	accountPath: string
	audit: Pick<AuditStore, 'append'>
	refusals: Pick<Refusals, 'actionRefused'>
	addressOf: AddressOf
	log: Log
}

/** The path of an account in the management API. */
export function accountPath({ subscriptionId, resourceGroup, name }: Parts['account']): string {
	return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Automation/automationAccounts/${name}`
}

/** The Express app: webhooks first, because they are called most. */
export function httpApp(parts: Parts): express.Express {
	const { webhookRoute, monitoring, operations, describe, authenticate, account, log } = parts
	const app = express()
	app.disable('x-powered-by')
	app.set('etag', false)
	app.set('query parser', false)
	app.all('/webhooks', webhookRoute)
	app.all('/webhooks/:name', webhookRoute)
	for (const route of monitoring) app.use(route)
	app.get('/openapi.json', (_request, response) => sendJson(response, 200, describe()))
	app.use(serveOperations(operations.ofJobs, parts))
	const inAccount = '/subscriptions/:subscription/resourceGroups/:group/providers/Microsoft.Automation/automationAccounts/:account'
	app.use(inAccount, onlyKnown(authenticate), onlyAccount(account), refuseNotBuilt, serveOperations(operations.inAccount, parts))
	app.use(serveOperations(operations.atRoot, parts))
	app.use((request, response) => sendError(response, 'NotFound', `There is nothing at ${request.path.slice(0, 256)}.`))
	app.use(errorResponse(log))
	return app
}

/** Whoever is unknown is told nothing of what there is. */
function onlyKnown(authenticate: Authenticate): RequestHandler {
	return async (request, response, next) => {
		const refusal = unknownRefusal(await authenticate(request))
		if (refusal) sendRefusal(response, refusal)
		else next()
	}
}

/** Names compare without regard to case, as Azure's do. */
function onlyAccount({ subscriptionId, resourceGroup, name }: Parts['account']): RequestHandler {
	const own = [subscriptionId, resourceGroup, name].map((each) => each.toLowerCase())
	return (request, response, next) => {
		const { subscription, group, account } = request.params
		const asked = [subscription, group, account].map((each) => String(each).toLowerCase())
		if (asked.every((each, index) => each === own[index])) next()
		else
			sendError(
				response,
				'NotFound',
				`There is no Automation account '${shown(account)}' in resource group '${shown(group)}' of subscription '${shown(subscription)}'.`,
			)
	}
}

function shown(name: unknown): string {
	return String(name).slice(0, 128)
}

export type HttpServer = AsyncDisposable & {
	/** The port it really listens on. */
	port: number
}

/** How long answers under way may take once the server closes, milliseconds. */
const CLOSE_TIME_MAX = 2_000

/** Listens. Throws a StartError when the port cannot be had. */
export async function listen(app: express.Express, { host, port }: { host: string; port: number }): Promise<HttpServer> {
	const server = createServer(
		{ requestTimeout: REQUEST_TIME_MAX, headersTimeout: REQUEST_TIME_MAX, connectionsCheckingInterval: REQUEST_CHECK_INTERVAL },
		app,
	)
	server.maxConnections = CONNECTIONS_MAX
	await new Promise<void>((resolve, reject) => {
		server.once('error', (error: NodeJS.ErrnoException) => reject(new StartError(listenFault(error, host, port), { cause: error })))
		server.listen(port, host, resolve)
	})
	return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: () => close(server) }
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
