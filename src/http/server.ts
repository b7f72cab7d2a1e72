import express, { type RequestHandler } from 'express'
import helmet from 'helmet'
import type { AuditStore } from '../audit/audit-store.ts'
import type { Refusals } from '../audit/refusals.ts'
import type { Clock } from '../clock.ts'
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
	app.use(forBrowsers())
	app.get('/openapi.json', (_request, response) => sendJson(response, 200, describe()))
	app.use(serveOperations(operations.ofJobs, parts))
	const inAccount = '/subscriptions/:subscription/resourceGroups/:group/providers/Microsoft.Automation/automationAccounts/:account'
	app.use(inAccount, onlyKnown(authenticate), onlyAccount(account), refuseNotBuilt, serveOperations(operations.inAccount, parts))
	app.use(serveOperations(operations.atRoot, parts))
	app.use((request, response) => sendError(response, 'NotFound', `There is nothing at ${request.path.slice(0, 256)}.`))
	app.use(errorResponse(log))
	return app
}

/** No browser is to run, embed or guess at what this answers: it is JSON and text, with what callers have written in it. */
function forBrowsers(): RequestHandler {
	const directives = { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"], 'base-uri': ["'none'"], 'form-action': ["'none'"] }
	return helmet({
		contentSecurityPolicy: { useDefaults: false, directives },
		referrerPolicy: { policy: 'no-referrer' },
		xFrameOptions: { action: 'deny' },
		// It would bind all of a host, on every port and for a year: for the operator to decide, at the proxy or where the name is given.
		strictTransportSecurity: false,
	})
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
