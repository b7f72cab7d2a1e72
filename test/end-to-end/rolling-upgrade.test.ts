import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { newDatabase } from '../support/postgres-place.ts'
import { whyNoPostgres } from '../support/postgres-server.ts'
import { programCopy } from '../support/program-copy.ts'
import { runbookText } from '../support/runbook-text.ts'
import { type Runner, startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const reason = whyNoPostgres()
/** Tests that need a server. */
const served = reason ? (name: string) => test.skip(`${name} (${reason})`) : test

const workers =
	'/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/runhook/providers/Microsoft.Automation/automationAccounts/runhook/hybridRunbookWorkerGroups/default/hybridRunbookWorkers'
type Worker = {
	name: string
	properties: { version: string; runningJobCount: number; jobCountMax: number; drainingTime: string | null; isThis: boolean }
}
type PartHealth = { status: string; message: string | null }

const waits = runbookText(`output('waits'); await new Promise((resolve) => setTimeout(resolve, 60_000))`)
/** Says which content it has; with a file that is not kept with it. */
const says = (text: string) => runbookText(`output('${text}')`)
const partial = (text: string) => `import './beside.cjs'\n${says(text)}`
const folderOf = (text: string) => ({ waits, says: says(text), partial: says('to come') })

/** Calls a webhook on a runner that did not print its URL. */
async function call(runner: Runner, issuer: Runner, name: string): Promise<string> {
	const { pathname, search } = new URL(issuer.webhookUrl(name))
	const response = await fetch(runner.url + pathname + search, { method: 'POST' })
	assert.equal(response.status, 202)
	return ((await response.json()) as { JobIds: string[] }).JobIds[0]!
}

async function listed(runner: Runner): Promise<Worker[]> {
	return ((await (await runner.manage(workers)).json()) as { value: Worker[] }).value
}

const readiness = async (runner: Runner) => {
	const response = await fetch(`${runner.url}/health/ready`)
	return [response.status, ((await response.json()) as { status: string }).status]
}
const detailsOf = async (runner: Runner, jobId: string) => (await runner.job(jobId)).properties.statusDetails
const runnersPart = async (runner: Runner) => (await (await runner.manage('/health/secondary/runners')).json()) as PartHealth

served(
	'in a rolling deployment jobs go to runners that have their content, and none is lost with the last of them but says why it waits',
	async () => {
		const environment = { RUNHOOK_DATABASE_URL: await newDatabase(), RUNHOOK_CONCURRENCY: '1', RUNHOOK_SHUTDOWN_SECONDS: '0' }
		await using old = await startRunner({ runbooks: folderOf('old'), environment })
		await using young = await startRunner({ runbooks: folderOf('young'), environment })
		for (const [runner, text] of [
			[old, 'old'],
			[young, 'young'],
		] as const) {
			writeFileSync(join(runner.folder, 'runbooks', 'beside.cjs'), `// ${text}`)
			runner.writeRunbook('partial', partial(text))
		}
		const busy = await old.start('waits')
		await until('it has written', async () => (await young.output(busy)) === 'waits\n')
		const ofYoung = await call(young, old, 'says')
		await young.untilJob(ofYoung, 'Completed')
		assert.equal(await old.output(ofYoung), 'young\n')
		const [ofOld, notWhole] = [await old.start('says'), await old.start('partial')]
		const longest = `the longest \\(job ${await young.job(busy).then(({ properties }) => properties.jobId)}\\)`
		assert.match(
			await detailsOf(young, ofOld),
			new RegExp(`^Waits for a free slot: 1 of 2 runners may run it, and runs 1 of at most 1 job, ${longest}`),
		)

		const [first, second] = await listed(young)
		assert.deepEqual([first?.properties.isThis, first?.properties.runningJobCount, second?.properties.isThis], [false, 1, true])
		assert.equal((await young.manage(`${workers}/${first!.name}/drain`, { method: 'POST' })).status, 200)
		// Nobody who takes jobs has it any more: it comes from the store.
		await young.untilJob(ofOld, 'Completed')
		assert.equal(await young.output(ofOld), 'old\n')
		await until('it knows', async () => (await readiness(old)).join() === '503,draining')
		assert.deepEqual([await readiness(young), (await old.job(busy)).properties.status], [[200, 'up'], 'Running'])
		// It still answers calls, and others run what comes of them.
		const called = await old.start('says')
		await young.untilJob(called, 'Completed')
		const lacking = /^Waits for a runner that has the content of runbook partial .* not all of its files are kept/
		assert.match(await detailsOf(young, notWhole), lacking)
		assert.equal((await old.manage(`${workers}/${first!.name}/resume`, { method: 'POST' })).status, 200)
		assert.deepEqual(await readiness(old), [200, 'up'])
		assert.match(await detailsOf(young, notWhole), /^Waits for a free slot: 1 of 2 runners may run it/)

		await old.end('SIGTERM')
		assert.equal(await young.untilJob(busy, 'Running').then(() => young.output(busy)), 'waits\nwaits\n')
		assert.match(await detailsOf(young, notWhole), lacking)
		await until('health tells', async () => {
			const { status, message } = await runnersPart(young)
			console.log(JSON.stringify(await runnersPart(young)))
			return status === 'warning' && message?.includes('of runbooks partial.')
		})
		assert.equal((await young.manage(`/jobs/${notWhole}/stop`, { method: 'POST' })).status, 200)
		assert.equal((await young.job(notWhole)).properties.status, 'Stopped')
	},
)

served(
	'a runner of the next version migrates the database and works beside the older one, until that one is drained and ended',
	async () => {
		using next = programCopy('99.0.0')
		writeFileSync(
			join(next.path, 'src/storage/migrations/0002-next.postgres.sql'),
			`ALTER TABLE jobs ADD COLUMN mood text; ALTER TABLE nodes ADD COLUMN mood text NOT NULL DEFAULT 'good'; CREATE TABLE moods (mood text PRIMARY KEY);
		CREATE INDEX jobs_mood ON jobs (mood) WHERE mood IS NOT NULL`,
		)
		const settings = { runbooks: folderOf('same'), environment: { RUNHOOK_DATABASE_URL: await newDatabase(), RUNHOOK_CONCURRENCY: '1' } }
		await using older = await startRunner(settings)
		const before = await older.start('waits')
		await until('it has written', async () => (await older.output(before)) === 'waits\n')
		await using newer = await startRunner({ ...settings, mainFile: next.mainFile })
		assert.deepEqual(
			(await listed(older)).map(({ properties }) => properties.version === '99.0.0'),
			[false, true],
		)
		// The older one runs one job, so that this one is the newer one's; then its own is stopped, and it runs others.
		const taken = await older.start('says')
		assert.equal((await older.untilJob(taken)).properties.status, 'Completed')
		const held = await call(newer, older, 'waits')
		await older.untilJob(held, 'Running')
		assert.equal((await newer.manage(`/jobs/${before}/stop`, { method: 'POST' })).status, 200)
		assert.equal((await older.untilJob(before)).properties.status, 'Stopped')
		for (const runner of [newer, older]) {
			const jobId = await call(runner, older, 'says')
			assert.equal((await newer.untilJob(jobId)).properties.status, 'Completed')
			assert.equal(await newer.output(jobId), 'same\n')
		}
		const [worker] = await listed(newer)
		await newer.manage(`${workers}/${worker!.name}/drain`, { method: 'POST' })
		assert.equal((await older.end('SIGTERM')).code, 0)
		await assert.rejects(older.restart(), /it was written by a newer Runhook \(schema 2, this one knows 1\)/)
		assert.equal((await newer.manage(`/jobs/${held}/stop`, { method: 'POST' })).status, 200)
		assert.equal((await newer.untilJob(held)).properties.status, 'Stopped')
		assert.equal((await newer.untilJob(await call(newer, older, 'says'))).properties.status, 'Completed')
	},
)

test.run()
