// Jobs that do nothing, accepted and ended per second on PostgreSQL, on one runner and on two, beside the queues alone, which take and end jobs that
// wait. node test/bench/cluster-jobs.ts [rounds] [jobs]
import { onPostgres } from '../support/postgres-server.ts'
import { type Runner, startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'
import { webhookUrlOn } from '../support/webhook-url-on.ts'
import { median, printTable, runScript } from './measure.ts'
import { benchDatabases } from './queue-engines.ts'

const [rounds = 3, jobs = 3_000] = process.argv.slice(2).map(Number)

const nothing = `import { defineRunbook } from 'runhook'
export default defineRunbook({ run() {} })`

/** Calls a webhook on these runners in turn until there are so many jobs; resolves with how many ended per second, from the first call to the last end. */
async function runJobs(databaseUrl: string, urls: string[]): Promise<number> {
	const since = Date.now()
	let called = 0
	const callers = Array.from({ length: 16 }, async () => {
		while (called < jobs) {
			const { status } = await fetch(urls[called++ % urls.length]!, { method: 'POST' })
			if (status !== 202) throw new Error(`A call was answered with ${status}.`)
		}
	})
	await Promise.all(callers)
	return onPostgres(databaseUrl, async (client) => {
		const sql = `SELECT count(*) FILTER (WHERE status <> 'Completed')::int AS open, max(end_time)::float8 AS last FROM jobs WHERE creation_time >= $1`
		const last = await until('all jobs have ended', async () => {
			const [row] = (await client.query(sql, [since])).rows as { open: number; last: number }[]
			return row!.open === 0 && row!.last
		})
		return (jobs / (last - since)) * 1000
	})
}

const runner = (databaseUrl: string) =>
	startRunner({ runbooks: { nothing }, environment: { RUNHOOK_DATABASE_URL: databaseUrl, RUNHOOK_LOG_LEVEL: 'warn' } })
const runnersOn = async (databaseUrl: string, count: number): Promise<AsyncDisposable & { urls: string[] }> => {
	await using opened = new AsyncDisposableStack()
	const runners: Runner[] = []
	for (let index = 0; index < count; index++) runners.push(opened.use(await runner(databaseUrl)))
	const all = opened.move()
	return { urls: runners.map((each) => webhookUrlOn(each, runners[0]!, 'nothing')), [Symbol.asyncDispose]: () => all.disposeAsync() }
}

const [storeUrl, bossUrl, oneUrl, twoUrl] = (await benchDatabases(4)) as [string, string, string, string]
await using one = await runnersOn(oneUrl, 1)
await using two = await runnersOn(twoUrl, 2)
const alone = async (name: string, url: string, what: 'one' | 'batch') =>
	(await runScript<{ perSecond: number }>('./queue-alone.ts', name, url, what, String(jobs))).perSecond
const cases: Record<string, () => Promise<number>> = {
	'pg-boss alone, ten slots': () => alone('pg-boss', bossUrl, 'one'),
	'store alone, ten slots': () => alone('store', storeUrl, 'one'),
	'pg-boss alone, a hundred at once': () => alone('pg-boss', bossUrl, 'batch'),
	'store alone, a hundred at once': () => alone('store', storeUrl, 'batch'),
	'one runner': () => runJobs(oneUrl, one.urls),
	'two runners': () => runJobs(twoUrl, two.urls),
}
for (const [url, { urls }] of [
	[oneUrl, one],
	[twoUrl, two],
] as const)
	await runJobs(url, urls)
const rates = Object.fromEntries(Object.keys(cases).map((name) => [name, [] as number[]]))
for (let round = 0; round < rounds; round++) for (const [name, measure] of Object.entries(cases)) rates[name]!.push(await measure())

const rate = (name: string) => median(rates[name]!)
printTable(
	['jobs that do nothing', 'jobs/s', 'of pg-boss, ten slots'],
	...Object.keys(cases).map((name) => [name, Math.round(rate(name)), (rate(name) / rate('pg-boss alone, ten slots')).toFixed(2)]),
)
