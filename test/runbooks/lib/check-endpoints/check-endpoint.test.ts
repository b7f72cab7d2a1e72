import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { test } from 'uvu'
import { type Check, checkEndpoint } from '../../../../runbooks/lib/check-endpoints/check-endpoint.ts'
import { type Names, systemNames } from '../../../../runbooks/lib/check-endpoints/names.ts'
import { endpointToCheck } from '../../../support/endpoint-to-check.ts'
import { answerWith, startWebServer } from '../../../support/web-server.ts'

type Options = { names?: Partial<Names>; repeat?: number; signal?: AbortSignal }

/** Checks one endpoint; slow ones only by their own `maxMs`, because the machine may be busy. */
async function check(
	endpoint: Record<string, unknown>,
	{ names, repeat = 1, signal = new AbortController().signal }: Options = {},
): Promise<Check> {
	const read = await endpointToCheck({ name: 'shop', maxMs: 60_000, ...endpoint })
	return checkEndpoint(read, { names: { ...systemNames, ...names }, repeat, signal })
}

const toLoopback: Partial<Names> = { addresses: async () => ['127.0.0.1'] }

test('an endpoint that is well is measured step by step', async () => {
	await using server = await startWebServer({ answer: answerWith(200, '<title>Shop</title>Welcome') })
	const { ms, ...found } = await check(
		{ url: `http://shop.example:${server.port}/a?b=c`, expectTitle: 'Shop', expectText: 'Welcome', expectNotText: 'not found' },
		{ names: toLoopback },
	)
	deepEqual(found, { status: 200, tlsDaysLeft: null, addresses: ['127.0.0.1'], findings: [], reasons: [], isComparable: true })
	equal(ms.tls, null)
	const steps = [ms.dns, ms.connect, ms.firstByte]
	ok(steps.every((step) => typeof step === 'number' && step >= 0))
	ok(ms.total >= (ms.dns ?? 0) + (ms.connect ?? 0) + (ms.firstByte ?? 0))
	equal(server.requests[0]?.line, 'GET /a?b=c')
	equal(server.requests[0]?.headers.host, `shop.example:${server.port}`)
})

test('the time to the first byte is apart from the time to the last', async () => {
	await using server = await startWebServer({
		answer: (_request, response) => {
			setTimeout(() => response.write('a'), 60)
			setTimeout(() => response.end('b'), 120)
		},
	})
	const { ms, findings } = await check({ url: server.url, expectText: 'ab', maxMs: 100 })
	ok(ms.firstByte! >= 50 && ms.firstByte! < ms.total && ms.total >= 110, JSON.stringify(ms))
	equal(findings.length, 1)
	match(findings[0]!, /^Slow\(\d{3,}\)$/)
})

test('an answer that does not end in time is a Timeout, with what was seen of it', async () => {
	await using server = await startWebServer({ answer: (_request, response) => void response.writeHead(200).write('a') })
	const { findings, status, ms, isComparable } = await check({ url: server.url, timeoutMs: 150, maxMs: 1 })
	deepEqual([findings, status, isComparable], [['Timeout'], null, false])
	ok(ms.connect !== null && ms.total >= 140)
})

for (const [what, status, expectStatus, findings] of [
	['as it should be by default', 200, undefined, []],
	['an error', 503, undefined, ['Status(503)']],
	['a success of another kind', 204, undefined, ['Status(204)']],
	['one of those expected', 404, [200, 404], []],
	['a redirect, which is not followed', 302, undefined, ['Status(302)']],
] as const) {
	test(`a status that is ${what}: ${status}`, async () => {
		await using server = await startWebServer({ answer: answerWith(status, '', { location: '/next' }) })
		const found = await check({ url: server.url, ...(expectStatus && { expectStatus }) })
		deepEqual([found.status, found.findings, server.requests.length], [status, findings, 1])
	})
}

test('a page that says 200 and means 404 is a SoftNotFound; of an error page the text is not looked at', async () => {
	await using server = await startWebServer({
		answer: (request, response) => void response.writeHead(request.url === '/soft' ? 200 : 404).end('Page not found'),
	})
	const expected = { expectText: 'Welcome', expectNotText: 'not found' }
	deepEqual((await check({ url: `${server.url}/soft`, ...expected })).findings, ['Content(expectText)', 'SoftNotFound'])
	deepEqual((await check({ url: `${server.url}/hard`, ...expected })).findings, ['Status(404)'])
})

test('redirects are followed as often as allowed', async () => {
	await using server = await startWebServer({
		answer: (request, response) => {
			const left = Number(request.url?.slice(1))
			if (left > 0) response.writeHead(307, { location: `${left - 1}` }).end()
			else response.end('arrived')
		},
	})
	const expected = { url: `${server.url}/3`, expectText: 'arrived', method: 'POST' }
	deepEqual((await check({ ...expected, follow: 3 })).findings, [])
	deepEqual(
		server.requests.map(({ line }) => line),
		['POST /3', 'GET /2', 'GET /1', 'GET /0'],
	)
	deepEqual((await check({ ...expected, follow: 2 })).findings, ['Status(307)'])
	deepEqual((await check({ ...expected, follow: 9, expectStatus: [307], expectText: undefined })).findings, [])
})

test('a redirect to no web address is not followed', async () => {
	await using server = await startWebServer({ answer: answerWith(302, '', { location: 'file:///etc/passwd' }) })
	deepEqual((await check({ url: server.url, follow: 5 })).findings, ['Status(302)'])
})

test('headers and auth are sent, but not on to another origin', async () => {
	await using other = await startWebServer({ answer: answerWith(200) })
	await using server = await startWebServer({
		answer: (request, response) => void response.writeHead(302, { location: request.url === '/a' ? '/b' : other.url }).end(),
	})
	const { findings } = await check({ url: `${server.url}/a`, follow: 5, headers: { 'X-Key': 'k' }, auth: { bearer: 't' } })
	deepEqual(findings, [])
	for (const { headers } of server.requests) deepEqual([headers['x-key'], headers.authorization], ['k', 'Bearer t'])
	deepEqual([other.requests[0]?.headers['x-key'], other.requests[0]?.headers.authorization], [undefined, undefined])
	equal(server.requests.length, 2)
})

test('of a body the first 256 KB are looked at', async () => {
	const start = 'x'.repeat(256 * 1024 - 5)
	await using server = await startWebServer({ answer: answerWith(200, `${start}innerouter${'x'.repeat(1_000_000)}`) })
	const { findings } = await check({ url: server.url, expectText: ['inner', 'outer'] })
	deepEqual(findings, ['Content(expectText[1])'])
})

test('connections that are refused or dropped are told with the code of the system', async () => {
	await using server = await startWebServer({
		answer: (request, response) => {
			if (request.url === '/') return void response.destroy()
			response.writeHead(200, { 'content-length': 100 }).write('a')
			setImmediate(() => response.destroy())
		},
	})
	deepEqual((await check({ url: server.url })).findings, ['ConnectionError(ECONNRESET)'])
	deepEqual((await check({ url: `${server.url}/cut` })).findings, ['ConnectionError(ECONNRESET)'])
	const { port } = server
	await server[Symbol.asyncDispose]()
	const refused = await check({ url: `http://127.0.0.1:${port}` })
	deepEqual([refused.findings, refused.status, refused.addresses], [['ConnectionError(ECONNREFUSED)'], null, ['127.0.0.1']])
})

test('what is no HTTP is a finding, too', async () => {
	const server = createServer((socket) => void socket.end('SSH-2.0-OpenSSH\r\n')).listen(0, '127.0.0.1')
	await once(server, 'listening')
	await using _closed = { [Symbol.asyncDispose]: async () => void server.close() }
	const { port } = server.address() as { port: number }
	match((await check({ url: `http://127.0.0.1:${port}` })).findings[0]!, /^ConnectionError\(HPE_\w+\)$/)
	match((await check({ url: `https://127.0.0.1:${port}` })).findings[0]!, /^ConnectionError\(\w+\)$/)
})

test('a name without addresses is a DnsError', async () => {
	const { findings, reasons, addresses } = await check({ url: 'http://nothing.invalid/' })
	deepEqual([findings, addresses], [['DnsError'], []])
	match(reasons[0]!, /^(ENOTFOUND|EAI_AGAIN)$/)
})

test('a look-up that takes long is DnsSlow, one that never ends is a Timeout', async () => {
	await using server = await startWebServer({ answer: answerWith(200) })
	const url = `http://shop.example:${server.port}/`
	const slow = await check({ url, dns: { maxMs: 20 } }, { names: { addresses: () => wait(40, ['127.0.0.1']) } })
	deepEqual(slow.findings, ['DnsSlow'])
	const never = await check({ url, timeoutMs: 50 }, { names: { addresses: () => new Promise(() => undefined) } })
	deepEqual(never.findings, ['Timeout'])
})

for (const [what, dns, alias, findings, reasons] of [
	['a range that holds it', { expect: ['10.0.0.0/8', '127.0.0.0/8'] }, undefined, [], []],
	['another range', { expect: ['10.0.0.0/8'] }, undefined, ['DnsUnexpected'], ['127.0.0.1 is not expected']],
	['its alias', { expectCname: 'CDN.example' }, 'cdn.example.', [], []],
	['another alias', { expectCname: 'cdn.example' }, 'evil.example', ['DnsUnexpected'], ['the alias is evil.example']],
	['an alias that it has not', { expectCname: 'cdn.example' }, undefined, ['DnsUnexpected'], ['the alias is missing']],
] as const) {
	test(`an address is compared with ${what}`, async () => {
		await using server = await startWebServer({ answer: answerWith(200) })
		const found = await check({ url: `http://shop.example:${server.port}/`, dns }, { names: { ...toLoopback, alias: async () => alias } })
		deepEqual([found.findings, found.reasons, found.status], [findings, reasons, 200])
	})
}

test('an unexpected address gets no request that carries headers', async () => {
	await using server = await startWebServer({ answer: answerWith(200) })
	const found = await check({ url: server.url, dns: { expect: ['10.0.0.0/8'] }, auth: 'secret' })
	deepEqual([found.findings, found.status, server.requests], [['DnsUnexpected'], null, []])
})

test('every instance is visited with the name of the URL, and those that fail are told', async () => {
	await using first = await startWebServer({ answer: answerWith(200, 'Welcome') })
	await using second = await startWebServer({ host: '127.0.0.2', port: first.port, answer: answerWith(500) })
	const url = `http://shop.example:${first.port}/`
	const found = await check({ url, expectText: 'Welcome', instances: ['127.0.0.1', '127.0.0.2', '127.0.0.3'] }, { names: toLoopback })
	deepEqual(found.findings, ['InstanceDown(127.0.0.2)', 'InstanceDown(127.0.0.3)'])
	deepEqual(found.reasons, ['127.0.0.2: Status(500)', '127.0.0.3: ConnectionError(ECONNREFUSED)'])
	deepEqual([found.status, first.requests.length, second.requests[0]?.headers.host], [200, 2, `shop.example:${first.port}`])
})

test('a repeated check shows the visit that failed, and each finding once', async () => {
	let calls = 0
	await using server = await startWebServer({ answer: (_request, response) => void response.writeHead(++calls % 2 ? 200 : 503).end() })
	const found = await check({ url: server.url }, { repeat: 4 })
	deepEqual([found.findings, found.status, calls], [['Status(503)'], 503, 4])
})

test('a repeated check is as slow as the visit in the middle', async () => {
	let calls = 0
	await using server = await startWebServer({
		answer: (_request, response) => void setTimeout(() => response.end(), calls++ === 0 ? 400 : 0),
	})
	const found = await check({ url: server.url, maxMs: 350 }, { repeat: 3 })
	deepEqual(found.findings, [])
})

test('the signal ends a check at once, whatever it waits for', async () => {
	await using server = await startWebServer({ answer: () => undefined })
	const never = () => new Promise<never>(() => undefined)
	for (const options of [{}, { names: { addresses: never } }, { names: { ...toLoopback, alias: never } }]) {
		const controller = new AbortController()
		const reason = new Error('stopped')
		const checking = check(
			{ url: `http://localhost:${server.port}/`, dns: { expectCname: 'x' } },
			{ ...options, signal: controller.signal },
		)
		setTimeout(() => controller.abort(reason), 30)
		await rejects(checking, reason)
	}
	await rejects(check({ url: server.url }, { signal: AbortSignal.abort(new Error('before')) }), { message: 'before' })
})

test('an error of the check itself is a finding of that endpoint alone, without its text', async () => {
	const names = { addresses: () => Promise.reject(new RangeError('a text that may hold anything')) }
	const { findings, reasons } = await check({ url: 'http://shop.example/' }, { names })
	deepEqual([findings, reasons], [['CheckFailed'], ['RangeError']])
})

test.run()
