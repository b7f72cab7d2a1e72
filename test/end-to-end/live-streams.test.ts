import assert from 'node:assert/strict'
import type { EventSourceMessage } from 'eventsource-parser'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { test } from 'uvu'
import { sendAndLeave } from '../support/raw-request.ts'
import { runbookText } from '../support/runbook-text.ts'
import { adminToken, type Runner, startRunner } from '../support/runner.ts'

const accountPath =
	'/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/runhook/providers/Microsoft.Automation/automationAccounts/runhook'

/** Writes two records, then waits to be stopped. */
const paced = `import { setTimeout as wait } from 'node:timers/promises'
import { defineRunbook } from 'runhook'
export default defineRunbook({
	async run({ output, warning, signal }) {
		output('one')
		warning({ two: 'é\\nline' })
		await wait(60_000, undefined, { signal })
	},
})`
const many = `import { defineRunbook } from 'runhook'
export default defineRunbook({ run({ output }) { for (let index = 1; index <= 1201; index++) output(index) } })`

type Followed = Disposable & { response: Response; next(): Promise<EventSourceMessage | undefined> }

/** Follows a job's streams; what it was not asked for is dropped at the end of the block. */
async function follow(runner: Runner, jobId: string, headers: Record<string, string> = {}): Promise<Followed> {
	const gone = new AbortController()
	const response = await runner.manage(`/jobs/${jobId}/streams?follow`, { headers, signal: gone.signal })
	assert.equal(response.status, 200)
	const events = response.body!.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
	const reader = events.getReader()
	return {
		response,
		next: async () => (await reader.read()).value,
		[Symbol.dispose]: () => gone.abort(),
	}
}

type Data = { properties: { jobStreamId: string; streamType: string; streamText: string; value: { value: unknown } } }

function dataOf(event: EventSourceMessage | undefined): Data {
	assert.equal(event?.event, 'stream')
	const data = JSON.parse(event!.data) as Data
	assert.equal(event!.id, data.properties.jobStreamId)
	return data
}

test('followers see records as they come, resume where they were, and are told the end', async () => {
	await using runner = await startRunner({ runbooks: { paced } })
	const jobId = await runner.start('paced')
	using first = await follow(runner, jobId)
	assert.equal(first.response.headers.get('content-type'), 'text/event-stream; charset=utf-8')
	assert.match(first.response.headers.get('cache-control')!, /no-transform/)
	const one = dataOf(await first.next())
	assert.deepEqual([one.properties.streamType, one.properties.streamText], ['Output', 'one\r\n'])
	const two = dataOf(await first.next())
	assert.deepEqual([two.properties.streamType, two.properties.value], ['Warning', { value: { two: 'é\nline' } }])
	assert.equal((await runner.job(jobId)).properties.status, 'Running')

	using resumed = await follow(runner, jobId, { 'last-event-id': one.properties.jobStreamId })
	assert.deepEqual(dataOf(await resumed.next()), two)
	using late = await follow(runner, jobId, { 'last-event-id': two.properties.jobStreamId })
	assert.equal((await runner.manage(`/jobs/${jobId}/stop`, { method: 'POST' })).status, 200)
	for (const follower of [first, resumed, late]) {
		const end = await follower.next()
		assert.deepEqual([end?.event, end?.data], ['end', '{"status":"Stopped"}'])
		assert.equal(await follower.next(), undefined)
	}
	const single = (await (await runner.manage(`/jobs/${jobId}/streams/${one.properties.jobStreamId}`)).json()) as Data
	assert.deepEqual(single, one)
})

test('an ended job of many records is followed to its end, and listed in pages that lead to each other', async () => {
	await using runner = await startRunner({ runbooks: { many } })
	const jobId = await runner.start('many')
	await runner.untilJob(jobId, 'Completed')
	using follower = await follow(runner, jobId, { 'last-event-id': 'of another server' })
	const values: unknown[] = []
	let event = await follower.next()
	for (; event?.event === 'stream'; event = await follower.next()) values.push(dataOf(event).properties.value.value)
	assert.deepEqual(
		values,
		Array.from({ length: 1201 }, (_, index) => index + 1),
	)
	assert.deepEqual([event?.event, event?.data, await follower.next()], ['end', '{"status":"Completed"}', undefined])

	const counts: number[] = []
	for (let next: string | undefined = `${runner.url}/jobs/${jobId}/streams`; next; ) {
		const page = (await (await runner.manage(next.slice(runner.url.length))).json()) as { value: unknown[]; nextLink?: string }
		counts.push(page.value.length)
		next = page.nextLink
		if (next) assert.ok(next.startsWith(`${runner.url}/subscriptions/`), next)
	}
	assert.equal(
		counts.reduce((sum, count) => sum + count),
		1201,
	)
	assert.equal(counts.length, 13)
	assert.equal((await runner.output(jobId)).split('\n').length, 1202)
})

test('a follower of a job that waits is told its end when it is stopped, and a runner with followers ends', async () => {
	await using runner = await startRunner({ runbooks: { paced }, environment: { RUNHOOK_CONCURRENCY: '1', RUNHOOK_SHUTDOWN_SECONDS: '0' } })
	await runner.untilJob(await runner.start('paced'), 'Running')
	const waiting = await runner.start('paced')
	using follower = await follow(runner, waiting)
	await runner.manage(`/jobs/${waiting}/stop`, { method: 'POST' })
	assert.deepEqual((await follower.next())?.data, '{"status":"Stopped"}')
	using other = await follow(runner, await runner.start('paced'))
	const rest = other.next().catch(() => undefined)
	assert.deepEqual(await runner.end('SIGTERM'), { code: 0, signal: null })
	assert.equal(await rest, undefined)
})

test('followers that left without reading hold nothing up', async () => {
	const flood = runbookText("for (let index = 0; index < 9_000; index++) output('x'.repeat(1_000))")
	await using runner = await startRunner({ runbooks: { flood } })
	const jobId = await runner.start('flood')
	const head = `GET /jobs/${jobId}/streams?follow HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${adminToken}\r\n\r\n`
	await Promise.all([1, 2, 3].map(() => sendAndLeave(runner.url, head)))
	await runner.untilJob(jobId)
	const since = performance.now()
	assert.deepEqual(await runner.end('SIGTERM'), { code: 0, signal: null })
	assert.ok(performance.now() - since < 5_000)
})

test('a follower whose token is disabled is sent no more', async () => {
	await using runner = await startRunner({ runbooks: { paced } })
	const path = `${accountPath}/accessTokens/reads`
	const asked = (method: string, properties: object) => runner.manage(path, { method, body: JSON.stringify({ properties }) })
	const expiryTime = new Date(Date.now() + 86_400_000).toISOString()
	const made = (await (await asked('PUT', { role: 'Job Operator', expiryTime })).json()) as { properties: { token: string } }
	const jobId = await runner.start('paced')
	const response = await fetch(`${runner.url}/jobs/${jobId}/streams?follow`, {
		headers: { authorization: `Bearer ${made.properties.token}` },
	})
	assert.equal(response.status, 200)
	await asked('PATCH', { isEnabled: false })
	const text = await response.text()
	assert.doesNotMatch(text, /event: end/)
	assert.equal((await runner.job(jobId)).properties.status, 'Running')
})

test.run()
