// The list of jobs, live, and jobs in numbers.
import assert from 'node:assert/strict'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { test } from 'uvu'
import { account } from '../support/account.ts'
import { type JobView, startRunner } from '../support/runner.ts'

const quick = `import { defineRunbook } from 'runhook'
export default defineRunbook({ run({ output }) { output('done') } })`
const failing = `import { defineRunbook } from 'runhook'
export default defineRunbook({ run() { throw new Error('no') } })`

type JobPage = { value: (JobView & { properties: { webhook: { name: string } | null } })[] }
type Statistics = { value: Record<string, number | string | null>[] }

test('a list of jobs can be followed, filtered by the webhook that started them, and tells the webhook', async () => {
	await using runner = await startRunner({ runbooks: { quick, other: quick } })
	const filter = encodeURIComponent("properties/webhook/name eq 'QUICK'")
	const gone = new AbortController()
	const response = await runner.manage(`${account}/jobs?follow&$top=2&$filter=${filter}`, { signal: gone.signal })
	assert.deepEqual([response.status, response.headers.get('content-type')], [200, 'text/event-stream; charset=utf-8'])
	const pages = response.body!.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()).getReader()
	const next = async () => JSON.parse((await pages.read()).value!.data) as JobPage
	assert.deepEqual((await next()).value, [])
	await runner.untilJob(await runner.start('other'))
	const jobId = await runner.start('quick')
	let page: JobPage
	do page = await next()
	while (page.value[0]?.properties.status !== 'Completed')
	gone.abort()
	assert.deepEqual(
		page.value.map(({ properties }) => [properties.jobId, properties.webhook]),
		[[jobId, { name: 'quick' }]],
	)
	const both = encodeURIComponent("properties/webhook/name eq 'quick' and properties/webhook/name eq 'other'")
	assert.deepEqual(await (await runner.manage(`${account}/jobs?$filter=${both}`)).json(), { value: [] })
})

test('jobs are counted by how they ended within each hour or day, with the time that they ran', async () => {
	await using runner = await startRunner({ runbooks: { quick, failing } })
	for (const name of ['quick', 'failing', 'quick']) await runner.untilJob(await runner.start(name))
	const counted = async (query: string) => (await (await runner.manage(`${account}/statistics/jobs?${query}`)).json()) as Statistics
	const { value } = await counted('interval=Day&count=7')
	assert.equal(value.length, 7)
	const sum = (name: string) => value.reduce((all, each) => all + Number(each[name]), 0)
	assert.deepEqual([sum('Completed'), sum('Failed'), sum('Stopped')], [2, 1, 0])
	const { averageSeconds, maxSeconds } = value.find(({ averageSeconds: each }) => each !== null)!
	assert.ok(Number(averageSeconds) > 0 && Number(averageSeconds) <= Number(maxSeconds), JSON.stringify(value))
	assert.deepEqual([value[0]!.averageSeconds, value[0]!.maxSeconds], [null, null])
	assert.ok(value.every(({ startTime, endTime }) => Date.parse(String(endTime)) - Date.parse(String(startTime)) === 86_400_000))
	assert.equal((await counted('')).value.length, 24)
	const by = async (kind: string) => ((await (await runner.manage(`${account}/statistics/${kind}`)).json()) as Statistics).value
	const runbooks = (await by('runbooks')).map(({ name, Completed, Failed, averageSeconds }) => [
		name,
		Completed,
		Failed,
		typeof averageSeconds,
	])
	assert.deepEqual(runbooks, [
		['failing', 0, 1, 'number'],
		['quick', 2, 0, 'number'],
	])
	await runner.manage(`${account}/webhooks/quick`, { method: 'PATCH', body: '{"properties":{"isEnabled":false}}' })
	await runner.call('quick')
	const webhooks = (await by('webhooks')).map(({ name, accepted, refused }) => [name, accepted, refused])
	assert.deepEqual(webhooks, [
		['failing', 1, 0],
		['quick', 2, 1],
	])
	for (const [query, message] of [
		['statistics/jobs?interval=Week', 'interval: must be Hour or Day.'],
		...['0', '32', '100', '1.5', ''].map((count) => [`statistics/jobs?count=${count}`, 'count: must be a whole number from 1 to 31.']),
		...['0', '1001', '100000'].map((count) => [`jobs?$top=${count}`, '$top: must be a whole number from 1 to 1000.']),
	]) {
		const refused = await runner.manage(`${account}/${query}`)
		assert.deepEqual([refused.status, await refused.json()], [400, { code: 'BadRequest', message }], query)
	}
})

test.run()
