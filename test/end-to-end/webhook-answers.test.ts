import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { WEBHOOK_BODY_BYTES_MAX } from '../../src/limits.ts'
import { rawRequest, sendAndHangUp, sendAndStay } from '../support/raw-request.ts'
import { type Runner, startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const runbook = (parameters: string, run = '') => `
import { defineRunbook, WebhookData, z } from 'runhook'
export default defineRunbook({ parameters: z.object({ ${parameters} }), run({ parameters, output }) { ${run} } })`

const length = runbook('WebhookData: WebhookData', 'output(parameters.WebhookData.RequestBody.length)')

function tokenOf(runner: Runner, name: string): string {
	return new URL(runner.webhookUrl(name)).searchParams.get('token')!
}

/** Checks a table of requests: path and query, status, code. */
async function checkRefusals(runner: Runner, table: [url: string, status: number, code: string][]): Promise<void> {
	for (const [url, status, code] of table) {
		const response = await fetch(new URL(url, runner.url), { method: 'POST', body: 'x' })
		const body = (await response.json()) as { code: string; message: string }
		assert.deepEqual([response.status, body.code], [status, code], url)
		assert.deepEqual(Object.keys(body), ['code', 'message'])
		assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8')
	}
}

test('a call is accepted with its job, and refused for what is wrong with its token or method', async () => {
	await using runner = await startRunner({ runbooks: { length } })
	const token = tokenOf(runner, 'length')
	const changed = (token[0] === 'A' ? 'B' : 'A') + token.slice(1)

	const accepted = await runner.call('length', 'body')
	const text = await accepted.text()
	assert.match(text, /^\{"JobIds":\["[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"\]\}$/)
	const [jobId] = JSON.parse(text).JobIds
	assert.equal(accepted.status, 202)
	assert.equal(accepted.headers.get('content-type'), 'application/json; charset=utf-8')
	assert.equal(accepted.headers.get('location'), `${runner.url}/jobs/${jobId}`)

	const encoded = [...token].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('')
	for (const query of [`token=${encoded}`, `a=1&token=${token}&b=%zz`]) {
		const response = await fetch(`${runner.url}/webhooks?${query}`, { method: 'POST' })
		assert.equal(response.status, 202, query)
		await response.body?.cancel()
	}
	await checkRefusals(runner, [
		['/webhooks', 400, 'InvalidToken'],
		['/webhooks?token=', 400, 'InvalidToken'],
		[`/webhooks?token=${token}&token=${token}`, 400, 'InvalidToken'],
		[`/webhooks?token=${changed}`, 400, 'InvalidToken'],
		[`/webhooks?token=${token}+`, 400, 'InvalidToken'],
		['/webhooks?token=%ff', 400, 'InvalidToken'],
		[`/webhooks?TOKEN=${token}`, 400, 'InvalidToken'],
		['/webhook', 404, 'NotFound'],
	])
	for (const method of ['GET', 'PUT', 'HEAD', 'OPTIONS', 'DELETE']) {
		const response = await fetch(runner.webhookUrl('length'), { method })
		assert.deepEqual([response.status, response.headers.get('allow')], [405, 'POST'], method)
		if (method !== 'HEAD') assert.equal(((await response.json()) as { code: string }).code, 'MethodNotAllowed')
	}
	assert.equal(runner.logged.filter((line) => line.includes(token)).length, 0)
})

test('a webhook whose runbook is gone, faulty or changed is refused, and works again when it is mended', async () => {
	const deploy = runbook('Count: z.number()', 'output(parameters.Count)')
	await using runner = await startRunner({
		runbooks: { length, deploy },
		webhooks: [
			{ name: 'deploy', runbook: 'deploy', parameters: { Count: 3 } },
			{ name: 'off', runbook: 'length', isEnabled: false },
			{ name: 'expired', runbook: 'length', expiryTime: '2020-01-01T00:00:00Z' },
		],
	})
	const url = runner.webhookUrl('deploy')
	const expired = await (await runner.call('expired')).json()
	assert.deepEqual(expired, { code: 'WebhookExpiredOrDisabled', message: 'This webhook has expired or is disabled' })
	await checkRefusals(runner, [
		[runner.webhookUrl('off'), 400, 'WebhookExpiredOrDisabled'],
		[runner.webhookUrl('expired'), 400, 'WebhookExpiredOrDisabled'],
	])
	assert.equal((await runner.call('deploy')).status, 202)
	const faulty = ['export default {', 'export const a = 1', 'throw new Error("secret place")', 'import "./missing.ts"']
	for (const text of faulty) {
		const before = runner.logged.length
		runner.writeRunbook('deploy', text)
		const seen = () => runner.logged.slice(before).some((line) => line.includes('A runbook cannot be loaded'))
		await until(`${text} is seen`, async () => (await runner.call('deploy')).status === 404 && seen())
		const response = await runner.call('deploy')
		assert.deepEqual(await response.json(), { code: 'RunbookNotFound', message: 'The runbook of this webhook was not found.' }, text)
	}
	assert.ok(runner.logged.some((line) => line.includes('secret place')))
	runner.writeRunbook('deploy', runbook('Count: z.boolean()'))
	await until('the changed schema is seen', async () => (await runner.call('deploy')).status === 400)
	const refused = (await (await runner.call('deploy')).json()) as { code: string; message: string }
	assert.equal(refused.code, 'InvalidParameters')
	assert.doesNotMatch(refused.message, /3/, "the fixed values are not the caller's to see")
	assert.ok(runner.logged.some((line) => line.includes("Parameter 'Count' must be true or false: 3 does not fit")))
	rmSync(join(runner.folder, 'runbooks', 'deploy.ts'))
	await until('the file is gone', async () => (await runner.call('deploy')).status === 404)
	await checkRefusals(runner, [[url, 404, 'RunbookNotFound']])
	runner.writeRunbook('deploy', deploy)
	await until('the runbook is back', async () => (await runner.call('deploy')).status === 202)
})

test('a webhook that expires stays expired, also over a restart', async () => {
	await using runner = await startRunner({ runbooks: { length }, webhooks: [] })
	const expiryTime = new Date(Date.now() + 2_500).toISOString()
	runner.writeWebhooks([{ name: 'soon', runbook: 'length', expiryTime }])
	await until('its URL is printed', () => runner.printed.some((line) => line.startsWith('Webhook soon: ')))
	assert.equal((await runner.call('soon')).status, 202)
	await until('it has expired', async () => (await runner.call('soon')).status === 400)
	assert.ok(Date.now() >= Date.parse(expiryTime))
	await runner.end('SIGTERM')
	await runner.restart()
	await checkRefusals(runner, [[runner.webhookUrl('soon'), 400, 'WebhookExpiredOrDisabled']])
})

test('a body may have 524288 bytes and not one more, however it is sent', async () => {
	await using runner = await startRunner({ runbooks: { length } })
	const url = runner.webhookUrl('length')
	const most = Buffer.alloc(WEBHOOK_BODY_BYTES_MAX, 'x')
	const more = Buffer.alloc(WEBHOOK_BODY_BYTES_MAX + 1, 'x')
	const chunked = (body: Buffer) => Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')])

	const accepted = await rawRequest(url, ['POST', `Content-Length: ${most.length}`], most)
	const alsoAccepted = await rawRequest(url, ['POST', 'Transfer-Encoding: chunked'], chunked(most))
	for (const { status, body } of [accepted, alsoAccepted]) {
		assert.equal(status, 202)
		const [jobId] = JSON.parse(body.slice(body.indexOf('{'))).JobIds
		await runner.untilJob(jobId, 'Completed')
		assert.equal(await runner.output(jobId), '524288\n')
	}
	const refused = await Promise.all([
		rawRequest(url, ['POST', `Content-Length: ${more.length}`], more),
		rawRequest(url, ['POST', 'Transfer-Encoding: chunked'], chunked(more)),
		rawRequest(url, ['POST', 'Content-Length: 99999999999']),
		fetch(url, { method: 'POST', body: more }).then(async (response) => ({ status: response.status, body: await response.text() })),
	])
	for (const { status, body } of refused) {
		assert.equal(status, 413)
		assert.ok(body.includes('"code":"PayloadTooLarge"'), body)
	}
	// What is only announced takes no room: who begins calls and dawdles keeps nobody else away.
	const { pathname, search } = new URL(url)
	const begun = `POST ${pathname}${search} HTTP/1.1\r\nHost: a\r\nContent-Length: ${most.length}\r\nExpect: 100-continue\r\n\r\nx`
	const dawdling = await Promise.all(Array.from({ length: 520 }, () => sendAndStay(runner.url, begun)))
	assert.equal((await runner.call('length', most)).status, 202)
	for (const socket of dawdling) socket.destroy()
})

test('a client that hangs up before its body was sent starts no job', async () => {
	await using runner = await startRunner({ runbooks: { length }, environment: { RUNHOOK_LOG_LEVEL: 'debug' } })
	const { pathname, search } = new URL(runner.webhookUrl('length'))
	for (const bye of ['end', 'destroy'] as const) {
		await sendAndHangUp(runner.url, `POST ${pathname}${search} HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nshort`, bye)
	}
	const refused = () => runner.logged.filter((line) => line.includes('"code":"BadRequest"'))
	await until('both calls are refused', () => refused().length === 2)
	assert.equal(
		runner.logged.some((line) => line.includes('Webhook called')),
		false,
	)
	assert.equal((await runner.call('length')).status, 202)
	await until('a call that is complete is logged', () => runner.logged.some((line) => line.includes('Webhook called')))
	assert.equal(
		runner.logged.some((line) => line.includes(tokenOf(runner, 'length'))),
		false,
	)
})

test('over the limit of the queue a call is refused with 503 and when to try again', async () => {
	const wait = `import { defineRunbook } from 'runhook'
		export default defineRunbook({ run: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve)) })`
	await using runner = await startRunner({
		runbooks: { wait },
		environment: { RUNHOOK_CONCURRENCY: '1', RUNHOOK_QUEUE_LIMIT: '2', RUNHOOK_SHUTDOWN_SECONDS: '0' },
	})
	await runner.untilJob(await runner.start('wait'), 'Running')
	const waiting = [await runner.start('wait'), await runner.start('wait')]
	const refused = await runner.call('wait')
	assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '5'])
	assert.equal(((await refused.json()) as { code: string }).code, 'ServiceUnavailable')
	assert.equal((await runner.manage(`/jobs/${waiting[0]}/stop`, { method: 'POST' })).status, 200)
	assert.equal((await runner.call('wait')).status, 202)
})

test.run()
