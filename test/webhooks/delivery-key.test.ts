import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { test } from 'uvu'
import { deliveryKey } from '../../src/webhooks/delivery-key.ts'

const payload = (name: string) => readFileSync(new URL(`../alerts/payloads/${name}.json`, import.meta.url), 'utf8')
const keyOf = (headers: IncomingHttpHeaders, body = '', bodyIdentifies = false, isIdSigned = false) => {
	const key = deliveryKey(headers, Buffer.from(body), { bodyIdentifies, isIdSigned })
	return key && Buffer.from(key.keyHash).toString('hex')
}

test('senders that name their deliveries are known by it, whatever the body', () => {
	for (const name of ['idempotency-key', 'x-github-delivery', 'webhook-id']) {
		const key = keyOf({ [name]: 'a' }, 'one')
		assert.ok(key, name)
		assert.equal(keyOf({ [name]: 'a' }, 'two'), key, name)
		assert.notEqual(keyOf({ [name]: 'b' }, 'one'), key, name)
	}
	assert.notEqual(keyOf({ 'x-github-delivery': 'a' }), keyOf({ 'webhook-id': 'a' }))
	for (const headers of [{}, { 'idempotency-key': '' }, { 'ce-id': '1' }, { 'x-request-id': 'a' }])
		assert.equal(keyOf(headers, '{"id":"1"}'), undefined, JSON.stringify(headers))
})

test('where the id is signed no other one counts: it could be added to a recorded call', () => {
	const signed = (headers: IncomingHttpHeaders) => keyOf({ 'webhook-id': 'a', ...headers }, 'same', true, true)
	for (const other of ['idempotency-key', 'x-github-delivery']) assert.equal(signed({ [other]: 'x' }), signed({}), other)
	assert.notEqual(signed({ 'webhook-id': 'b' }), signed({}))
})

test("only the caller's own key asks for the same body", () => {
	const mustBeSame = (headers: IncomingHttpHeaders) =>
		deliveryKey(headers, Buffer.from('x'), { bodyIdentifies: true, isIdSigned: false })?.mustBeSame
	assert.deepEqual([{ 'idempotency-key': 'a' }, { 'x-github-delivery': 'a' }, {}].map(mustBeSame), [true, false, false])
})

test('a CloudEvent is known by its source and its id, in headers, in the body and in a batch', () => {
	const event = (id: string, source = '/s') => ({ specversion: '1.0', type: 't', id, source })
	const structured = { 'content-type': 'application/cloudevents+json; charset=utf-8' }
	const key = keyOf(structured, JSON.stringify(event('1')))
	assert.equal(keyOf({ 'ce-id': '1', 'ce-source': '/s' }, 'any'), key)
	assert.equal(keyOf(structured, JSON.stringify({ ...event('1'), data: 5 })), key)
	for (const other of [event('2'), event('1', '/t')]) assert.notEqual(keyOf(structured, JSON.stringify(other)), key)
	const batch = { 'content-type': 'application/cloudevents-batch+json' }
	assert.notEqual(keyOf(batch, JSON.stringify([event('1'), event('2')])), keyOf(batch, JSON.stringify([event('1')])))
	for (const body of ['', '{', 'null', '[]', '[null]', '[{"id":5}]']) assert.equal(keyOf(structured, body), undefined, body)
})

test('an event of Event Grid is known by its topic and its id', () => {
	const headers = { 'aeg-event-type': 'Notification' }
	const key = keyOf(headers, '[{"id":"1","topic":"/a","data":{}}]')
	assert.ok(key)
	assert.equal(keyOf(headers, '[{"id":"1","topic":"/a","data":{"b":1}}]'), key)
	assert.notEqual(keyOf(headers, '[{"id":"1","topic":"/b"}]'), key)
})

test('an alert is known by its id, its condition and its times: fired and resolved are two deliveries', () => {
	const fired = payload('common-metric-static-fired')
	const key = keyOf({}, fired)
	assert.ok(key)
	assert.equal(keyOf({}, JSON.stringify(JSON.parse(fired))), key)
	const changed = (essentials: object) => {
		const alert = JSON.parse(fired)
		Object.assign(alert.data.essentials, essentials)
		return keyOf({}, JSON.stringify(alert))
	}
	assert.notEqual(changed({ monitorCondition: 'Resolved' }), key)
	assert.notEqual(changed({ firedDateTime: '2030-01-01T00:00:00Z' }), key)
	assert.notEqual(changed({ alertId: 'other' }), key)
	assert.notEqual(keyOf({}, payload('common-metric-static-resolved')), key)
	assert.equal(changed({ alertId: null }), undefined)
	// Within an event it is the event that has an id; and a list that only mentions the schema has none.
	const event = JSON.stringify({ id: '1', source: '/s', data: JSON.parse(fired) })
	assert.equal(keyOf({ 'content-type': 'application/cloudevents+json' }, event), keyOf({ 'ce-id': '1', 'ce-source': '/s' }))
	assert.equal(keyOf({}, '[{"id":"1","topic":"azureMonitorCommonAlertSchema"}]'), undefined)
})

test('without anything else the body is the key, if the webhook says so', () => {
	assert.equal(keyOf({}, 'same'), undefined)
	assert.equal(keyOf({}, 'same', true), keyOf({}, 'same', true))
	assert.notEqual(keyOf({}, 'same', true), keyOf({}, 'other', true))
	assert.equal(keyOf({ 'webhook-id': 'a' }, 'same', true), keyOf({ 'webhook-id': 'a' }, 'other', true))
})

test.run()
