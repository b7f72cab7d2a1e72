import { hash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { bodyJson } from './body-json.ts'

/** What the sender calls a delivery. `mustBeSame`: another body under the same key is the sender's mistake, and told. */
type SenderKey = { key: string; mustBeSame: boolean }

export type KeyOfDelivery = { keyHash: Uint8Array; bodyHash: Uint8Array; mustBeSame: boolean }

/**
 * What tells a delivery from another one, and is the same when the sender repeats it; undefined where there is no such thing.
 * `bodyIdentifies`: without anything else the body is it. `isIdSigned`: by Standard Webhooks, so that no other id counts.
 */
export function deliveryKey(
	headers: IncomingHttpHeaders,
	body: Buffer,
	{ bodyIdentifies, isIdSigned }: { bodyIdentifies: boolean; isIdSigned: boolean },
): KeyOfDelivery | undefined {
	// Any other id could be added by whoever recorded a signed call, to send it again as another delivery.
	const found = (isIdSigned ? messageKey(headers) : undefined) ?? keyInHeaders(headers) ?? keyInBody(headers, body)
	if (!found && !bodyIdentifies) return undefined
	const bodyHash = shortHash(body)
	if (!found) return { keyHash: bodyHash, bodyHash, mustBeSame: false }
	return { keyHash: shortHash(found.key), bodyHash, mustBeSame: found.mustBeSame }
}

/** 128 bits: enough that no two ever meet, half the size in the store. */
function shortHash(data: string | Buffer): Uint8Array {
	return new Uint8Array(hash('sha256', data, 'buffer').subarray(0, 16))
}

function keyInHeaders(headers: IncomingHttpHeaders): SenderKey | undefined {
	const own = textOf(headers, 'idempotency-key')
	if (own !== undefined) return keyOf('idempotency', own, true)
	const sent = textOf(headers, 'x-github-delivery')
	if (sent !== undefined) return keyOf('github', sent)
	const message = messageKey(headers)
	if (message) return message
	const [id, source] = [textOf(headers, 'ce-id'), textOf(headers, 'ce-source')]
	return id !== undefined && source !== undefined ? keyOf('cloud event', [[source, id]]) : undefined
}

function messageKey(headers: IncomingHttpHeaders): SenderKey | undefined {
	const id = textOf(headers, 'webhook-id')
	return id === undefined ? undefined : keyOf('standard webhooks', id)
}

function keyOf(kind: string, key: unknown, mustBeSame = false): SenderKey {
	return { key: JSON.stringify([kind, key]), mustBeSame }
}

const alertMark = Buffer.from('azureMonitorCommonAlertSchema')

/** Read only where it is of a kind that has ids: most bodies are told apart without. */
function keyInBody(headers: IncomingHttpHeaders, body: Buffer): SenderKey | undefined {
	const isEventGrid = headers['aeg-event-type'] !== undefined
	const isCloudEvent = /^application\/cloudevents/i.test(headers['content-type'] ?? '')
	const isAlert = body.includes(alertMark)
	if (!isEventGrid && !isCloudEvent && !isAlert) return undefined
	const value = bodyJson(body)
	const alert = isAlert ? alertKey(value) : undefined
	if (alert || !(isEventGrid || isCloudEvent)) return alert
	return eventsKey(Array.isArray(value) ? value : [value])
}

type Event = { id?: unknown; topic?: unknown; source?: unknown }

/** Of a batch all events count: the same ones come again together. */
function eventsKey(events: unknown[]): SenderKey | undefined {
	const ids = events.map((event) => {
		const { id, topic, source } = (event ?? {}) as Event
		return typeof id === 'string' && id !== '' ? [source ?? topic ?? null, id] : undefined
	})
	return ids.length > 0 && ids.every((each) => each !== undefined) ? keyOf('cloud event', ids) : undefined
}

/** An alert is delivered as fired and, under the same id, as resolved; it can fire again. */
function alertKey(value: unknown): SenderKey | undefined {
	const essentials = (value as { data?: { essentials?: Record<string, unknown> } } | null | undefined)?.data?.essentials
	const { alertId, monitorCondition, firedDateTime, resolvedDateTime } = essentials ?? {}
	if (typeof alertId !== 'string' || alertId === '') return undefined
	return keyOf('alert', [alertId, monitorCondition ?? null, firedDateTime ?? null, resolvedDateTime ?? null])
}

function textOf(headers: IncomingHttpHeaders, name: string): string | undefined {
	const value = headers[name]
	return typeof value === 'string' && value !== '' ? value : undefined
}
