import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { test } from 'uvu'
import { requestHeader, webhookData } from '../../src/webhooks/webhook-data.ts'
import { forAny } from '../support/properties.ts'

test('headers keep the spelling of their first occurrence and repeated ones are joined', () => {
	assert.deepEqual(requestHeader(['X-One', 'a', 'x-one', 'b', 'HOST', 'here', 'X-ONE', 'c']), { 'X-One': 'a, b, c', HOST: 'here' })
})

test('of a repeated header that may stand only once the first counts', () => {
	assert.deepEqual(requestHeader(['From', 'ada@example.org', 'from', 'eve@example.org', 'Content-Type', 'a/b', 'Content-Type', 'c/d']), {
		From: 'ada@example.org',
		'Content-Type': 'a/b',
	})
})

test('headers that carry credentials are left out, however they are spelt', () => {
	const raw = [
		'AUTHORIZATION',
		'Bearer x',
		'cookie',
		'a=b',
		'X-GitLab-Token',
		'x',
		'Proxy-Authorization',
		'x',
		'X-Hub-Signature-256',
		'sha256=x',
	]
	assert.deepEqual(requestHeader(raw), { 'X-Hub-Signature-256': 'sha256=x' })
})

test("the token of a webhook's address is left nowhere, where a proxy hands the address on", () => {
	const raw = [
		...['X-Original-URL', '/webhooks?token=abc', 'Referer', 'https://here/prefix/webhooks/?a=b&token=abc&c=d'],
		...['Link', '<https://here/webhooks?token=abc>, <https://here/other?token=theirs>'],
	]
	assert.deepEqual(requestHeader(raw), {
		'X-Original-URL': '/webhooks?token=***',
		Referer: 'https://here/prefix/webhooks/?a=b&token=***&c=d',
		Link: '<https://here/webhooks?token=***>, <https://here/other?token=theirs>',
	})
})

test('a header called as a member of every object is a header like any other', () => {
	const headers = requestHeader(['__proto__', 'a', 'constructor', 'b', '__proto__', 'c', 'toString', 'd'])
	assert.deepEqual(Object.entries(headers), [
		['__proto__', 'a, c'],
		['constructor', 'b'],
		['toString', 'd'],
	])
	assert.equal(Object.getPrototypeOf(headers), Object.prototype)
})

test('for any bytes the body can be had back to the byte', () => {
	forAny(
		fc.oneof(
			fc.uint8Array(),
			fc.string({ unit: 'grapheme' }).map((text) => Buffer.from(text)),
		),
		(bytes) => {
			const body = Buffer.from(bytes)
			const data = webhookData('any', [], body)
			assert.deepEqual(Buffer.from(data.RequestBody, data.RequestBodyEncoding ?? 'utf8'), body)
		},
	)
})

test('a body that is not UTF-8 is base64 and says so; any other has no such member', () => {
	assert.deepEqual(webhookData('deploy', [], Buffer.from([0x80, 0xff])), {
		WebhookName: 'deploy',
		RequestHeader: {},
		RequestBody: 'gP8=',
		RequestBodyEncoding: 'base64',
	})
	assert.deepEqual(Object.keys(webhookData('deploy', [], Buffer.alloc(0))), ['WebhookName', 'RequestHeader', 'RequestBody'])
})

test.run()
