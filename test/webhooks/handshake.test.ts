import assert from 'node:assert/strict'
import { test } from 'uvu'
import { allowsOrigin, consentRequest, validationCode } from '../../src/webhooks/handshake.ts'

test('a sender that names its origin asks for consent, and no other', () => {
	assert.deepEqual(consentRequest({ 'webhook-request-origin': 'a.example', 'webhook-request-rate': '120' }), { origin: 'a.example' })
	for (const headers of [{}, { 'webhook-request-origin': '' }, { origin: 'a.example' }]) assert.equal(consentRequest(headers), undefined)
})

test('an origin is allowed by its name in any case, or by the star, and never by a part of it', () => {
	assert.equal(allowsOrigin(['b.example', 'A.example:8443'], 'a.EXAMPLE:8443'), true)
	assert.equal(allowsOrigin(['*'], 'a.example'), true)
	for (const allowed of [[], ['a.example'], ['example'], ['*.example'], ['']]) assert.equal(allowsOrigin(allowed, 'b.a.example'), false)
})

const event = (code: unknown, eventType = 'Microsoft.EventGrid.SubscriptionValidationEvent') => ({
	eventType,
	data: { validationCode: code },
})
const read = (body: unknown) => validationCode(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))

test('the code of a validation is read, also after a byte order mark', () => {
	assert.equal(read([event('code')]), 'code')
	assert.equal(read(`\uFEFF${JSON.stringify([event('code'), event('other')])}`), 'code')
})

test('what only looks like a validation is none', () => {
	const bodies = [
		...[event('code'), [event(5)], [event('code', 'Other')], [{ ...event('code'), data: null }], [null], [], 'null'],
		...[
			[{ data: { eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent', validationCode: 'code' } }],
			`[${JSON.stringify(event('code'))}`,
		],
	]
	for (const body of bodies) assert.equal(read(body), undefined, JSON.stringify(body))
})

test('a large body is none, without being read', () => {
	const sized = (bytes: number) => {
		const whole = JSON.stringify([{ ...event('code'), filler: '' }])
		return whole.replace('"filler":""', `"filler":"${'x'.repeat(bytes - whole.length)}"`)
	}
	assert.deepEqual([read(sized(16_384)), read(sized(16_385))], ['code', undefined])
})

test.run()
