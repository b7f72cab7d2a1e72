import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { test } from 'uvu'
import { forAnyAsync } from '../support/properties.ts'
import { type AnyRequest, anyRequest } from '../support/random-request.ts'
import { runbookText } from '../support/runbook-text.ts'
import { adminToken, startRunner } from '../support/runner.ts'

type Answer = { status: number; type: string; text: string }

function send(url: string, agent: Agent, { method, path, query, headers, body, isKnown }: AnyRequest): Promise<Answer> {
	const own = isKnown > 0 ? { ...headers, authorization: `Bearer ${adminToken}` } : headers
	const { hostname, port } = new URL(url)
	return new Promise((resolve, reject) => {
		const sent = request({
			...{ hostname, port, agent, method, path: `${path}${path.includes('?') ? '&' : '?'}${query.join('&')}`, timeout: 20_000 },
			headers: { ...own, 'content-length': body.length },
		})
		sent.on('timeout', () => sent.destroy(new Error('It was not answered in time.')))
		sent.on('error', reject)
		sent.on('response', (response) => {
			const type = String(response.headers['content-type'] ?? '')
			const chunks: Buffer[] = []
			const done = () => resolve({ status: response.statusCode!, type, text: Buffer.concat(chunks).toString() })
			response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', done)
			// Events of a job that is suspended would go on for ever.
			if (type.startsWith('text/event-stream')) {
				done()
				response.destroy()
			}
		})
		sent.end(body)
	})
}

test('any request is answered with no 5xx but 501, every refusal says why, and the runner lives on', async () => {
	await using runner = await startRunner({
		runbooks: { hello: runbookText(`output('Hello')`, { declares: 'parameters: z.object({ name: z.string().optional() }),' }) },
		webhooks: [{ name: 'of-the-file', runbook: 'hello' }],
	})
	const agent = new Agent({ keepAlive: true, maxSockets: 4 })
	const seen = new Map<number, number>()
	await forAnyAsync(anyRequest, 2_000, async (each) => {
		const { status, type, text } = await send(runner.url, agent, each)
		seen.set(status, (seen.get(status) ?? 0) + 1)
		const shown = `${each.method} ${each.path}?${each.query.join('&')} ${each.body.toString().slice(0, 200)}: ${status} ${text.slice(0, 300)}`
		assert.ok(status < 500 || status === 501, shown)
		// What is no HTTP is answered by the server itself.
		if (status < 400 || each.method === 'HEAD' || (status === 400 && type === '')) return
		assert.match(type, /^application\/json/, shown)
		const { code, message } = JSON.parse(text)
		assert.ok(typeof code === 'string' && typeof message === 'string' && message.length > 0, shown)
	})
	agent.destroy()
	// The requests must have got as far as doing something.
	for (const status of [200, 201, 400, 401, 404, 405, 409, 501]) assert.ok(seen.has(status), `${status} among ${[...seen]}`)
	assert.equal(runner.process.exitCode, null)
	assert.deepEqual(
		runner.logged.filter((line) => line.includes('"level":"error"')),
		[],
	)
})

test.run()
