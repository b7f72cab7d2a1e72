// Accepted calls a second with 64 connections, durable on PostgreSQL, against one runner and against two, beside the queues alone with 64 callers.
// node test/bench/cluster-accept.ts [rounds] [seconds]
import { startRunner } from '../support/runner.ts'
import { webhookUrlOn } from '../support/webhook-url-on.ts'
import { type Load, median, printTable, runScript, sendLoad } from './measure.ts'
import { benchDatabases } from './queue-engines.ts'

const [rounds = 5, seconds = 3] = process.argv.slice(2).map(Number)

// One job runs and the rest wait: what is measured is the accepting alone.
const waits = `import { defineRunbook, WebhookData, z } from 'runhook'
export default defineRunbook({ concurrency: 1, parameters: z.object({ WebhookData }), run: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve)) })`
const environment = { RUNHOOK_CONCURRENCY: '1', RUNHOOK_QUEUE_LIMIT: '10000000', RUNHOOK_SHUTDOWN_SECONDS: '0' }

const [shared, storeUrl, bossUrl] = (await benchDatabases(3)) as [string, string, string]
await using sqlite = await startRunner({ runbooks: { waits }, environment })
await using one = await startRunner({ runbooks: { waits }, environment: { ...environment, RUNHOOK_DATABASE_URL: shared } })
await using two = await startRunner({ runbooks: { waits }, environment: { ...environment, RUNHOOK_DATABASE_URL: shared } })
const urlOfTwo = webhookUrlOn(two, one, 'waits')

type Rate = Partial<Load> & { perSecond: number }
const alone = (name: string, url: string) => runScript<Rate>('./queue-alone.ts', name, url, 'accept', String(seconds))
const cases: Record<string, () => Promise<Rate>> = {
	'pg-boss alone': () => alone('pg-boss', bossUrl),
	'store alone': () => alone('store', storeUrl),
	'one runner': () => sendLoad(one.webhookUrl('waits'), seconds),
	'two runners': async () => {
		const loads = await Promise.all([one.webhookUrl('waits'), urlOfTwo].map((url) => sendLoad(url, seconds, 32)))
		const most = (key: 'p50' | 'p99') => Math.max(...loads.map((load) => load[key]))
		const sum = (key: 'perSecond' | 'non2xx' | 'errors') => loads.reduce((total, load) => total + load[key], 0)
		return { perSecond: sum('perSecond'), non2xx: sum('non2xx'), errors: sum('errors'), p50: most('p50'), p99: most('p99') }
	},
	'one runner on SQLite': () => sendLoad(sqlite.webhookUrl('waits'), seconds),
}
const results = Object.fromEntries(Object.keys(cases).map((name) => [name, [] as Rate[]]))
for (const url of [one.webhookUrl('waits'), urlOfTwo, sqlite.webhookUrl('waits')]) await sendLoad(url, 1)
for (let round = 0; round < rounds; round++) for (const [name, measure] of Object.entries(cases)) results[name]!.push(await measure())

const rate = (name: string) => median(results[name]!.map(({ perSecond }) => perSecond))
const shown = (values: (number | undefined)[]) => (values[0] === undefined ? '' : median(values as number[]).toFixed(1))
printTable(
	['accepted calls, durable', 'calls/s', 'p50 ms', 'p99 ms', 'failed', 'of pg-boss alone'],
	...Object.entries(results).map(([name, rates]) => {
		const failed = rates.reduce((sum, { non2xx = 0, errors = 0 }) => sum + non2xx + errors, 0)
		const latencies = (['p50', 'p99'] as const).map((key) => shown(rates.map((each) => each[key])))
		return [name, Math.round(rate(name)), ...latencies, failed, (rate(name) / rate('pg-boss alone')).toFixed(2)]
	}),
)
