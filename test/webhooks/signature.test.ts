import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import type { SignatureRule } from '../../src/webhooks/protections.ts'
import { signatureFault, signatureHeaders } from '../../src/webhooks/signature.ts'
import { forAny } from '../support/properties.ts'

const secrets: SignatureRule['secrets'] = [{ variable: 'secret' }]
const lower = (headers: Record<string, string>) =>
	Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** What the senders' own documents show: a secret, a call, and its signature. */
const published: { rule: SignatureRule; secret: string; headers: Record<string, string>; body: string; now: number }[] = [
	{
		// docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries, "Testing the webhook payload validation"
		rule: { scheme: 'github', secrets },
		secret: "It's a Secret to Everybody",
		headers: { 'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17' },
		body: 'Hello, World!',
		now: 0,
	},
	{
		// docs.slack.dev/authentication/verifying-requests-from-slack
		rule: { scheme: 'slack', secrets },
		secret: '8f742231b10e8888abcd99yyyzzz85a5',
		headers: {
			'x-slack-request-timestamp': '1531420618',
			'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
		},
		body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
		now: 1_531_420_618_000,
	},
	{
		// The test of the reference libraries of Standard Webhooks.
		rule: { scheme: 'standardWebhooks', secrets },
		secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
		headers: {
			'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
			'webhook-timestamp': '1614265330',
			'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
		},
		body: '{"test": 2432232314}',
		now: 1_614_265_330_000,
	},
]

test('what the senders publish as signed passes; with another body, secret or letter of the signature it does not', () => {
	for (const { rule, secret, headers, body, now } of published) {
		const fault = (changed: { secrets?: string[]; headers?: Record<string, string>; body?: string } = {}) =>
			signatureFault(rule, changed.secrets ?? [secret], {
				headers: changed.headers ?? headers,
				body: Buffer.from(changed.body ?? body),
				now,
			})
		assert.equal(fault(), undefined, rule.scheme)
		assert.match(fault({ body: `${body} ` }) ?? '', /not of this body/, rule.scheme)
		assert.match(fault({ secrets: [`${secret}BBBB`] }) ?? '', /not of this body/, rule.scheme)
		const [name, signature] = Object.entries(headers).at(-1)!
		const changed = signature.replace(/.(?==?$)/, (last) => (last === '3' ? '4' : last === 'E' ? 'A' : '3'))
		assert.match(fault({ headers: { ...headers, [name]: changed } }) ?? '', /not of this body/, rule.scheme)
		for (const spoiled of [
			'',
			'x',
			signature.slice(0, -2),
			`${signature}00`,
			signature.replace(/^[^=,]*[=,]/, ''),
			`${signature},${signature}`,
		])
			assert.ok(fault({ headers: { ...headers, [name]: spoiled } }), `${rule.scheme} ${spoiled}`)
		assert.ok(fault({ headers: {} }), rule.scheme)
	}
})

test('while a secret is exchanged a call that is signed with either passes', () => {
	const { rule, secret, headers, body, now } = published[0]!
	const call = { headers, body: Buffer.from(body), now }
	assert.equal(signatureFault(rule, ['the one before', secret], call), undefined)
	assert.equal(signatureFault(rule, [secret, 'the one before'], call), undefined)
	assert.ok(signatureFault(rule, ['the one before', 'and another'], call))
	// Standard Webhooks: the sender itself may send both signatures.
	const standard = published[2]!
	const both = { ...standard.headers, 'webhook-signature': `v1,AAAA v2,x ${standard.headers['webhook-signature']}` }
	assert.equal(
		signatureFault(standard.rule, [standard.secret], { headers: both, body: Buffer.from(standard.body), now: standard.now }),
		undefined,
	)
})

test('a recorded call cannot be divided anew into another id, time and body', () => {
	const { rule, secret } = published[2]!
	const recorded = lower(signatureHeaders(rule, secret, { body: Buffer.from('500.rest'), now: 500_000, id: 'msg' }))
	const fault = (headers: Record<string, string>, body: string) =>
		signatureFault(rule, [secret], { headers, body: Buffer.from(body), now: 500_000 })
	assert.equal(fault(recorded, '500.rest'), undefined)
	assert.equal(fault({ ...recorded, 'webhook-id': 'msg.500' }, 'rest'), 'Its header webhook-id has a full stop.')
})

test('a signed time may be so far away and no farther, before and after', () => {
	for (const { rule, secret, headers, body, now } of published.slice(1)) {
		const at = (seconds: number, of = rule) =>
			signatureFault(of, [secret], { headers, body: Buffer.from(body), now: now + seconds * 1_000 })
		assert.deepEqual([at(300), at(-300)], [undefined, undefined], rule.scheme)
		assert.match(at(301) ?? '', /signed 301 s ago; 300 s are allowed/)
		assert.match(at(-301) ?? '', /signed 301 s in the future/)
		const strict = { ...rule, toleranceSeconds: 10 } as SignatureRule
		assert.deepEqual([at(10, strict), at(11, strict) === undefined], [undefined, false])
		const [timeHeader] = Object.keys(headers).filter((name) => name.endsWith('timestamp'))
		for (const time of ['', '-1', '1e9', 'now', '99999999999999'])
			assert.ok(signatureFault(rule, [secret], { headers: { ...headers, [timeHeader!]: time }, body: Buffer.from(body), now }), time)
	}
})

test("GitLab's token is compared as a whole", () => {
	const rule: SignatureRule = { scheme: 'gitlab', secrets }
	const fault = (token: string | undefined) =>
		signatureFault(rule, ['a long secret'], {
			headers: token === undefined ? {} : { 'x-gitlab-token': token },
			body: Buffer.alloc(0),
			now: 0,
		})
	assert.equal(fault('a long secret'), undefined)
	for (const token of [undefined, '', 'a long secre', 'a long secret ', 'A long secret']) assert.ok(fault(token), token)
})

test("Grafana's signature covers the time where the contact point names a header for it", () => {
	const body = Buffer.from('{"status":"firing"}')
	const timed: SignatureRule = { scheme: 'grafana', secrets, timestampHeader: 'X-Grafana-Alerting-Signature-Timestamp' }
	const headers = lower(signatureHeaders(timed, 'a long secret', { body, now: 5_000, id: '' }))
	assert.deepEqual(Object.keys(headers), ['x-grafana-alerting-signature-timestamp', 'x-grafana-alerting-signature'])
	assert.equal(signatureFault(timed, ['a long secret'], { headers, body, now: 5_000 }), undefined)
	const later = { ...headers, 'x-grafana-alerting-signature-timestamp': '6' }
	assert.ok(signatureFault(timed, ['a long secret'], { headers: later, body, now: 5_000 }))
	// The signature of the body alone is not that of body and time.
	assert.ok(signatureFault({ scheme: 'grafana', secrets }, ['a long secret'], { headers, body, now: 5_000 }))
})

test('for any bytes and any scheme, what is signed passes, and with one byte more it does not', () => {
	const rules: SignatureRule[] = [
		...published.map(({ rule }) => rule),
		{ scheme: 'gitlab', secrets },
		{ scheme: 'grafana', secrets, header: 'X-Own' },
		{ scheme: 'hmac', secrets, header: 'X-Sign', algorithm: 'sha512', encoding: 'base64', prefix: 'own ', timestampHeader: 'X-Time' },
		{ scheme: 'hmac', secrets, header: 'X-Sign' },
	]
	// Not UTF-8 either: who decodes the body before it is checked fails here.
	forAny(fc.record({ bytes: fc.uint8Array({ maxLength: 100 }), rule: fc.constantFrom(...rules) }), ({ bytes, rule }) => {
		const secret = rule.scheme === 'standardWebhooks' ? 'whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cw==' : 'secret of the tests'
		const headers = lower(signatureHeaders(rule, secret, { body: bytes, now: 7_777, id: 'msg_1' }))
		assert.equal(signatureFault(rule, [secret], { headers, body: bytes, now: 7_777 }), undefined)
		if (rule.scheme !== 'gitlab')
			assert.ok(signatureFault(rule, [secret], { headers, body: Buffer.concat([bytes, Buffer.of(0)]), now: 7_777 }))
	})
})

test.run()
