import assert from 'node:assert/strict'
import { test } from 'uvu'
import { recordedRequest } from '../../src/webhooks/recorded-request.ts'

const read = (text: string | Buffer) => recordedRequest(Buffer.from(text))

test('WebhookData as JSON is taken as it is, and what it lacks is empty', () => {
	const data = { WebhookName: 'deploy', RequestHeader: { From: 'a@b' }, RequestBody: '{"a":1}' }
	assert.deepEqual(read(JSON.stringify(data)), data)
	assert.deepEqual(read('\uFEFF{"RequestBody":"x"}'), { WebhookName: 'test', RequestHeader: {}, RequestBody: 'x' })
	const base64 = { ...data, RequestBodyEncoding: 'base64' as const }
	assert.deepEqual(read(JSON.stringify(base64)), base64)
})

test('a job that a webhook started has it among its parameters', () => {
	const data = { WebhookName: 'deploy', RequestHeader: {}, RequestBody: 'x' }
	assert.deepEqual(read(JSON.stringify({ name: 'job', properties: { parameters: { webhookdata: JSON.stringify(data) } } })), data)
})

test('a raw request has its headers, without credentials, and its body to the letter', () => {
	const head = 'POST /webhooks?token=x HTTP/1.1\r\nHost: h\r\nX-GitHub-Event: push\r\nAuthorization: Bearer x\r\n\r\n'
	const expected = { WebhookName: 'test', RequestHeader: { Host: 'h', 'X-GitHub-Event': 'push' }, RequestBody: '{"a":\r\n1}\n' }
	assert.deepEqual(read(`${head}{"a":\r\n1}\n`), expected)
	assert.deepEqual(read(`${head.replaceAll('\r', '')}{"a":\r\n1}\n`), expected)
	assert.deepEqual(read('POST / HTTP/1.1\n\nx'), { WebhookName: 'test', RequestHeader: {}, RequestBody: 'x' })
	assert.equal(read('POST / HTTP/1.1\nHost: h\n').RequestBody, '')
})

test('anything else is a body', () => {
	for (const text of ['{"name":"Ada"}', '[{"Name":"vm01"}]', 'name=Ada', '', 'null', '"text"', 'POST is what it is about'])
		assert.deepEqual(read(text), { WebhookName: 'test', RequestHeader: {}, RequestBody: text })
	assert.deepEqual(read(Buffer.from([0xff, 0x00])), {
		WebhookName: 'test',
		RequestHeader: {},
		RequestBody: '/wA=',
		RequestBodyEncoding: 'base64',
	})
})

test.run()
