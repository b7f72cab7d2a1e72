import type { RequestHandler, Response } from 'express'
import type { Clock } from '../clock.ts'
import { StoreUnavailableError } from '../errors.ts'
import { BODIES_BYTES_MAX, DRAINED_BYTES_MAX, WEBHOOK_BODY_BYTES_MAX } from '../limits.ts'
import type { Log } from '../log.ts'
import type { Meter } from '../meter.ts'
import { readTraceparent } from '../traceparent.ts'
import type { Tracing } from '../tracing.ts'
import type { CallOutcome, WebhookCall } from '../webhooks/call-webhook.ts'
import { consentRequest } from '../webhooks/handshake.ts'
import { type ErrorCode, sendError, sendJson } from './error-response.ts'
import { drainBody, readBody } from './read-body.ts'

type Parts = {
	callWebhook: (call: WebhookCall) => Promise<CallOutcome>
	publicUrl: () => string
	meter?: Pick<Meter, 'webhookCalled'>
	tracing?: Tracing | undefined
	clock: Clock
	log: Log
}

/** POST with a token, answers 202 and JobIds. One handler for all methods: every layer less counts in the route that is called most. */
export function webhookRoute(parts: Parts): RequestHandler {
	let bytesHeld = 0
	return async (request, response) => {
		const asked = request.method === 'OPTIONS' ? consentRequest(request.headers) : undefined
		if (request.method !== 'POST' && !asked) {
			response.setHeader('Allow', 'POST')
			return sendError(response, 'MethodNotAllowed', 'A webhook is called with POST.')
		}
		let bytes = 0
		const read = async () => {
			const announced = Number(request.headers['content-length'] ?? (request.headers['transfer-encoding'] ? WEBHOOK_BODY_BYTES_MAX : 0))
			const held = Math.min(announced, WEBHOOK_BODY_BYTES_MAX)
			if (bytesHeld + held > BODIES_BYTES_MAX) return 'noRoom'
			bytes = held
			bytesHeld += bytes
			return readBody(request, WEBHOOK_BODY_BYTES_MAX)
		}
		const caller = readTraceparent(request.headers.traceparent)
		const span = parts.tracing?.('webhook call', { parent: caller, attributes: {}, isServer: true })
		const traceparent = span?.traceparent ?? caller
		const call = { url: request.url, rawHeaders: request.rawHeaders, asked, readBody: read, now: parts.clock.now(), traceparent }
		const outcome = await parts
			.callWebhook(call)
			.catch((error: unknown) => {
				span?.end({}, true)
				parts.meter?.webhookCalled(undefined, error instanceof StoreUnavailableError ? 'storeUnavailable' : 'failed')
				throw error
			})
			.finally(() => {
				bytesHeld -= bytes
			})
		parts.meter?.webhookCalled('webhook' in outcome ? outcome.webhook.name : undefined, outcome.kind)
		span?.end(spanAttributes(outcome))
		if (outcome.kind !== 'accepted') await drainBody(request, DRAINED_BYTES_MAX)
		if (outcome.kind === 'validated' || outcome.kind === 'consentAsked') answerHandshake(outcome, response, parts.log)
		else answer(outcome, response, parts)
	}
}

function spanAttributes(outcome: CallOutcome): Record<string, string> {
	return {
		'runhook.verdict': outcome.kind,
		...('webhook' in outcome ? { 'runhook.webhook': outcome.webhook.name } : {}),
		...(outcome.kind === 'accepted' ? { 'runhook.job.id': outcome.jobId } : {}),
	}
}

function answer(outcome: Exclude<CallOutcome, Handshake>, response: Response, { publicUrl, log }: Parts): void {
	if (outcome.kind === 'accepted') {
		const { jobId, webhook } = outcome
		const body = `{"JobIds":["${jobId}"]}`
		response.writeHead(202, {
			'Content-Type': 'application/json; charset=utf-8',
			'Content-Length': body.length,
			Location: `${publicUrl()}/jobs/${jobId}`,
		})
		response.end(body)
		log.debug('Webhook called', { webhookName: webhook.name, runbookName: webhook.runbookName, jobId })
		return
	}
	const [code, message] = refusal(outcome)
	const fields = 'webhook' in outcome ? { webhookName: outcome.webhook.name, runbookName: outcome.webhook.runbookName } : {}
	// What the caller cannot mend is for the operator to see.
	const level = outcome.kind === 'runbookNotFound' || outcome.kind === 'invalidParameters' ? 'warn' : 'info'
	log[level]('A webhook call was refused', { code, ...fields, ...('detail' in outcome ? { detail: outcome.detail } : {}) })
	// Nobody is there to read it; and a body that ends too early must not be answered as if it had come.
	if (outcome.kind === 'bodyIncomplete') response.destroy()
	else sendError(response, code, message)
}

/** What senders ask before they send: answered without a job. */
function answerHandshake(outcome: Handshake, response: Response, log: Log): void {
	const { name: webhookName } = outcome.webhook
	if (outcome.kind === 'validated') {
		log.info('A subscription of Event Grid was validated', { webhookName })
		sendJson(response, 200, { validationResponse: outcome.validationCode })
		return
	}
	const origin = outcome.asked.origin.slice(0, 256)
	log[outcome.allowed ? 'info' : 'warn']('A sender of CloudEvents asked whether it may send', {
		webhookName,
		origin,
		allowed: outcome.allowed,
	})
	response.setHeader('Allow', 'POST')
	if (!outcome.allowed) {
		sendError(response, 'MethodNotAllowed', 'This webhook does not allow events of that origin.')
		return
	}
	response.setHeader('WebHook-Allowed-Origin', outcome.asked.origin)
	// As many as it likes: a full queue is answered with when to come again.
	response.setHeader('WebHook-Allowed-Rate', '*')
	response.status(200).end()
}

type Handshake = Extract<CallOutcome, { kind: 'validated' | 'consentAsked' }>
type Refused = Exclude<CallOutcome, { kind: 'accepted' } | Handshake>

function refusal(outcome: Refused): [ErrorCode, string] {
	switch (outcome.kind) {
		case 'invalidToken':
			return ['InvalidToken', outcome.message]
		case 'webhookNotFound':
			return ['WebhookNotFound', 'The webhook was deleted.']
		case 'runbookNotFound':
			return ['RunbookNotFound', 'The runbook of this webhook was not found.']
		case 'expiredOrDisabled':
			// Azure's sentence, to the letter.
			return ['WebhookExpiredOrDisabled', 'This webhook has expired or is disabled']
		case 'invalidParameters':
			// The fixed values are the operator's: the caller must not see them, the log says which one does not fit.
			return ['InvalidParameters', 'The fixed parameter values of this webhook no longer fit its runbook.']
		case 'bodyTooLarge':
			return ['PayloadTooLarge', `The body is larger than ${WEBHOOK_BODY_BYTES_MAX} bytes.`]
		case 'bodyIncomplete':
			return ['BadRequest', 'The body ended before its announced length.']
		case 'noRoom':
			return ['ServiceUnavailable', 'Too many requests are under way. Try again later.']
		case 'queueFull':
			return ['ServiceUnavailable', 'As many jobs wait as may. Try again later.']
	}
}
