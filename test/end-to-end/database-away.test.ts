import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { test } from 'uvu'
import { cutNetwork, whyNoCutNetwork } from '../support/cut-network.ts'
import { newDatabase } from '../support/postgres-place.ts'
import { onPostgres, startReplicatedServer, whyNoOwnPostgres, whyNoPostgres } from '../support/postgres-server.ts'
import { runbookText } from '../support/runbook-text.ts'
import { type Runner, startRunner } from '../support/runner.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

/** Tests that need something which may not be there. */
const where = (reason: string | undefined) => (reason ? (name: string) => test.skip(`${name} (${reason})`) : test)
const served = where(whyNoPostgres())

const runbooks = {
	greets: runbookText(`output('Hello!')`),
	ticks: runbookText(`for (let tick = 1; tick <= 50; tick++) {
		output('tick ' + tick + ' of try ' + job.tryCount)
		await new Promise((resolve) => setTimeout(resolve, 100))
	}`),
	twice: runbookText(`
		output('try ' + job.tryCount)
		if (job.tryCount === 1) await new Promise((resolve) => setTimeout(resolve, 60_000))`),
}

type Answer = { status: number; retryAfter: string | null; milliseconds: number; jobId: string | undefined }

async function call(runner: Runner, name: string): Promise<Answer> {
	const before = performance.now()
	const response = await runner.call(name)
	const { JobIds } = (await response.json()) as { JobIds?: string[] }
	const { status, headers } = response
	return { status, retryAfter: headers.get('retry-after'), milliseconds: performance.now() - before, jobId: JobIds?.[0] }
}

/** Calls a webhook again and again by a few callers; what it returns ends that, and resolves with all answers. */
function callAlong(runner: Runner, name: string): () => Promise<Answer[]> {
	let isEnding = false
	const callers = Array.from({ length: 4 }, async () => {
		const answers: Answer[] = []
		while (!isEnding) {
			answers.push(await call(runner, name))
			await wait(100)
		}
		return answers
	})
	const called = Promise.all(callers)
	// Where the test fails before it asks, the runner is gone.
	called.catch(() => undefined)
	return async () => {
		isEnding = true
		return (await called).flat()
	}
}

const isLogged = (runner: Runner, text: string) => runner.logged.some((line) => line.includes(text))
const answersAgain = (runner: Runner) => until('requests are taken again', async () => (await call(runner, 'greets')).status === 202)

/** Whatever was accepted has ended, and nothing else was: on the database itself, because runners may be cut off. */
async function untilAllEnded(url: string, answers: Answer[]): Promise<void> {
	const accepted = answers.filter(({ status }) => status === 202).map(({ jobId }) => jobId!)
	assert.ok(accepted.length > 0)
	assert.deepEqual([...new Set(answers.map(({ status }) => status))].sort(), [202, 503])
	assert.ok(answers.every(({ status, retryAfter }) => status === 202 || Number(retryAfter) > 0))
	await until('what was accepted has completed', () =>
		onPostgres(url, async (client) => {
			const sql = `SELECT count(*) AS count FROM jobs WHERE status = 'Completed' AND job_id = ANY ($1::text[])`
			return Number((await client.query(sql, [accepted])).rows[0].count) === accepted.length
		}),
	)
}

const claimingSql = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory' AND query LIKE '%claim_jobs%'`

/** Cuts a runner off while the server carries out a claim of it: the jobs that are taken, of which nobody is told. */
async function losingTheAnswerToAClaim(url: string, cutOff: () => Promise<void>): Promise<string[]> {
	await onPostgres(url, async (client) => {
		await client.query(`SELECT pg_advisory_lock(hashtextextended('claim', 0))`)
		await until('jobs wait', async () => (await client.query(`SELECT 1 FROM jobs WHERE status = 'New'`)).rows.length > 0)
		await until('it claims', async () => (await client.query(claimingSql)).rows.length > 0)
		await cutOff()
	})
	return until('jobs are taken', () =>
		onPostgres(url, async (client) => {
			const { rows } = await client.query(`SELECT job_id FROM jobs WHERE status = 'Activating'`)
			return rows.length > 0 && rows.map(({ job_id }) => job_id)
		}),
	)
}

served('while the database is away calls are refused at once; a job bridges some seconds, and starts again after more', async () => {
	const url = await newDatabase()
	await using proxy = await tcpProxy(url)
	await using runner = await startRunner({ runbooks, environment: { RUNHOOK_DATABASE_URL: proxy.url } })
	const end = callAlong(runner, 'greets')
	// Slow, but there.
	proxy.delay(100)
	const ticking = await runner.start('ticks')
	await until('it has written', async () => (await runner.output(ticking)).includes('tick 2'))
	proxy.delay(0)

	const taken = await losingTheAnswerToAClaim(url, () => proxy.refuse())
	await until('it is known', () => isLogged(runner, 'The database does not answer'))
	for (let times = 0; times < 5; times++) {
		const { status, milliseconds } = await call(runner, 'greets')
		assert.equal(status, 503)
		assert.ok(milliseconds < 500, `${milliseconds} ms`)
	}
	await wait(3_000)
	await proxy.pass()
	await answersAgain(runner)
	assert.equal((await runner.untilJob(ticking)).properties.status, 'Completed')
	const ticks = Array.from({ length: 50 }, (_, index) => `tick ${index + 1} of try 1\n`)
	assert.equal(await runner.output(ticking), ticks.join(''))
	for (const jobId of taken) assert.equal((await runner.untilJob(jobId)).properties.status, 'Completed')

	const twice = await runner.start('twice')
	await until('it has written', async () => (await runner.output(twice)) === 'try 1\n')
	proxy.hold()
	const held = await call(runner, 'greets')
	assert.equal(held.status, 503)
	assert.ok(held.milliseconds < 6_000, `${held.milliseconds} ms`)
	const refused = await call(runner, 'greets')
	assert.ok(refused.status === 503 && refused.milliseconds < 500, `${refused.milliseconds} ms`)
	await until('what ran is ended', () => isLogged(runner, 'A job was given up'))
	await proxy.pass()
	await answersAgain(runner)
	assert.equal((await runner.untilJob(twice)).properties.status, 'Completed')
	assert.equal(await runner.output(twice), 'try 1\ntry 2\n')
	await untilAllEnded(url, await end())
})

where(whyNoOwnPostgres())('when the server dies and its standby takes its place, everything that was accepted ends', async () => {
	const servers = await startReplicatedServer()
	await using proxy = await tcpProxy(servers.primaryUrl)
	const settings = { runbooks, environment: { RUNHOOK_DATABASE_URL: proxy.url } }
	await using one = await startRunner(settings)
	await using two = await startRunner(settings)
	const end = callAlong(one, 'greets')
	const ticking = await one.start('ticks')
	await until('it has written', async () => (await two.output(ticking)).includes('tick 2'))
	servers.kill()
	await until('it is known', () => [one, two].every((runner) => isLogged(runner, 'The database does not answer')))
	proxy.leadTo(servers.standbyUrl)
	// Led to a server that takes no changes yet.
	await until('it is refused', async () => (await call(one, 'greets')).status === 503)
	await servers.promote()
	await answersAgain(one)
	await until('the other one answers, too', async () => (await two.manage(`/jobs/${ticking}`)).ok)
	assert.equal((await two.untilJob(ticking)).properties.status, 'Completed')
	await untilAllEnded(servers.standbyUrl, await end())
	// What one tells the other reaches it by the new server, too.
	const stopped = await one.start('twice')
	await one.untilJob(stopped, 'Running')
	assert.equal((await two.manage(`/jobs/${stopped}/stop`, { method: 'POST' })).status, 200)
	assert.equal((await two.untilJob(stopped)).properties.status, 'Stopped')
})

/** The last instant that each try of a job noted in a file, milliseconds. */
function noted(file: string): number[] {
	const tries: number[] = []
	for (const line of readFileSync(file, 'utf8').split('\n').slice(0, -1)) {
		const [tryCount, time] = line.split(' ').map(Number) as [number, number]
		tries[tryCount - 1] = time
	}
	return tries
}

/** A runbook that notes in a file of a folder that it runs, in its first try for as long as it may. */
function noting(folder: string) {
	const text = `
		const { appendFileSync } = await import('node:fs')
		for (const end = Date.now() + (job.tryCount === 1 ? 60_000 : 500); Date.now() < end; ) {
			appendFileSync(${JSON.stringify(join(folder, 'noted'))}, job.tryCount + ' ' + Date.now() + '\\n')
			await new Promise((resolve) => setTimeout(resolve, 10))
		}`
	return { noting: runbookText(text, { declares: `permissions: { write: [${JSON.stringify(folder)}] },` }) }
}

/** What tried the job first has ended before another runner takes the job up, and tries it. */
async function endedBefore(file: string, other: Runner): Promise<void> {
	const takenTime = await until('it is taken up', () => isLogged(other, 'A node is silent') && Date.now())
	await until('it is tried again', () => noted(file).length > 1)
	const lastTime = noted(file)[0]!
	assert.ok(lastTime < takenTime, `${lastTime - takenTime} ms too late`)
}

served('the sandboxes of a runner that is cut off end before its job starts elsewhere, though it freezes as well', async () => {
	using folder = temporaryFolder()
	const file = join(folder.path, 'noted')
	const url = await newDatabase()
	await using proxy = await tcpProxy(url)
	const settings = (databaseUrl: string) => ({ runbooks: noting(folder.path), environment: { RUNHOOK_DATABASE_URL: databaseUrl } })
	await using cutOff = await startRunner(settings(proxy.url))
	await cutOff.start('noting')
	await until('it notes', () => existsSync(file))
	await using other = await startRunner(settings(url))
	proxy.hold()
	// It would end them by itself 8 s after its last beat.
	await wait(6_800)
	cutOff.process.kill('SIGSTOP')
	await endedBefore(file, other)
	cutOff.process.kill('SIGCONT')
	await proxy.pass()
})

where(whyNoPostgres() ?? whyNoCutNetwork())('a runner whose network is cut ends its jobs before they start elsewhere', async () => {
	using folder = temporaryFolder()
	const file = join(folder.path, 'noted')
	const url = await newDatabase()
	using network = cutNetwork()
	await using proxy = await tcpProxy(url, network.here)
	await using cutOff = await startRunner({
		runbooks: noting(folder.path),
		environment: { RUNHOOK_DATABASE_URL: proxy.url, RUNHOOK_HOST: network.there },
		startedBy: network.startedBy,
	})
	await cutOff.start('noting')
	await until('it notes', () => existsSync(file))
	await using other = await startRunner({ runbooks: noting(folder.path), environment: { RUNHOOK_DATABASE_URL: url } })
	network.pull()
	await endedBefore(file, other)
	assert.ok(isLogged(cutOff, 'The claims of this runner are lost'))
	await cutOff.end('SIGKILL')
})

test.run()
