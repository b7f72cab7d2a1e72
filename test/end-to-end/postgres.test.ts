import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { newDatabase } from '../support/postgres-place.ts'
import { onPostgres, whyNoPostgres } from '../support/postgres-server.ts'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const reason = whyNoPostgres()
/** Tests that need a server. */
const served = reason ? (name: string) => test.skip(`${name} (${reason})`) : test

const runbooks = {
	greets: runbookText(`output('Hello, ' + parameters.WebhookData.RequestBody + '!')`, {
		declares: 'parameters: z.object({ WebhookData: WebhookData.optional() }),',
	}),
	twice: runbookText(`
		output('try ' + job.tryCount)
		if (job.tryCount === 1) await new Promise((resolve) => setTimeout(resolve, 60_000))`),
}

served('a runner keeps all in PostgreSQL: what was accepted and what ran is taken up after its end without a warning', async () => {
	const url = await newDatabase()
	await using runner = await startRunner({ runbooks, environment: { RUNHOOK_DATABASE_URL: url, RUNHOOK_CONCURRENCY: '1' } })
	const greeted = await runner.start('greets', 'Ada')
	assert.equal((await runner.untilJob(greeted)).properties.status, 'Completed')
	assert.equal(await runner.output(greeted), 'Hello, Ada!\n')

	const running = await runner.start('twice')
	await until('it has written', async () => (await runner.output(running)) === 'try 1\n')
	const waiting = await Promise.all(
		Array.from({ length: 20 }, (_, index) => runner.start('greets', String(index), { 'X-GitHub-Delivery': String(index) })),
	)
	await runner.end('SIGKILL')
	await runner.restart()
	assert.equal((await runner.untilJob(running)).properties.status, 'Completed')
	assert.equal(await runner.output(running), 'try 1\ntry 2\n')
	for (const [index, jobId] of waiting.entries()) {
		assert.equal((await runner.untilJob(jobId)).properties.status, 'Completed')
		assert.equal(await runner.output(jobId), `Hello, ${index}!\n`)
	}
	assert.ok(!existsSync(join(runner.folder, 'data', 'runhook.sqlite')))
	assert.match(await (await runner.manage('/metrics')).text(), /^runhook_store_bytes [1-9]\d{5,}$/m)
})

served('calls are refused while the database is away, and served again when it is back; jobs that ran meanwhile end', async () => {
	const url = await newDatabase()
	const name = new URL(url).pathname.slice(1)
	const maintenance = new URL(url)
	maintenance.pathname = '/postgres'
	const onServer = (sql: string) => onPostgres(maintenance.href, (client) => client.query(sql))
	const sleeps = runbookText(`await new Promise((resolve) => setTimeout(resolve, 1_500)); output('done')`)
	await using runner = await startRunner({ runbooks: { ...runbooks, sleeps }, environment: { RUNHOOK_DATABASE_URL: url } })
	const sleeping = await runner.start('sleeps')
	await runner.untilJob(sleeping, 'Running')
	await onServer(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`)
	await onServer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`)
	const refused = await runner.call('greets', 'x')
	assert.equal(refused.status, 503)
	assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/)
	await until('the end of the job cannot be kept', () => runner.logged.some((line) => line.includes('The store refused a write')))
	await onServer(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`)
	await until('requests are taken', async () => (await runner.manage(`/jobs/${sleeping}`)).ok)
	assert.equal((await runner.untilJob(sleeping)).properties.status, 'Completed')
	assert.equal(await runner.output(sleeping), 'done\n')
	assert.equal(
		await runner.output(await runner.start('greets', 'x').then(async (id) => (await runner.untilJob(id)).properties.jobId)),
		'Hello, x!\n',
	)
})

test.run()
