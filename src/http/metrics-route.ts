import type { RequestHandler } from 'express'
import type { Clock } from '../clock.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { LiveSettings } from '../settings-file.ts'
import type { Authenticate } from './authenticate.ts'
import { sendError } from './error-response.ts'
import { monitorAccess } from './monitor-access.ts'

type Parts = { metrics: Pick<Metrics, 'text' | 'contentType'>; liveSettings: () => LiveSettings; authenticate: Authenticate; clock: Clock }

/** `/metrics`, for whoever may see the details of the health, or for everybody where the settings say so: names of webhooks stand in it. */
export function metricsRoute({ metrics, liveSettings, authenticate, clock }: Parts): RequestHandler {
	return async (request, response, next) => {
		if (request.path !== '/metrics') return next()
		if (request.method !== 'GET' && request.method !== 'HEAD') {
			response.setHeader('Allow', 'GET, HEAD')
			return sendError(response, 'MethodNotAllowed', `${request.method} is not one of the methods of this resource: GET, HEAD.`)
		}
		const keyHashes = () => liveSettings().health.keyHashes
		const isPublic = liveSettings().metrics.isPublic
		if (!isPublic && (await monitorAccess(request, { authenticate, keyHashes, clock })) !== 'all')
			return sendError(response, 'Unauthorized', 'A health key or a management token is needed.')
		const text = await metrics.text()
		response.writeHead(200, { 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' })
		response.end(text)
	}
}
