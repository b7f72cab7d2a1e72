import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { hostname } from 'node:os'
import { test } from 'uvu'
import checkEndpoints from '../../runbooks/check-endpoints.ts'
import type { RunbookContext } from '../../src/runbooks/define-runbook.ts'
import { noAssets } from '../support/no-assets.ts'
import { until } from '../support/until.ts'
import { answerWith, startWebServer, type WebServer } from '../support/web-server.ts'

type Result = { name: string; ok: boolean; findings: string[]; location: string; ms: Record<string, number | null>; checkedAt: string }
type Run = { results: Result[]; summary: unknown; warnings: string[]; errors: string[]; all: string; exception: string | undefined }

type Given = { state?: Map<string, unknown>; signal?: AbortSignal }

/** Runs check-endpoints as the runner would, with a state that outlives the run if one is given. */
async function run(
	values: Record<string, unknown>,
	{ state = new Map(), signal = new AbortController().signal }: Given = {},
): Promise<Run> {
	const checked = await checkEndpoints.parameters?.['~standard'].validate(values)
	if (!checked || checked.issues) throw new Error(`The parameters were refused: ${JSON.stringify(checked)}`)
	const written = { outputs: [] as unknown[], warnings: [] as string[], errors: [] as string[], others: [] as unknown[] }
	const context: RunbookContext<unknown> = {
		parameters: checked.value,
		output: (value) => written.outputs.push(value),
		warning: (message) => written.warnings.push(String(message)),
		error: (message) => written.errors.push(String(message)),
		verbose: (message) => written.others.push(message),
		debug: (message) => written.others.push(message),
		progress: (progress) => written.others.push(progress),
		job: {
			jobId: '1',
			runbookName: 'check-endpoints',
			webhookName: null,
			creationTime: '2026-01-01T00:00:00Z',
			tryCount: 1,
			traceparent: null,
		},
		signal,
		state: { get: async (key) => state.get(key), set: async (key, value) => void state.set(key, JSON.parse(JSON.stringify(value))) },
		...noAssets,
		azure: undefined as unknown as RunbookContext<unknown>['azure'],
	}
	const exception = await Promise.resolve(checkEndpoints.run(context)).then(
		() => undefined,
		(error: Error) => error.message,
	)
	const summary = written.outputs.at(-1)
	const results = written.outputs.slice(0, -1) as Result[]
	return { ...written, summary, results, all: JSON.stringify([written, exception]), exception }
}

const startGood = () => startWebServer({ answer: answerWith(200, 'Welcome') })
const startBad = () => startWebServer({ answer: answerWith(503) })

const at = (name: string, { url }: WebServer, more: Record<string, unknown> = {}) => ({ name, url, maxMs: 60_000, ...more })

test('each endpoint gets one record with all that was measured, and the last record sums up', async () => {
	await using good = await startGood()
	const { results, summary, exception, errors, warnings } = await run({
		endpoints: [at('shop', good), at('search', good, { importance: 'secondary' })],
	})
	deepEqual(results.map(({ name }) => name).sort(), ['search', 'shop'])
	const { ms, checkedAt, ...shop } = results.find(({ name }) => name === 'shop')!
	deepEqual(shop, {
		name: 'shop',
		url: good.url,
		ok: true,
		status: 200,
		tlsDaysLeft: null,
		addresses: ['127.0.0.1'],
		findings: [],
		importance: 'core',
		location: hostname(),
	})
	deepEqual(Object.keys(ms), ['dns', 'connect', 'tls', 'firstByte', 'total'])
	match(checkedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
	deepEqual(summary, { ok: true, core: { up: 1, down: 0 }, secondary: { up: 1, down: 0 } })
	deepEqual([exception, errors, warnings], [undefined, [], []])
})

test('a core endpoint that fails is an error and fails the job', async () => {
	await using good = await startGood()
	await using bad = await startBad()
	const { summary, exception, errors, warnings } = await run({
		endpoints: [at('shop', good), at('pay', bad), at('search', bad, { importance: 'secondary' })],
	})
	deepEqual([errors, warnings], [['pay: Status(503)'], ['search: Status(503)']])
	deepEqual(summary, { ok: false, core: { up: 1, down: 1 }, secondary: { up: 0, down: 1 } })
	equal(exception, '1 of 2 core endpoints failed: pay.')
})

test('a secondary endpoint that fails is a warning, and the job completes', async () => {
	await using good = await startGood()
	await using bad = await startBad()
	const endpoints = [at('shop', good), { ...at('search', bad), url: 'http://nothing.invalid/', importance: 'secondary' }]
	const { summary, exception, errors, warnings } = await run({ endpoints })
	match(warnings.join(), /^search: DnsError \((ENOTFOUND|EAI_AGAIN)\)$/)
	deepEqual(summary, { ok: true, core: { up: 1, down: 0 }, secondary: { up: 0, down: 1 } })
	deepEqual([exception, errors], [undefined, []])
})

test('the labels of the place stand with each result', async () => {
	await using good = await startGood()
	const { results } = await run({ endpoints: [at('shop', good)], locations: ['west', 'on premises'] })
	equal(results[0]?.location, 'west, on premises')
})

test('an endpoint that takes more than double its usual time is degrading, once its usual time is known', async () => {
	let delay = 0
	await using server = await startWebServer({ answer: (_request, response) => void setTimeout(() => response.end(), delay) })
	const state = new Map<string, unknown>([['durations', { 'shop @ west': [20, 20] }]])
	const check = () => run({ endpoints: [at('shop', server)], locations: ['west'] }, { state })
	// 20 20 and one more: the usual time is known from now on.
	equal((await check()).exception, undefined)
	delay = 1_000
	const slow = await check()
	deepEqual([slow.results[0]?.findings, slow.exception], [['Degrading'], '1 of 1 core endpoints failed: shop.'])
	const { 'shop @ west': durations = [] } = state.get('durations') as Record<string, number[]>
	equal(durations.length, 4)
	ok(durations[3]! >= 1_000)
	const elsewhere = await run({ endpoints: [at('shop', server)], locations: ['east'] }, { state })
	deepEqual(elsewhere.results[0]?.findings, [])
})

test('the time of an answer that was wrong is not kept', async () => {
	await using bad = await startBad()
	const state = new Map<string, unknown>()
	await run({ endpoints: [at('shop', bad)] }, { state })
	deepEqual(state.get('durations'), {})
})

test('a state that cannot be had does not hide the results', async () => {
	await using good = await startGood()
	const state = new Map<string, unknown>()
	state.get = () => ({ wrong: 'shape' })
	state.set = () => {
		throw new Error('The store takes nothing.')
	}
	const { warnings, exception } = await run({ endpoints: [at('shop', good)] }, { state })
	deepEqual([warnings, exception], [['The durations could not be kept: The store takes nothing.'], undefined])
})

test('what is secret is sent and written nowhere', async () => {
	// It sends everything back, as some error pages do.
	await using server = await startWebServer({
		answer: ({ headers }, response) =>
			void response
				.writeHead(500, JSON.stringify(headers).replace(/[^ -~]/g, ''), { location: `/${headers.authorization}` })
				.end(JSON.stringify(headers)),
	})
	const secrets = { headers: { 'X-Key': 'hidden-key' }, auth: { bearer: 'hidden-token' }, follow: 3 }
	const endpoints = [
		at('a', server, { ...secrets, expectStatus: [500], expectText: 'Welcome', expectTitle: 'x', expectJson: { 'x-key': 'y' } }),
		at('b', server, secrets),
		at('c', server, { ...secrets, dns: { expect: ['10.0.0.0/8'] } }),
		at('d', server, { ...secrets, url: 'http://nothing.invalid/' }),
	]
	const { all, exception } = await run({ endpoints })
	equal(exception, '4 of 4 core endpoints failed: a, b, c, d.')
	match(JSON.stringify(server.requests), /hidden-key.*hidden-token|hidden-token.*hidden-key/)
	equal(all.includes('hidden'), false)
})

test('endpoints are checked at the same time, and never more than eight', async () => {
	let now = 0
	let most = 0
	await using server = await startWebServer({
		answer: (_request, response) => {
			most = Math.max(most, ++now)
			setTimeout(() => {
				now--
				response.end()
			}, 20)
		},
	})
	const { results } = await run({ endpoints: Array.from({ length: 30 }, (_, index) => at(`${index}`, server)) })
	equal(results.length, 30)
	ok(most > 1 && most <= 8, `${most} at a time`)
})

test('a stopped job ends at once', async () => {
	await using server = await startWebServer({ answer: () => undefined })
	const controller = new AbortController()
	const running = run({ endpoints: [at('shop', server)] }, { signal: controller.signal })
	await until('the request has come', () => server.requests.length > 0)
	const since = performance.now()
	controller.abort(new Error('The job was stopped.'))
	equal((await running).exception, 'The job was stopped.')
	ok(performance.now() - since < 1_000)
})

test.run()
