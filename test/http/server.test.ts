import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Server } from 'node:http'
import type { Response } from 'express'
import { test } from 'uvu'
import { managementPrincipal } from '../../src/access/principal.ts'
import { systemClock } from '../../src/clock.ts'
import { StoreUnavailableError } from '../../src/errors.ts'
import { listen } from '../../src/http/listen.ts'
import { operation } from '../../src/http/operation.ts'
import { accountPath, httpApp } from '../../src/http/server.ts'
import { keptLog } from '../support/kept-log.ts'

const account = { subscriptionId: '00000000-0000-0000-0000-00000000000a', resourceGroup: 'Group', name: 'Account' }

/** A server whose job operation answers with the job's name, or throws what the test says. */
async function openServer(fault?: Error) {
	const log = keptLog()
	const app = httpApp({ ...parts(fault), log })
	const server = await listen(app, { host: '127.0.0.1', port: 0 }, { clock: systemClock, log })
	return { ...server, log, get: (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`) }
}

function parts(fault?: Error) {
	const job = operation(
		{
			operationId: 'Job_Get',
			action: 'jobs/read',
			method: 'get',
			path: '/jobs/{job}',
			summary: 'Get a job.',
			answers: { 200: { description: 'It.' } },
		},
		({ names }) => {
			if (fault) throw fault
			return { status: 200, json: { job: names.job } }
		},
	)
	return {
		webhookRoute: (_request: unknown, response: Response) => void response.end(),
		monitoring: [],
		operations: { inAccount: [job], ofJobs: [job], atRoot: [] },
		describe: () => ({ openapi: '3.1.0' }),
		authenticate: async () => ({ kind: 'manager', principal: managementPrincipal }) as const,
		audit: { append: async () => undefined },
		refusals: { actionRefused: () => undefined },
		addressOf: () => null,
		accountPath: accountPath(account),
		clock: systemClock,
		account,
	}
}

test('a request has a limited time to arrive, and the number of connections is limited', async () => {
	await using server = await openServer()
	const seen: Server[] = []
	const note = (message: unknown) => void seen.push((message as { server: Server }).server)
	subscribe('http.server.request.start', note)
	await server.get('/')
	unsubscribe('http.server.request.start', note)
	const [{ requestTimeout, headersTimeout, keepAliveTimeout, maxConnections }] = seen as [Server]
	assert.deepEqual([requestTimeout, headersTimeout, keepAliveTimeout, maxConnections], [30_000, 10_000, 65_000, 10_000])
})

test("jobs are at the root and under the account's path, whose names compare without regard to case", async () => {
	await using server = await openServer()
	const path = accountPath(account)
	for (const asked of ['/jobs/a', `${path}/jobs/a`, `${path.toLowerCase()}/jobs/a`, `${path.toUpperCase()}/jobs/a`])
		assert.deepEqual(await (await server.get(asked)).json(), { job: 'a' }, asked)
})

test('another account, another path and a malformed one are told apart', async () => {
	await using server = await openServer()
	const path = accountPath(account)
	const table: [string, number, string][] = [
		[`${path}x/jobs/a`, 404, 'NotFound'],
		[`${accountPath({ ...account, resourceGroup: 'other' })}/jobs/a`, 404, 'NotFound'],
		['/', 404, 'NotFound'],
		[`${path}/jobs/%zz`, 400, 'BadRequest'],
	]
	for (const [asked, status, code] of table) {
		const response = await server.get(asked)
		const body = (await response.json()) as { code: string }
		assert.deepEqual([response.status, body.code], [status, code], asked)
	}
})

test('browsers are told to run, embed and guess nothing', async () => {
	await using server = await openServer()
	for (const path of ['/jobs/a', '/openapi.json', '/nothing', `${accountPath(account)}/jobs/%zz`]) {
		const { headers } = await server.get(path)
		assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none';frame-ancestors 'none'/, path)
		assert.deepEqual(
			['x-content-type-options', 'x-frame-options', 'referrer-policy', 'strict-transport-security', 'x-powered-by'].map((name) =>
				headers.get(name),
			),
			['nosniff', 'DENY', 'no-referrer', null, null],
			path,
		)
	}
})

test('a store that is away is 503 with Retry-After, any other error a 500 that says nothing of it', async () => {
	await using away = await openServer(new StoreUnavailableError('disk full'))
	const refused = await away.get('/jobs/a')
	assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '5'])
	await using broken = await openServer(new Error('secret detail'))
	const failed = await broken.get('/jobs/a?token=abc')
	assert.equal(failed.status, 500)
	assert.deepEqual(await failed.json(), { code: 'InternalServerError', message: 'The request could not be handled.' })
	assert.match(String(broken.log.lines.at(-1)?.fields.reason), /secret detail/)
	assert.equal(JSON.stringify(broken.log.lines).includes('token=abc'), false)
})

test('a port that is in use is told in a sentence', async () => {
	await using server = await openServer()
	await assert.rejects(
		listen(httpApp({ ...parts(), log: keptLog() }), { host: '127.0.0.1', port: server.port }, { clock: systemClock, log: keptLog() }),
		{
			name: 'StartError',
			message: `Port ${server.port} of 127.0.0.1 is in use: end the other program, or set RUNHOOK_PORT (0 = any free port).`,
		},
	)
})

test.run()
