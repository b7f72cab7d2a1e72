import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { test } from 'uvu'
import { account } from '../support/account.ts'
import { assertNoneTwice, notingRunbook } from '../support/noted-runs.ts'
import { newDatabase } from '../support/postgres-place.ts'
import { onPostgres, whyNoPostgres } from '../support/postgres-server.ts'
import { runbookText } from '../support/runbook-text.ts'
import { type JobView, type Runner, startRunner } from '../support/runner.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'
import { startWebServer } from '../support/web-server.ts'
import { webhookUrlOn } from '../support/webhook-url-on.ts'

const reason = whyNoPostgres()
/** Tests that need a server. */
const served = reason ? (name: string) => test.skip(`${name} (${reason})`) : test

const runbooks = {
	waits: runbookText(`output('try ' + job.tryCount); await new Promise((resolve) => setTimeout(resolve, 60_000))`),
	once: runbookText(`await new Promise((resolve) => setTimeout(resolve, 300))`, { declares: 'concurrency: 1,' }),
	greets: runbookText(`output('Hello!')`),
	untilStopped: runbookText(`await new Promise((resolve) => signal.addEventListener('abort', resolve))`),
	tells: runbookText(`for (let times = 0; times < 20; times++) {
		output(Date.now())
		await new Promise((resolve) => setTimeout(resolve, 50))
	}`),
}

/** Calls a webhook on a runner that did not print its URL. */
async function call(runner: Runner, issuer: Runner, name: string, body = ''): Promise<string> {
	const response = await fetch(webhookUrlOn(runner, issuer, name), { method: 'POST', body })
	assert.equal(response.status, 202)
	return ((await response.json()) as { JobIds: [string] }).JobIds[0]
}

/** Calls again and again until the signal; calls that fail because the runner is away are no answer. */
async function callOn(runner: Runner, issuer: Runner, answered: string[], signal: AbortSignal): Promise<void> {
	while (!signal.aborted) {
		const jobId = await call(runner, issuer, 'notes').catch(() => undefined)
		if (jobId) answered.push(jobId)
		await wait(20)
	}
}

function assertOneAfterTheOther(jobs: JobView[]): void {
	const times = jobs.map(({ properties }) => [Date.parse(properties.startTime!), Date.parse(properties.endTime!)] as const)
	times.sort(([a], [b]) => a - b)
	for (const [index, [start]] of times.entries()) if (index > 0) assert.ok(start >= times[index - 1]![1], JSON.stringify(times))
	assert.ok(jobs.every(({ properties }) => properties.status === 'Completed'))
}

served('a second runner leaves the jobs of the first alone; each shows, follows and stops those of the other', async () => {
	const environment = { RUNHOOK_DATABASE_URL: await newDatabase(), RUNHOOK_CONCURRENCY: '1' }
	await using one = await startRunner({ runbooks, environment })
	const first = await one.start('waits')
	await until('it has written', async () => (await one.output(first)) === 'try 1\n')
	await using two = await startRunner({ runbooks, environment })
	const second = await one.start('waits')
	assert.equal((await two.job(second)).properties.jobId, second)
	await one.untilJob(second, 'Running')
	const followed = await one.manage(`/jobs/${second}/streams?follow`)
	for (const runner of [one, two]) assert.equal(await runner.output(first), 'try 1\n')
	for (const jobId of [first, second]) assert.equal((await two.manage(`/jobs/${jobId}/stop`, { method: 'POST' })).status, 200)
	for (const jobId of [first, second]) assert.equal((await one.untilJob(jobId)).properties.status, 'Stopped')
	assert.match(await followed.text(), /try 1.*event: end\ndata: {"status":"Stopped"}/s)

	const limited = await Promise.all(Array.from({ length: 6 }, (_, index) => call(index % 2 ? one : two, one, 'once')))
	const ran = await Promise.all(limited.map((jobId) => two.untilJob(jobId)))
	assertOneAfterTheOther(ran)
})

/** The due instants of the only schedule, with how many jobs each has. */
const runsSql = `SELECT due_time AS due, (SELECT count(*) FROM jobs WHERE jobs.job_id = scheduled_runs.job_id) AS jobs
	FROM scheduled_runs ORDER BY due_time`

/** How old each record of `tells` is when a follower gets it, milliseconds. */
async function agesOf(followed: Response): Promise<number[]> {
	const ages: number[] = []
	let text = ''
	for await (const chunk of followed.body!.pipeThrough(new TextDecoderStream())) {
		text += chunk
		for (const [, time] of text.matchAll(/"summary":"(\d{13})"/g)) ages.push(Date.now() - Number(time))
		text = text.slice(text.lastIndexOf('\n') + 1)
	}
	return ages
}

served('what one runner does another one hears of at once: a job that waits, a record, a stop', async () => {
	const settings = { runbooks, environment: { RUNHOOK_DATABASE_URL: await newDatabase(), RUNHOOK_CONCURRENCY: '6' } }
	await using full = await startRunner(settings)
	const held = await Promise.all(Array.from({ length: 6 }, () => full.start('untilStopped')))
	for (const jobId of held) await full.untilJob(jobId, 'Running')
	await using other = await startRunner(settings)
	// Each begins after the one before: found by a look each second, each of them would take one.
	const oneByOne = async (act: (index: number) => Promise<unknown>) => {
		const began = performance.now()
		for (let index = 0; index < 6; index++) await act(index)
		assert.ok(performance.now() - began < 4_500, `${performance.now() - began} ms`)
	}
	await oneByOne(async () => full.untilJob(await full.start('greets')))
	const ages = await agesOf(await full.manage(`/jobs/${await full.start('tells')}/streams?follow`))
	assert.equal(ages.length, 20)
	assert.ok(ages.toSorted((a, b) => a - b)[10]! < 300, String(ages))
	await oneByOne(async (index) => {
		assert.equal((await other.manage(`/jobs/${held[index]}/stop`, { method: 'POST' })).status, 200)
		await other.untilJob(held[index]!, 'Stopped')
	})
})

served(
	'jobs of runners that are killed or freeze run elsewhere within 15 s, and not before their processes have ended; no run of a schedule is missed or made twice',
	async () => {
		/** When each try of each job called, milliseconds. */
		const calls = new Map<string, number[]>()
		await using web = await startWebServer({
			answer(request, response) {
				calls.set(request.url!, [...(calls.get(request.url!) ?? []), Date.now()])
				response.end()
			},
		})
		const calling = runbookText(`
		for (const end = Date.now() + (job.tryCount === 1 ? 60_000 : 200); Date.now() < end; ) {
			state.set(job.jobId, job.tryCount).catch(() => undefined)
			await fetch('${web.url}/' + job.jobId + '/' + job.tryCount)
			await new Promise((resolve) => setTimeout(resolve, 20))
		}
		output('done in try ' + job.tryCount)`)
		const ticks = runbookText(`output('tick')`, { declares: `schedule: { cron: '* * * * * *', missed: 'all', overlap: 'allow' },` })
		const url = await newDatabase()
		const settings = { runbooks: { ...runbooks, calling, ticks }, environment: { RUNHOOK_DATABASE_URL: url, RUNHOOK_CONCURRENCY: '1' } }
		await using killed = await startRunner(settings)
		await using frozen = await startRunner(settings)
		const jobs = [await killed.start('calling'), await call(frozen, killed, 'calling')]
		for (const jobId of jobs) await until('it calls', () => calls.has(`/${jobId}/1`))
		await using other = await startRunner(settings)
		const greets = new URL(killed.webhookUrl('greets'))
		const since = Date.now()
		frozen.process.kill('SIGSTOP')
		await killed.end('SIGKILL')
		for (const jobId of jobs) {
			await other.untilJob(jobId)
			const again = calls.get(`/${jobId}/2`)![0]!
			assert.ok(again - since < 15_000, `${again - since} ms`)
			assert.ok(calls.get(`/${jobId}/1`)!.at(-1)! < again)
		}
		frozen.process.kill('SIGCONT')
		await until('it knows', () => frozen.logged.some((line) => line.includes('The claims of this runner are lost')))
		for (const jobId of jobs) {
			assert.equal((await other.job(jobId)).properties.status, 'Completed')
			assert.equal(await frozen.output(jobId), 'done in try 2\n')
		}
		// It goes on as another node.
		await other.end('SIGTERM')
		const response = await fetch(frozen.url + greets.pathname + greets.search, { method: 'POST' })
		const [jobId] = ((await response.json()) as { JobIds: string[] }).JobIds
		assert.equal((await frozen.untilJob(jobId!)).properties.status, 'Completed')

		const kept = await onPostgres(url, (client) => client.query('SELECT json FROM runbook_states'))
		assert.deepEqual(
			kept.rows.map(({ json }) => json),
			['2', '2'],
		)
		const runs = await onPostgres(url, (client) => client.query(runsSql))
		assert.ok(runs.rows.length > 10)
		for (const [index, { due, jobs }] of runs.rows.entries())
			assert.deepEqual([due, jobs], [Number(runs.rows[0].due) + index * 1_000, 1].map(String), 'each due instant has one job')
	},
)

served(
	'of three runners one is killed under load: all that was accepted ends, none runs twice at once, and what one does holds on the others',
	async () => {
		using place = temporaryFolder()
		const file = join(place.path, 'notes')
		const databaseUrl = await newDatabase()
		const settings = {
			runbooks: {
				notes: notingRunbook(file, `schedule: { cron: '* * * * * *', missed: 'all' },`),
				reads: runbookText(`output((await variable('colour')).length)`),
			},
			webhooks: [
				...['notes', 'reads'].map((name) => ({ name, runbook: name })),
				{ name: 'keyed', runbook: 'notes', concurrencyKey: 'body.shop' },
			],
			environment: { RUNHOOK_DATABASE_URL: databaseUrl, RUNHOOK_CONCURRENCY: '2', RUNHOOK_SECRET_KEY: '0123456789abcdef'.repeat(4) },
		}
		await using one = await startRunner(settings)
		const [second, third] = await Promise.all([startRunner(settings), startRunner(settings)])
		await using two = second
		await using three = third
		const all = [one, two, three]
		const manage = (runner: Runner, path: string, method: string, properties: object) =>
			runner.manage(`${account}/${path}?api-version=2023-11-01`, { method, body: JSON.stringify({ name: path.split('/')[1], properties }) })

		const keyed = [...all, ...all].map(async (runner, index) => {
			const jobId = await call(runner, one, 'keyed', '{"shop":"acme"}')
			const other = all[(index + 1) % 3]!
			assert.equal((await other.job(jobId)).properties.jobId, jobId)
			return other.untilJob(jobId)
		})
		assertOneAfterTheOther(await Promise.all(keyed))

		const answered: string[] = []
		const calling = new AbortController()
		const callers = all.map((runner) => callOn(runner, one, answered, calling.signal))
		await until('jobs were accepted', () => answered.length > 20)
		await until('it has ended some', () => three.logged.some((line) => line.includes('Job Completed')))
		await three.end('SIGKILL')
		const before = answered.length
		await until('jobs are accepted without it', () => answered.length > before + 10)
		calling.abort()
		await Promise.all(callers)

		// While its jobs wait for the others to take it for gone.
		assert.equal((await manage(two, 'variables/colour', 'PUT', { value: '"green"', isEncrypted: true })).status, 201)
		const reading = await Promise.all(Array.from({ length: 4 }, () => call(one, one, 'reads')))
		for (const jobId of reading) {
			const { exception } = (await one.untilJob(jobId)).properties
			assert.equal(exception ?? (await two.output(jobId)), '5\n')
		}
		assert.equal((await manage(two, 'webhooks/notes', 'PATCH', { isEnabled: false })).status, 200)
		assert.equal((await fetch(one.webhookUrl('notes'), { method: 'POST' })).status, 400)

		for (const jobId of answered) assert.equal((await two.untilJob(jobId)).properties.status, 'Completed', jobId)
		const ended = assertNoneTwice(file)
		assert.deepEqual(
			answered.filter((jobId) => !ended.has(jobId)),
			[],
		)
		await onPostgres(databaseUrl, async (client) => {
			const spread = await client.query('SELECT DISTINCT held_by FROM jobs')
			assert.equal(spread.rowCount, 3)
			const sql = `SELECT (max(due_time) - min(due_time)) / 1000 + 1 AS due, count(*) AS runs, count(DISTINCT job_id) AS jobs,
			(SELECT count(*) FROM jobs WHERE webhook_name IS NULL) AS made FROM scheduled_runs`
			const [{ due, runs, jobs, made }] = (await client.query(sql)).rows
			assert.ok(Number(runs) > 5)
			assert.deepEqual([runs, jobs, made], [due, due, due])
		})
	},
)

test.run()
