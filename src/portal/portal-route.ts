import { type Request, type RequestHandler, type Response, Router } from 'express'
import helmet from 'helmet'
import { sendError } from '../http/error-response.ts'
import { openPortalFiles, type PortalFile, type PortalFiles } from './portal-files.ts'
import { type SessionParts, sessionRoute } from './session-route.ts'
import { type SignInParts, signInRoute } from './sign-in-route.ts'

type Parts = SessionParts & SignInParts

/** The portal, and signing in to it. All else that its pages ask for they ask the management API for. */
export function portalRoute(parts: Parts): RequestHandler {
	const router = Router({ strict: true })
	router.use(forOwnPages())
	router.use('/portal/session', sessionRoute(parts))
	router.use('/portal/sign-in', signInRoute(parts))
	// Its addresses are relative to the slash, so that it works behind any path of a proxy.
	router.get('/portal', (_request, response) => response.redirect('portal/'))
	const serve = serveFile(parts)
	router.get('/portal/', serve)
	router.get('/portal/:file', serve)
	// Whoever opens the address that the runner printed looks for this.
	router.get('/', (request, response, next) => (request.headers.accept?.includes('text/html') ? response.redirect('portal/') : next()))
	return router
}

/** Scripts, styles and answers come from here and from nowhere else, and nobody embeds the pages. */
function forOwnPages(): RequestHandler {
	const self = ["'self'"]
	const none = ["'none'"]
	const loaded = { 'script-src': self, 'style-src': self, 'connect-src': self, 'img-src': self }
	const protect = helmet({
		contentSecurityPolicy: {
			useDefaults: false,
			directives: { 'default-src': none, ...loaded, 'frame-ancestors': none, 'base-uri': none, 'form-action': none },
		},
		referrerPolicy: { policy: 'no-referrer' },
		xFrameOptions: { action: 'deny' },
		strictTransportSecurity: false,
	})
	return (request, response, next) => (/^\/(portal(\/|$)|$)/i.test(request.path) ? protect(request, response, next) : next())
}

function serveFile({ log }: Parts): RequestHandler {
	let opened: Promise<PortalFiles> | undefined
	return async (request, response) => {
		// Opened when somebody looks: most runners are never looked at this way.
		opened ??= openPortalFiles()
		let files: PortalFiles
		try {
			files = await opened
		} catch (error) {
			opened = undefined
			log.error('The portal cannot be built', { reason: (error as Error).message })
			return sendError(response, 'ServiceUnavailable', 'The portal cannot be built: the log says why.')
		}
		const name = String(request.params.file ?? 'index.html')
		const file = files.get(name)
		if (!file) return sendError(response, 'NotFound', `There is nothing at ${request.path.slice(0, 256)}.`)
		send(request, response, { file, isNamedByContent: name !== 'index.html' })
	}
}

function send(request: Request, response: Response, { file, isNamedByContent }: { file: PortalFile; isNamedByContent: boolean }): void {
	response.setHeader('Content-Type', file.type)
	response.setHeader('Cache-Control', isNamedByContent ? 'public, max-age=31536000, immutable' : 'no-cache')
	response.setHeader('Vary', 'Accept-Encoding')
	const isCompressed = request.acceptsEncodings(['gzip', 'identity']) === 'gzip'
	if (isCompressed) response.setHeader('Content-Encoding', 'gzip')
	const bytes = isCompressed ? file.gzip : file.bytes
	response.setHeader('Content-Length', bytes.length)
	response.end(bytes)
}
