import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { systemClock } from '../../src/clock.ts'
import { account, automationClient, group, json, textOf } from '../support/automation-client.ts'
import { runCommand } from '../support/command.ts'
import { newDatabase } from '../support/postgres-place.ts'
import { whyNoPostgres } from '../support/postgres-server.ts'
import { runbookText } from '../support/runbook-text.ts'
import { type Runner, startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const reason = whyNoPostgres()
/** Tests that need a server. */
const served = reason ? (name: string) => test.skip(`${name} (${reason})`) : test

const runbooks = {
	greets: runbookText(`output('Hello, ' + parameters.WebhookData.RequestBody + '!')`, {
		declares: 'parameters: z.object({ WebhookData: WebhookData.optional() }),',
	}),
	reads: runbookText(`output((await variable('hidden')).length)`),
	twice: runbookText(`
		output('try ' + job.tryCount)
		if (job.tryCount === 1) await new Promise((resolve) => setTimeout(resolve, 60_000))`),
}
const accountPath =
	'/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/runhook/providers/Microsoft.Automation/automationAccounts/runhook'
const environment = { RUNHOOK_CONCURRENCY: '1', RUNHOOK_SHUTDOWN_SECONDS: '0' }

/** Runs `runhook storage` beside a runner; all that it says. */
async function storage(runner: Runner, words: string[], more: Record<string, string> = {}) {
	const { code, stdout, stderr } = await runCommand(['storage', ...words], { cwd: runner.folder, environment: more })
	return { code, stdout, stderr, json: () => JSON.parse(stdout) }
}

/** What was there goes on: what has ended can be read, what ran or waited runs, and addresses, deliveries and secrets are known. */
async function assertThere(runner: Runner, { ended, running, waiting }: Record<'ended' | 'running' | 'waiting', string>): Promise<void> {
	const { job } = automationClient(runner)
	assert.equal(await textOf(await job.getOutput(group, account, ended)), 'Hello, Ada!\n')
	for (const jobId of [running, waiting]) assert.equal((await runner.untilJob(jobId)).properties.status, 'Completed')
	assert.equal(await runner.output(running), 'try 1\ntry 2\n')
	assert.equal(await runner.output(waiting), 'Hello, Bob!\n')
	assert.equal(await runner.start('greets', 'Ada', { 'X-GitHub-Delivery': '1' }), ended)
	for (const [name, output] of [
		['greets', 'Hello, Eve!\n'],
		['reads', '15\n'],
	] as const) {
		const jobId = await runner.start(name, 'Eve')
		await runner.untilJob(jobId)
		assert.equal(await runner.output(jobId), output)
	}
	const verified = await json<{ isIntact: boolean }>(runner.manage(`${accountPath}/auditEvents/verify?api-version=2023-11-01`))
	assert.ok(verified.isIntact)
}

served(
	'an installation is backed up at work, and moves to PostgreSQL and back, with addresses, jobs, secrets and audit trail',
	async () => {
		const url = new URL(await newDatabase())
		url.password = 'hidden-password'
		const database = { RUNHOOK_DATABASE_URL: url.href }
		await using runner = await startRunner({ runbooks, environment })
		const hidden = { name: 'hidden', value: '"hidden-value-15"', isEncrypted: true }
		await automationClient(runner).variable.createOrUpdate(group, account, 'hidden', hidden)
		const ended = await runner.start('greets', 'Ada', { 'X-GitHub-Delivery': '1' })
		await runner.untilJob(ended)
		const running = await runner.start('twice')
		await until('it has written', async () => (await runner.output(running)) === 'try 1\n')
		const waiting = await runner.start('greets', 'Bob')

		const calling = new AbortController()
		const calls = keepCalling(runner, calling.signal)
		const backedUp = await storage(runner, ['backup', '--to', 'backup.sqlite'])
		calling.abort()
		assert.ok((await calls) > 0)
		assert.equal(backedUp.code, 0, backedUp.stderr)
		assert.match(backedUp.json().takeAlong.join(), /^Secrets in it are sealed: without \S+data\/secret\.key, kept apart from it, /)
		const notHere = await storage(runner, ['backup', '--to', 'other'], database)
		assert.deepEqual([notHere.code, notHere.stdout, notHere.stderr.includes('pg_dump')], [1, '', true])

		const toPostgres = ['copy', '--from', 'data', '--to', 'env:RUNHOOK_DATABASE_URL']
		const used = await storage(runner, toPostgres, database)
		assert.deepEqual([used.code, used.stdout], [1, ''])
		assert.match(used.stderr, /^Error: Another runner uses the data folder .*\n$/)
		await runner.end('SIGKILL')
		const copied = await storage(runner, toPostgres, database)
		assert.equal(copied.code, 0, copied.stderr)
		const { count } = copied.json().tables.find(({ name }: { name: string }) => name === 'jobs')
		assert.ok(copied.stderr.includes(`jobs: ${count} of ${count}\n`))
		assert.match(
			copied.json().takeAlong.join(),
			/^Secrets in it are sealed with the key in \S+data\/secret\.key: .*,runbooks\/, webhooks\.json/,
		)
		await runner.restart(database)
		await assertThere(runner, { ended, running, waiting })
		await runner.end('SIGTERM')

		const back = await storage(runner, ['copy', '--from', url.href, '--to', 'back', '--stop-jobs', '--output', 'table'])
		assert.equal(back.code, 0, back.stderr)
		assert.match(back.stdout, new RegExp(`^TABLE +ROWS\n(.*\n)*jobs +${count + 2}\n`))
		assert.match(back.stderr, /^Warning: a password /)
		assert.match(back.stderr, /\nSecrets in it are sealed with the key [0-9a-f]{16}: take secret\.key along/)
		for (const { stdout, stderr } of [notHere, copied, back]) assert.ok(!`${stdout}${stderr}`.includes('hidden-password'))

		const restored = join(runner.folder, 'restored')
		mkdirSync(restored)
		copyFileSync(join(runner.folder, 'backup.sqlite'), join(restored, 'runhook.sqlite'))
		copyFileSync(join(runner.folder, 'data/secret.key'), join(restored, 'secret.key'))
		await runner.restart({ RUNHOOK_DATA_DIR: restored })
		await assertThere(runner, { ended, running, waiting })
	},
)

/** Calls a webhook again and again until it is told to end; how often it was accepted meanwhile. What it starts has to run still. */
async function keepCalling(runner: Runner, signal: AbortSignal): Promise<number> {
	let count = 0
	for (; !signal.aborted; count++) {
		await runner.start('greets', 'again')
		await systemClock.sleep(50)
	}
	return count
}

test.run()
