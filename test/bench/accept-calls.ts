// Accepted calls a second with 64 connections, durable, as a ratio to Express in the same run. node test/bench/accept-calls.ts [rounds] [seconds]
import { startRunner } from '../support/runner.ts'
import { type Load, median, sendLoad, startServer } from './measure.ts'

const [rounds = 5, seconds = 3] = process.argv.slice(2).map(Number)

// One job runs and the rest wait: what is measured is the accepting alone.
const waits = `import { defineRunbook, WebhookData, z } from 'runhook'
export default defineRunbook({ concurrency: 1, parameters: z.object({ WebhookData }), run: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve)) })`

using plain = await startServer('./express-baseline.ts', 'static')
using body = await startServer('./express-baseline.ts', 'body')
await using runner = await startRunner({
	isBare: true,
	runbooks: { waits },
	environment: { RUNHOOK_CONCURRENCY: '1', RUNHOOK_QUEUE_LIMIT: '10000000', RUNHOOK_SHUTDOWN_SECONDS: '0' },
})

const urls = {
	'Express, static 202': `${plain.url}/webhooks`,
	'Express, body read': `${body.url}/webhooks`,
	Runhook: runner.webhookUrl('waits'),
}
const results = Object.fromEntries(Object.keys(urls).map((name) => [name, [] as Load[]]))
for (const url of Object.values(urls)) await sendLoad(url, 1)
for (let round = 0; round < rounds; round++)
	for (const [name, url] of Object.entries(urls)) results[name]!.push(await sendLoad(url, seconds))

console.log(`Load from ${results.Runhook![0]!.tool}, 64 connections.`)
const rate = (name: string) => median(results[name]!.map(({ perSecond }) => perSecond))
for (const [name, loads] of Object.entries(results)) {
	const failed = loads.reduce((sum, { non2xx, errors }) => sum + non2xx + errors, 0)
	const p99 = median(loads.map((load) => load.p99))
	console.log(
		`${name.padEnd(22)}${Math.round(rate(name))} calls/s, p50 ${median(loads.map(({ p50 }) => p50)).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ${failed} failed`,
	)
}
console.log(`Runhook / static 202: ${(rate('Runhook') / rate('Express, static 202')).toFixed(2)}`)
console.log(`Runhook / body read:  ${(rate('Runhook') / rate('Express, body read')).toFixed(2)}`)
