import assert from 'node:assert/strict'
import { test } from 'uvu'
import { rawRequest } from '../support/raw-request.ts'
import { type Runner, startRunner } from '../support/runner.ts'

const show = `
import { defineRunbook, WebhookData, z } from 'runhook'
export default defineRunbook({
	parameters: z.object({ Count: z.number().optional(), WebhookData: WebhookData.optional() }),
	run({ parameters, output }) { output(parameters) },
})`
const without = `
import { defineRunbook, z } from 'runhook'
export default defineRunbook({
	parameters: z.object({ Count: z.number().optional() }),
	run({ parameters, output }) { output(parameters) },
})`

type Shown = {
	Count?: number
	WebhookData?: { WebhookName: string; RequestHeader: Record<string, string>; RequestBody: string; RequestBodyEncoding?: string }
}

/** Sends a request to the letter; resolves with what the runbook was given. */
async function shown(
	runner: Runner,
	{ name = 'show', headers = [], body = '' }: { name?: string; headers?: string[]; body?: string | Uint8Array },
): Promise<Shown> {
	const bytes = Buffer.from(body)
	const answer = await rawRequest(runner.webhookUrl(name), ['POST', ...headers, `Content-Length: ${bytes.length}`], bytes)
	assert.equal(answer.status, 202, answer.body)
	const [jobId] = JSON.parse(answer.body).JobIds
	await runner.untilJob(jobId, 'Completed')
	return JSON.parse(await runner.output(jobId))
}

test('a runbook gets the body byte for byte', async () => {
	await using runner = await startRunner({ runbooks: { show } })
	const texts = [
		'{"name":"Ada",  "list":[1,2]}\r\n',
		'<?xml version="1.0"?><a b="c">é</a>',
		'a=1&b=%20&c=+',
		'\uFEFF{"with":"a byte order mark"}',
		'',
		'\u0000 NUL \u0000',
		'é 界 😀 \u2028',
	]
	for (const body of texts) {
		const { WebhookData } = await shown(runner, { body })
		assert.deepEqual([WebhookData!.WebhookName, WebhookData!.RequestBody, WebhookData!.RequestBodyEncoding], ['show', body, undefined])
	}
	for (const bytes of [Buffer.from([0xff, 0xfe, 0x61, 0x00]), Buffer.from([0x1f, 0x8b, 0x08, 0x00]), Buffer.from('a\xe9', 'latin1')]) {
		const { WebhookData } = await shown(runner, { headers: ['Content-Encoding: gzip'], body: bytes })
		assert.equal(WebhookData!.RequestBodyEncoding, 'base64')
		assert.deepEqual(Buffer.from(WebhookData!.RequestBody, 'base64'), bytes)
		assert.equal(WebhookData!.RequestHeader['Content-Encoding'], 'gzip')
	}
})

test('a runbook gets the headers as they were spelt, without those that carry credentials', async () => {
	await using runner = await startRunner({ runbooks: { show } })
	const secrets = ['AUTHORIZATION: Bearer secret', 'cookie: a=secret', 'X-Gitlab-Token: secret', 'Proxy-Authorization: Basic secret']
	const repeated = ['x-Thing: 1', 'X-THING: 2', 'From: ada@example.org', 'from: eve@example.org', 'X-GitHub-Event: push', 'X-Empty:']
	const { WebhookData } = await shown(runner, { headers: [...secrets, ...repeated], body: 'x' })
	const { host } = new URL(runner.url)
	assert.deepEqual(WebhookData!.RequestHeader, {
		Host: host,
		Connection: 'close',
		'x-Thing': '1, 2',
		From: 'ada@example.org',
		'X-GitHub-Event': 'push',
		'X-Empty': '',
		'Content-Length': '1',
	})
	assert.equal(
		runner.logged.some((line) => line.includes('secret')),
		false,
	)
})

test('fixed parameters cannot be overridden by the caller, and WebhookData among them is overwritten', async () => {
	await using runner = await startRunner({
		runbooks: { show, without },
		webhooks: [
			{ name: 'show', runbook: 'show', parameters: { count: '3', webhookdata: { WebhookName: 'forged', RequestBody: 'forged' } } },
			{ name: 'without', runbook: 'without', parameters: { Count: 3 } },
		],
	})
	const { Count, WebhookData } = await shown(runner, { body: '{"Count":4,"parameters":{"Count":5}}', headers: ['Count: 6'] })
	assert.deepEqual([Count, WebhookData!.WebhookName, WebhookData!.RequestBody], [3, 'show', '{"Count":4,"parameters":{"Count":5}}'])
	assert.equal((await shown(runner, {})).WebhookData!.RequestBody, '')
	assert.deepEqual(await shown(runner, { name: 'without', body: '{"Count":4}' }), { Count: 3 })
})

test.run()
