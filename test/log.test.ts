import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import * as fc from 'fast-check'
import { test } from 'uvu'
import { redactText } from '../src/log.ts'
import { forAny } from './support/properties.ts'

const token = fc.string({ unit: fc.constantFrom(...'abcXYZ0189-_'), minLength: 12, maxLength: 43 })
const around = fc.constantFrom('', ' ', ' and more', '"', '&other=1')

test('for any token neither its URL nor its bearer header is left in a text', () => {
	forAny(fc.tuple(token, around, fc.constantFrom('?', '?a=b&')), ([secret, rest, mark]) => {
		for (const text of [
			`POST https://hooks.example/webhooks${mark}token=${secret}${rest}`,
			`authorization: Bearer ${secret}${rest}`,
			`{"url":"/webhooks${mark}TOKEN=${secret}${rest}"}`,
		])
			assert.equal(redactText(text).includes(secret), false, redactText(text))
	})
})

test('what is secret is replaced and what stands around it stays', () => {
	const table = [
		['GET /x?token=abc&b=1 was refused', 'GET /x?token=***&b=1 was refused'],
		['Basic dXNlcjpwYXNz and Bearer a.b-c_d~e+f/g==', 'Basic *** and Bearer ***'],
		['https://poll.example/op?api=1&t=2&c=MII&s=xyz&h=abc', 'https://poll.example/op?api=1&t=***&c=***&s=***&h=***'],
		['https://store.example/blob?sv=1&sig=a%2Bb', 'https://store.example/blob?sv=1&sig=***'],
		[`made runhook_${'aB3_-'.repeat(8)}abc for ci`, 'made *** for ci'],
		['it is eyJhbGci.eyJpc3Mi.c2ln here', 'it is *** here'],
		['the runhook_webhook_calls_total', 'the runhook_webhook_calls_total'],
		['a token is used once: make a new one', 'a token is used once: make a new one'],
	]
	for (const [text, expected] of table) assert.equal(redactText(text!), expected)
})

/** Runs lines in a process of its own and resolves with what it logged. */
async function logged(format: string, lines: string): Promise<string[]> {
	const code = `import { openLog } from '${new URL('../src/log.ts', import.meta.url)}'
		const log = openLog({ level: 'info', format: '${format}' }).part('http')
		${lines}`
	const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code])
	assert.equal(stdout, '')
	return stderr.trimEnd().split('\n')
}

test('every line goes to standard error, redacted in its message and in its fields', async () => {
	const lines = await logged(
		'json',
		`log.info('GET /webhooks?token=secret-one', { reason: 'Bearer secret-two', jobId: 'a', count: 2 })
		log.error('Broken')
		log.debug('not at this level')`,
	)
	assert.deepEqual(
		lines.map((line) => ({ ...JSON.parse(line), timestamp: undefined })),
		[
			{ level: 'info', message: 'GET /webhooks?token=***', part: 'http', reason: 'Bearer ***', jobId: 'a', count: 2, timestamp: undefined },
			{ level: 'error', message: 'Broken', part: 'http', timestamp: undefined },
		],
	)
})

test('a line for people names the part, and quotes what has spaces or line breaks', async () => {
	const [line, ...more] = await logged('text', `log.warn('Refused', { jobId: 'a', reason: 'two words\\nand a line' })`)
	assert.match(line!, /^\S+Z warn {2}http: Refused jobId=a reason="two words\\nand a line"$/)
	assert.deepEqual(more, [])
})

test.run()
