import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import fc from 'fast-check'
import { test } from 'uvu'
import { forAnyAsync } from '../support/properties.ts'
import { runbookText } from '../support/runbook-text.ts'
import { adminToken, startRunner } from '../support/runner.ts'

const accountPath =
	'/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/runhook/providers/Microsoft.Automation/automationAccounts/runhook'

const words = [
	...[
		'webhooks',
		'generateUri',
		'replace',
		'jobs',
		'streams',
		'output',
		'runbookContent',
		'stop',
		'suspend',
		'resume',
		'runbooks',
		'content',
	],
	...['draft', 'publish', 'undoEdit', 'testJob', 'operationResults', 'statistics', 'usages', 'certificates', 'variables', 'openapi.json'],
	...[
		'a',
		'A',
		'hello',
		'of-the-file',
		'..',
		'%2e%2e',
		'%2F',
		'%zz',
		'%00',
		'%ff',
		'%F0%9F%98%80',
		"'",
		'',
		'-',
		'x'.repeat(300),
		'__proto__',
	],
]
const resources = [
	...[
		'webhooks',
		'webhooks/{}',
		'webhooks/{}/replace',
		'webhooks/generateUri',
		'jobs',
		'jobs/{}',
		'jobs/{}/stop',
		'jobs/{}/resume',
		'jobs/{}/suspend',
	],
	...[
		'jobs/{}/streams',
		'jobs/{}/streams/{}',
		'jobs/{}/output',
		'jobs/{}/runbookContent',
		'runbooks',
		'runbooks/{}',
		'runbooks/{}/publish',
	],
	...[
		'runbooks/{}/draft',
		'runbooks/{}/draft/content',
		'runbooks/{}/draft/testJob',
		'runbooks/{}/draft/testJob/streams',
		'runbooks/{}/draft/undoEdit',
	],
]
const resourcePath = fc
	.tuple(fc.constantFrom(...resources), fc.constantFrom('a', 'A', 'b', 'hello', 'of-the-file', '%F0%9F%98%80', '%2e%2e'))
	.map(([resource, name]) => `${accountPath}/${resource.replaceAll('{}', name)}`)
const randomPath = fc
	.tuple(
		fc.constantFrom(accountPath, accountPath, accountPath, accountPath.toUpperCase(), `${accountPath}x`, '', '/webhooks?token=a&b'),
		fc.array(fc.constantFrom(...words), { maxLength: 4 }),
	)
	.map(([before, rest]) => `${before}/${rest.join('/')}`)

const path = fc.oneof({ arbitrary: resourcePath, weight: 3 }, randomPath)

const queryPart = fc.oneof(
	fc.constantFrom(
		'api-version=2015-10-31',
		'$top=1',
		'$top=0',
		'$top=x',
		'$skiptoken=MTA',
		'$skiptoken=%00',
		'$skip=1',
		'follow',
		'token=a',
		'=',
	),
	fc.constantFrom(
		"$filter=properties/status%20eq%20'New'",
		'$filter=properties/startTime%20ge%202021-11-28',
		'$filter=%27',
		'$filter=%ff',
		'%zz',
	),
	fc.string({ maxLength: 20 }).map((text) => `$filter=${encodeURIComponent(text.toWellFormed())}`),
)

const value = fc.oneof(
	fc.constantFrom<unknown>(
		null,
		'',
		'hello',
		'a',
		true,
		false,
		0,
		-1,
		1e308,
		'2030-01-01T00:00:00Z',
		'x'.repeat(2_000),
		'\u0000',
		'\ud800',
	),
	fc.constantFrom<unknown>(
		{ name: 'hello' },
		{ name: 'a' },
		{ name: null },
		{ name: '' },
		{},
		[],
		{ a: 'b' },
		{ __proto__: null, toString: 'x' },
	),
	fc.jsonValue(),
)
const members = [
	'runbook',
	'parameters',
	'runOn',
	'uri',
	'expiryTime',
	'isEnabled',
	'description',
	'runbookType',
	'draft',
	'logVerbose',
	'overlapSeconds',
]
const properties = fc.dictionary(fc.constantFrom(...members), value)
const json = fc.oneof(
	fc.record({ name: value, properties, tags: value }, { requiredKeys: [] }),
	fc.record({
		properties: fc.constantFrom(
			{ runbook: { name: 'hello' }, parameters: { name: 'x' } },
			{ runbook: { name: 'hello' }, expiryTime: '2030-01-01T00:00:00Z' },
			{ runbookType: 'TypeScript', draft: {} },
		),
	}),
	properties,
	value,
)
const body = fc.oneof(
	json.map((each) => Buffer.from(JSON.stringify(each) ?? '')),
	fc.constantFrom('', '{', '[[[[', '"', 'nul', '\uFEFF{}', '['.repeat(50_000)).map((text) => Buffer.from(text)),
	fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
)
const headers = fc.record(
	{
		'content-type': fc.constantFrom('application/json; charset=utf-8', 'text/powershell', 'application/xml', 'x'),
		'content-encoding': fc.constantFrom('identity', 'gzip', 'x'),
		'x-ms-client-request-id': fc.constantFrom('a', 'a b', 'x'.repeat(500)),
		'last-event-id': fc.constantFrom('x', `${'0'.repeat(36)}_${'0'.repeat(20)}_${'9'.repeat(20)}`),
		authorization: fc.constantFrom('Bearer', 'Bearer x', 'Basic eDp4', ''),
	},
	{ requiredKeys: [] },
)
const method = fc.constantFrom('GET', 'GET', 'PUT', 'PUT', 'POST', 'POST', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND')
const asked = fc.record({ method, path, query: fc.array(queryPart, { maxLength: 3 }), headers, body, isKnown: fc.nat(9) })

type Answer = { status: number; type: string; text: string }

function send(
	url: string,
	agent: Agent,
	{ method, path, query, headers, body, isKnown }: typeof asked extends fc.Arbitrary<infer Value> ? Value : never,
): Promise<Answer> {
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
	await forAnyAsync(asked, 2_000, async (each) => {
		const { status, type, text } = await send(runner.url, agent, each)
		seen.set(status, (seen.get(status) ?? 0) + 1)
		const shown = `${each.method} ${each.path}?${each.query.join('&')} ${each.body.toString().slice(0, 200)}: ${status} ${text.slice(0, 300)}`
		assert.ok(status < 500 || status === 501, shown)
		// What is no HTTP is answered by the server itself.
		if (status < 400 || each.method === 'HEAD' || text === '') return
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
