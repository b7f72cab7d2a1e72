import type { RequestHandler, Response } from 'express'
import type { Clock } from '../clock.ts'
import { StoreUnavailableError } from '../errors.ts'
import { BODIES_BYTES_MAX, DRAINED_BYTES_MAX } from '../limits.ts'
import type { Log } from '../log.ts'
import type { Meter } from '../meter.ts'
import { readTraceparent } from '../traceparent.ts'
import type { Tracing } from '../tracing.ts'
import type { CallOutcome, WebhookCall } from '../webhooks/call-webhook.ts'
import type { DeliveryLog } from '../webhooks/delivery-log.ts'
import { consentRequest } from '../webhooks/handshake.ts'
import { callRefusal, type RefusedCall } from './call-answer.ts'
import { sendError, sendJson, statusOf } from './error-response.ts'
import { drainBody, readBody } from './read-body.ts'
import type { AddressOf } from './source-address.ts'

type Parts = {
	callWebhook: (call: WebhookCall) => Promise<CallOutcome>
	deliveryLog: Pick<DeliveryLog, 'note' | 'countUnknownToken'>
	addressOf: AddressOf
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
		const began = performance.now()
		let bytes = 0
		let body: Buffer | undefined
		const take = (more: number) => {
			if (bytesHeld + more > BODIES_BYTES_MAX) return false
			bytes += more
			bytesHeld += more
			return true
		}
		const read = async (bytesMax: number) => {
			const came = await readBody(request, bytesMax, take)
			if (typeof came !== 'string') body = came
			return came
		}
		const address = parts.addressOf(request)
		const { url, rawHeaders, headers } = request
		const caller = readTraceparent(headers.traceparent)
		const span = parts.tracing?.('webhook call', { parent: caller, attributes: {}, isServer: true })
		const call = {
			url,
			name: request.params.name as string | undefined,
			rawHeaders,
			headers,
			address,
			asked,
			readBody: read,
			now: parts.clock.now(),
			traceparent: span?.traceparent ?? caller,
		}
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
		if (outcome.kind !== 'accepted' && outcome.kind !== 'skipped') await drainBody(request, DRAINED_BYTES_MAX)
		if (outcome.kind === 'validated' || outcome.kind === 'consentAsked') answerHandshake(outcome, response, parts.log)
		else answer(outcome, response, parts)
		if (!('webhook' in outcome)) return parts.deliveryLog.countUnknownToken()
		const durationMicroseconds = Math.round((performance.now() - began) * 1_000)
		// Not the whole call: the request itself must not live on until this is written.
		const noted = { rawHeaders, address, now: call.now }
		parts.deliveryLog.note({ kind: 'call', call: noted, body, durationMicroseconds, ...verdictOf(outcome) })
	}
}

/** What is kept of the answer to a call. */
export function verdictOf(outcome: Exclude<CallOutcome, { kind: 'invalidToken' | 'noSuchName' }>) {
	const { webhook } = outcome
	const nothing = { webhook, code: null, reason: null, jobId: null, isRepeated: false, isSkipped: false }
	switch (outcome.kind) {
		case 'accepted': {
			const { jobId, isRepeated, observed, replaced } = outcome
			const reasons = [
				...(observed.length > 0 ? [`Would have been refused: ${observed.map(({ detail }) => detail).join(' ')}`] : []),
				...(replaced ? [`It took the place of job ${replaced.join(', ')}.`] : []),
			]
			return { ...nothing, status: 202, jobId, isRepeated, reason: reasons.join(' ') || null }
		}
		case 'skipped':
			return { ...nothing, status: 202, jobId: outcome.jobId, isSkipped: true, reason: outcome.detail }
		case 'validated':
			return { ...nothing, status: 200, reason: 'The subscription of Event Grid was validated.' }
		case 'consentAsked':
			return { ...nothing, status: outcome.allowed ? 200 : 405, reason: 'A sender of CloudEvents asked whether it may send.' }
		default: {
			const { code, message } = callRefusal(outcome)
			return { ...nothing, status: statusOf(code), code, reason: 'detail' in outcome ? outcome.detail : message }
		}
	}
}

function spanAttributes(outcome: CallOutcome): Record<string, string> {
	return {
		'runhook.verdict': outcome.kind,
		...('webhook' in outcome ? { 'runhook.webhook': outcome.webhook.name } : {}),
		...('jobId' in outcome && outcome.jobId !== null ? { 'runhook.job.id': outcome.jobId } : {}),
	}
}

function answer(outcome: Exclude<CallOutcome, Handshake>, response: Response, { publicUrl, log }: Parts): void {
	if (outcome.kind === 'accepted' || outcome.kind === 'skipped') {
		const { jobId, webhook } = outcome
		const body = `{"JobIds":["${jobId}"]}`
		response.writeHead(202, {
			'Content-Type': 'application/json; charset=utf-8',
			'Content-Length': body.length,
			Location: `${publicUrl()}/jobs/${jobId}`,
		})
		response.end(body)
		const { name: webhookName, runbookName } = webhook
		if (outcome.kind === 'skipped') {
			log.debug('Webhook called, no job was made', { webhookName, runbookName, jobId, detail: outcome.detail })
			return
		}
		const said = outcome.isRepeated ? 'Webhook called again with the same delivery' : 'Webhook called'
		log.debug(said, { webhookName, runbookName, jobId })
		for (const { kind, detail } of outcome.observed)
			log.warn('A webhook call would have been refused', { webhookName, jobId, refusal: kind, detail })
		return
	}
	refuseCall(outcome, response, log)
}

function refuseCall(outcome: RefusedCall, response: Response, log: Log): void {
	const { code, message, retryAfterSeconds } = callRefusal(outcome)
	const fields = 'webhook' in outcome ? { webhookName: outcome.webhook.name, runbookName: outcome.webhook.runbookName } : {}
	log[levels[outcome.kind] ?? 'info']('A webhook call was refused', {
		code,
		...fields,
		...('detail' in outcome ? { detail: outcome.detail } : {}),
	})
	// Nobody is there to read it; and a body that ends too early must not be answered as if it had come.
	if (outcome.kind === 'bodyIncomplete') response.destroy()
	else sendError(response, code, message, retryAfterSeconds)
}

/** What the caller cannot mend is for the operator to see. */
const levels: { [Kind in RefusedCall['kind']]?: 'warn' | 'error' } = {
	runbookNotFound: 'warn',
	invalidParameters: 'warn',
	cannotCheck: 'error',
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
