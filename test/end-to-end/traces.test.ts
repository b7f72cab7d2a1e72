import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { runbookText } from '../support/runbook-text.ts'
import { type Runner, startRunner } from '../support/runner.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

const trace = '0af7651916cd43dd8448eb211c80319c'
const caller = `00-${trace}-b7ad6b7169203331-01`
const accountPath =
	'/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/runhook/providers/Microsoft.Automation/automationAccounts/runhook'
const tells = runbookText(`output(job.traceparent ?? 'none')`)

type Span = {
	name: string
	traceId: string
	spanId: string
	parent: string | null
	kind: number
	status: number
	attributes: Record<string, string>
}

/** What an operator writes to set OpenTelemetry up: here the spans go to a file. */
const setUp = (file: string) => `import { appendFileSync } from 'node:fs'
import { trace } from '${import.meta.resolve('@opentelemetry/api')}'
import { BasicTracerProvider, BatchSpanProcessor } from '${import.meta.resolve('@opentelemetry/sdk-trace-base')}'

const exporter = {
	export(spans, done) {
		for (const span of spans) {
			const { traceId, spanId } = span.spanContext()
			const told = { name: span.name, traceId, spanId, parent: span.parentSpanContext?.spanId ?? null, kind: span.kind, status: span.status.code, attributes: span.attributes }
			appendFileSync(${JSON.stringify(file)}, JSON.stringify(told) + '\\n')
		}
		done({ code: 0 })
	},
	shutdown: async () => undefined,
}
const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] })
trace.setGlobalTracerProvider(provider)
export const shutdown = () => provider.shutdown()
`

async function outputOf(runner: Runner, name: string, headers: Record<string, string> = {}): Promise<string> {
	const jobId = await runner.start(name, '', headers)
	await runner.untilJob(jobId)
	return (await runner.output(jobId)).trim()
}

test("a caller's trace goes with the job to the runbook, and what is no trace does not", async () => {
	await using runner = await startRunner({ runbooks: { tells } })
	assert.equal(await outputOf(runner, 'tells', { traceparent: caller }), caller)
	assert.equal(await outputOf(runner, 'tells', { traceparent: caller, 'Idempotency-Key': 'a' }), caller)
	assert.equal(await outputOf(runner, 'tells'), 'none')
	assert.equal(await outputOf(runner, 'tells', { traceparent: caller.toUpperCase() }), 'none')
	const name = crypto.randomUUID()
	const started = await runner.manage(`/jobs/${name}`, {
		method: 'PUT',
		body: JSON.stringify({ properties: { runbook: { name: 'tells' } } }),
		headers: { traceparent: caller },
	})
	assert.equal(started.status, 201)
	const { jobId } = ((await started.json()) as { properties: { jobId: string } }).properties
	await runner.untilJob(jobId)
	assert.equal((await runner.output(jobId)).trim(), caller)
	// What the operator sends again, or tries, belongs to the operator's trace and not to that of the sender.
	const webhook = `${accountPath}/webhooks/tells`
	const { value } = (await (await runner.manage(`${webhook}/deliveries?$top=1`)).json()) as { value: [{ name: string }] }
	const ask = (path: string, headers: Record<string, string> = {}) =>
		runner.manage(`${webhook}/${path}`, { method: 'POST', body: '{}', headers })
	const replay = async (headers?: Record<string, string>) => {
		const { JobIds } = (await (await ask(`deliveries/${value[0].name}/replay`, headers)).json()) as { JobIds: [string] }
		await runner.untilJob(JobIds[0])
		return (await runner.output(JobIds[0])).trim()
	}
	const own = caller.replaceAll('b7', 'c8')
	assert.deepEqual([await replay({ traceparent: own }), await replay()], [own, 'none'])
	const tried = (await (await ask('test', { traceparent: own })).json()) as { properties: { jobId: string } }
	await runner.untilJob(tried.properties.jobId)
	assert.equal((await runner.output(tried.properties.jobId)).trim(), own)
})

test('with an SDK set up accept, claim and run are spans of the trace, and the last of them are sent at the end', async () => {
	using folder = temporaryFolder()
	const [module, file] = [join(folder.path, 'telemetry.mjs'), join(folder.path, 'spans.jsonl')]
	writeFileSync(module, setUp(file))
	writeFileSync(file, '')
	await using runner = await startRunner({
		runbooks: { tells, fails: runbookText(`throw new Error('secret-text')`) },
		environment: { RUNHOOK_OTEL_MODULE: module },
	})
	const told = await outputOf(runner, 'tells', { traceparent: caller })
	await outputOf(runner, 'fails')
	await fetch(`${runner.url}/webhooks?token=secret-token`, { method: 'POST' })
	await runner.end('SIGTERM')
	const text = readFileSync(file, 'utf8')
	const spans = text
		.trimEnd()
		.split('\n')
		.map((line) => JSON.parse(line) as Span)
	const inTrace = spans.filter(({ traceId }) => traceId === trace)
	const named = (name: string) => inTrace.find((span) => span.name === name)!
	const [call, claim, run] = [named('webhook call'), named('job claim'), named('job run')]
	assert.deepEqual([call.parent, claim.parent, run.parent], ['b7ad6b7169203331', call.spanId, call.spanId])
	assert.equal(told, `00-${trace}-${run.spanId}-01`)
	assert.equal(call.kind, 1)
	assert.deepEqual(
		[call.attributes['runhook.verdict'], call.attributes['runhook.webhook'], run.attributes['runhook.job.status']],
		['accepted', 'tells', 'Completed'],
	)
	assert.equal(call.attributes['runhook.job.id'], run.attributes['runhook.job.id'])
	const failed = spans.find(({ name, attributes }) => name === 'job run' && attributes['runhook.runbook'] === 'fails')!
	assert.deepEqual([failed.status, failed.attributes['runhook.job.status']], [2, 'Failed'])
	assert.ok(spans.some(({ attributes }) => attributes['runhook.verdict'] === 'invalidToken'))
	assert.doesNotMatch(text, /secret-text|secret-token/)
})

test('a module that cannot be loaded stops the start with one sentence', async () => {
	await assert.rejects(startRunner({ runbooks: {}, environment: { RUNHOOK_OTEL_MODULE: 'not-there.mjs' } }), (error: Error) => {
		assert.match(error.message, /ended with 1: RUNHOOK_OTEL_MODULE: .*not-there\.mjs cannot be loaded: /)
		return true
	})
})

test('spans are also taken by what Node was told to load', async () => {
	using folder = temporaryFolder()
	const [module, file] = [join(folder.path, 'telemetry.mjs'), join(folder.path, 'spans.jsonl')]
	writeFileSync(module, `${setUp(file)}setInterval(() => provider.forceFlush(), 50).unref()\n`)
	writeFileSync(file, '')
	await using runner = await startRunner({ runbooks: { tells }, environment: { NODE_OPTIONS: `--import=${module}` } })
	await outputOf(runner, 'tells', { traceparent: caller })
	await until('the run is told', () => readFileSync(file, 'utf8').includes('job run'))
})

test.run()
