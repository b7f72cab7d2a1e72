import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'uvu'
import { type Account, openAccount } from '../../src/cli/api-client.ts'
import { followJob } from '../../src/cli/follow-job.ts'
import type { StreamRecord } from '../../src/cli/stream-record.ts'
import { type Script, scriptedServer } from '../support/scripted-server.ts'

const job = (status: string) => ({ name: 'job', properties: { jobId: 'job', status } })
const record = (sequence: number): StreamRecord => ({
	id: `/streams/job_${sequence}`,
	properties: { jobStreamId: `job_${sequence}`, time: '2026-11-21T12:00:00.000Z', streamType: 'Output', streamText: `${sequence}\r\n` },
})
const event = (sequence: number) => `event: stream\nid: job_${sequence}\ndata: ${JSON.stringify(record(sequence))}\n\n`
const end = 'event: end\ndata: {"status":"Completed"}\n\n'

function events(response: ServerResponse): ServerResponse {
	return response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
}

function account(url: string, isAzure = false): Promise<Account> {
	const names = { subscriptionId: '11111111-1111-1111-1111-111111111111', resourceGroup: 'group', account: 'account' }
	return openAccount({ endpoint: url, isAzure, token: 'token', ...names }).then((opened) => ({ ...opened, isAzure }))
}

async function follow(script: Script, signal = new AbortController().signal) {
	await using server = await scriptedServer(script)
	const texts: (string | undefined)[] = []
	const opened = await account(server.url)
	for await (const { properties } of followJob(opened, 'job', { signal })) texts.push(properties.streamText?.trim())
	return { texts, requests: server.requests.filter(({ path }) => path.endsWith('/streams')) }
}

test('a stream that breaks off is taken up after the last record that came', async () => {
	let tries = 0
	const { texts, requests } = await follow(({ path }, response) => {
		if (!path.endsWith('/streams')) return job('Running')
		tries++
		if (tries === 1) events(response).write(`: hello\n\n${event(1)}${event(2)}event: str`, () => response.destroy())
		else if (tries === 2) events(response).end(event(3))
		else if (tries === 3) response.writeHead(503, { 'content-type': 'application/json' }).end('{"code":"x","message":"Later."}')
		else events(response).end(`${event(4)}${end}`)
		return undefined
	})
	assert.deepEqual(texts, ['1', '2', '3', '4'])
	assert.deepEqual(
		requests.map(({ headers }) => headers['last-event-id']),
		[undefined, 'job_2', 'job_3', 'job_3'],
	)
	assert.equal(requests[0]!.query.get('follow'), 'true')
	assert.equal(requests[0]!.headers.authorization, 'Bearer token')
})

test('a record that comes in pieces is one record', async () => {
	const { texts } = await follow(({ path }, response) => {
		if (!path.endsWith('/streams')) return job('Running')
		const bytes = Buffer.from(event(1).replace('"1', '"grüße') + end)
		events(response)
		response.write(bytes.subarray(0, bytes.indexOf('ü') + 1), () => response.end(bytes.subarray(bytes.indexOf('ü') + 1)))
		return undefined
	})
	assert.deepEqual(texts, ['grüße'])
})

test('a refusal ends it at once, in the words of the server', async () => {
	let asked = 0
	const refused = follow(({ path }, response) => {
		if (!path.endsWith('/streams')) return job('Running')
		asked++
		response.statusCode = 404
		return { code: 'NotFound', message: "There is no job 'job'." }
	})
	await assert.rejects(refused, { name: 'ServerError', statusCode: 404, message: "There is no job 'job'." })
	assert.equal(asked, 1)
})

test('a job that is suspended is followed no longer', async () => {
	const { texts } = await follow(({ path }, response) => {
		if (!path.endsWith('/streams')) return job('Suspended')
		events(response).write(event(1))
		return undefined
	})
	assert.deepEqual(texts, ['1'])
})

test('whoever watches may end it', async () => {
	const watching = new AbortController()
	const followed = follow(({ path }, response) => {
		if (!path.endsWith('/streams')) return job('Running')
		events(response).write(event(1), () => watching.abort())
		return undefined
	}, watching.signal)
	await assert.rejects(followed, { name: 'AbortError' })
})

test('where there are no events, the list is read until the job has ended', async () => {
	await using server = await scriptedServer(({ path, query }, response) => {
		const asked = server.requests.filter((request) => request.path.endsWith('/streams')).length
		const one = /\/streams\/(job_\d)$/.exec(path)
		if (one) return record(Number(one[1]!.slice(-1)))
		if (!path.endsWith('/streams')) return job(asked < 1 ? 'Running' : 'Completed')
		if (asked === 2) {
			response.statusCode = 503
			return { code: 'ServiceUnavailable', message: 'Later.' }
		}
		const items = query.has('$skiptoken') ? [record(1)] : [record(2)]
		// Of another origin, as behind a proxy: the token must not go there.
		const nextLink = query.has('$skiptoken') ? {} : { nextLink: `http://127.0.0.1:1${path}?$skiptoken=1` }
		return { value: items, ...nextLink }
	})
	const texts: (string | undefined)[] = []
	const opened = await account(server.url)
	for await (const { properties } of followJob({ ...opened, isAzure: true }, 'job', { signal: new AbortController().signal }))
		texts.push(properties.streamText?.trim())
	assert.deepEqual(texts, ['2', '1'].sort())
})

test.run()
