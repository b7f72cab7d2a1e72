import assert from 'node:assert/strict'
import { test } from 'uvu'
import { type ReceivedWebhookData, WebhookData } from '../../src/runbooks/received-webhook-data.ts'

function received(RequestBody: string, more: object = {}): ReceivedWebhookData {
	return WebhookData.parse({ WebhookName: 'hook', RequestHeader: {}, RequestBody, ...more })
}

test('a form is read by name, and of a name given twice the first value counts', () => {
	const forms: [body: string, fields: Record<string, string>][] = [
		['a=1&b=%20&c=+', { a: '1', b: ' ', c: ' ' }],
		['a=1&a=2&A=3', { a: '1', A: '3' }],
		['a=&a=2', { a: '' }],
		['\uFEFFa=1', { a: '1' }],
		['?a=1', { '?a': '1' }],
		['a=%C3%A9&b=é&c=%zz', { a: 'é', b: 'é', c: '%zz' }],
		['a', { a: '' }],
		['&&', {}],
		['', {}],
	]
	for (const [body, fields] of forms) assert.deepEqual(received(body).form(), fields, body)
	const hostile = received('__proto__=1&constructor=2').form()
	assert.deepEqual(Object.entries(hostile), [
		['__proto__', '1'],
		['constructor', '2'],
	])
})

test('what is null is as good as missing', () => {
	const empty = WebhookData.parse({ WebhookName: null, RequestHeader: null, RequestBody: null })
	assert.deepEqual([empty.WebhookName, empty.RequestHeader, empty.RequestBody], ['', {}, ''])
	assert.throws(() => empty.json(), { message: 'WebhookData.RequestBody is empty.' })
	assert.deepEqual({ ...WebhookData.parse({}) }, { ...empty })
})

test('a header is found without regard to case, and one that is empty counts as not sent', () => {
	const data = received('', { RequestHeader: { FROM: ' me ', 'X-Empty': ' ' } })
	assert.deepEqual([data.header('from'), data.header('x-empty'), data.header('x-missing')], ['me', undefined, undefined])
})

test('JSON that was encoded twice is read to the object or list in it, as an alert is', () => {
	assert.deepEqual(received(JSON.stringify('[{"Name":"vm01"}]')).json(), [{ Name: 'vm01' }])
	assert.deepEqual(received(JSON.stringify('{"a":1}')).json(), { a: 1 })
	assert.equal(received('"[not JSON"').json(), '[not JSON')
	assert.equal(received('"1"').json(), '1')
})

test('an alert is read from body and headers', () => {
	const { kind, subkind } = received('{"action":"completed"}', { RequestHeader: { 'X-Github-Event': 'workflow_run' } }).alert()
	assert.deepEqual([kind, subkind], ['github-workflow_run', 'completed'])
	assert.throws(() => received('<xml/>').alert(), { message: 'The body is not JSON: <xml/>' })
})

test('bytes that are no text are read as nothing else', () => {
	// The base64 of these bytes would be a number in JSON.
	const bytes = received('1234', { RequestBodyEncoding: 'base64' })
	const message = 'WebhookData.RequestBody is no text: it is the base64 of bytes that are not UTF-8.'
	for (const read of [() => bytes.json(), () => bytes.form(), () => bytes.alert()]) assert.throws(read, { name: 'Error', message })
	assert.equal(received('1234').json(), 1234)
})

test.run()
