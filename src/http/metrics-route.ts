import type { RequestHandler } from 'express'
import type { Metrics } from '../metrics/metrics.ts'
import type { LiveSettings } from '../settings-file.ts'
import { sendError, sendRefusal } from './error-response.ts'
import { type MonitorAccessParts, monitorAccess } from './monitor-access.ts'

type Parts = MonitorAccessParts & { metrics: Pick<Metrics, 'text' | 'contentType'>; liveSettings: () => LiveSettings }

/** `/metrics`, for whoever may see the details of the health, or for everybody where the settings say so: names of webhooks stand in it. */
export function metricsRoute({ metrics, liveSettings, ...parts }: Parts): RequestHandler {
	return async (request, response, next) => {
		if (request.path !== '/metrics') return next()
		if (request.method !== 'GET' && request.method !== 'HEAD') {
			response.setHeader('Allow', 'GET, HEAD')
			return sendError(response, 'MethodNotAllowed', `${request.method} is not one of the methods of this resource: GET, HEAD.`)
		}
		const { health, metrics: settings } = liveSettings()
		if (!settings.isPublic) {
			const access = await monitorAccess(request, health.keyHashes, parts)
			if (access.kind !== 'all') return sendRefusal(response, access.refusal)
		}
		const text = await metrics.text()
		response.writeHead(200, { 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' })
		response.end(text)
	}
}
