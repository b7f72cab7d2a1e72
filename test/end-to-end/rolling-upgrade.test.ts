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
const runnersMessage = async (runner: Runner) =>
	((await (await runner.manage('/health/secondary/runners')).json()) as { message: string | null }).message

/** What the schema of a next version may add while runners of this one go on. */
const migration = `ALTER TABLE jobs ADD COLUMN mood text; ALTER TABLE nodes ADD COLUMN mood text NOT NULL DEFAULT 'good';
	CREATE TABLE moods (mood text PRIMARY KEY); CREATE INDEX jobs_mood ON jobs (mood) WHERE mood IS NOT NULL`

served('the next version and other runbooks take over runner by runner: jobs go where their content is, and none is lost', async () => {
	using next = programCopy('99.0.0')
	writeFileSync(join(next.path, 'src/storage/migrations/0002-next.postgres.sql'), migration)
	const environment = { RUNHOOK_DATABASE_URL: await newDatabase(), RUNHOOK_CONCURRENCY: '1', RUNHOOK_SHUTDOWN_SECONDS: '0' }
	await using old = await startRunner({ runbooks: folderOf('old'), environment })
	const busy = await old.start('waits')
	await until('it has written', async () => (await old.output(busy)) === 'waits\n')
	// It migrates the database while the older one runs a job.
	await using young = await startRunner({ runbooks: folderOf('young'), environment, mainFile: next.mainFile })
	for (const [runner, text] of [
		[old, 'old'],
		[young, 'young'],
	] as const) {
		writeFileSync(join(runner.folder, 'runbooks', 'beside.cjs'), `// ${text}`)
		runner.writeRunbook('partial', partial(text))
	}
	const ofYoung = await call(young, old, 'says')
	await young.untilJob(ofYoung, 'Completed')
	assert.equal(await old.output(ofYoung), 'young\n')
	const [ofOld, notWhole] = [await old.start('says'), await old.start('partial')]
	const full = new RegExp(`^Waits for a free slot: 1 of 2 runners may run it, and runs 1 of at most 1 job, the longest \\(job ${busy}\\)`)
	assert.match(await detailsOf(young, ofOld), full)

	const [first, second] = await listed(young)
	const seen = [first, second].map((worker) => [
		worker!.properties.isThis,
		worker!.properties.runningJobCount,
		worker!.properties.version === '99.0.0',
	])
	assert.deepEqual(seen, [
		[false, 1, false],
		[true, 0, true],
	])
	assert.equal((await young.manage(`${workers}/${first!.name}/drain`, { method: 'POST' })).status, 200)
	// Nobody who takes jobs has it any more: it comes from the store.
	await young.untilJob(ofOld, 'Completed')
	assert.equal(await young.output(ofOld), 'old\n')
	await until('it knows', async () => (await readiness(old)).join() === '503,draining')
	assert.deepEqual([await readiness(young), (await old.job(busy)).properties.status], [[200, 'up'], 'Running'])
	// It still answers calls, and others run what comes of them.
	await young.untilJob(await old.start('says'), 'Completed')
	const lacking = /^Waits for a runner that has the content of runbook partial .* not all of its files are kept/
	assert.match(await detailsOf(young, notWhole), lacking)
	assert.equal((await old.manage(`${workers}/${first!.name}/resume`, { method: 'POST' })).status, 200)
	assert.deepEqual(await readiness(old), [200, 'up'])
	assert.equal((await young.manage(`/jobs/${busy}/stop`, { method: 'POST' })).status, 200)
	await young.untilJob(notWhole, 'Completed')

	// Now its jobs are put back with it.
	assert.equal((await young.manage(`${workers}/${second!.name}/drain`, { method: 'POST' })).status, 200)
	const [again, left] = [await old.start('waits'), await old.start('partial')]
	await until('it runs', async () => (await old.output(again)) === 'waits\n')
	assert.equal((await young.manage(`${workers}/${second!.name}/resume`, { method: 'POST' })).status, 200)
	assert.equal((await old.end('SIGTERM')).code, 0)
	await until('it runs elsewhere', async () => (await young.output(again)) === 'waits\nwaits\n')
	assert.match(await detailsOf(young, left), lacking)
	await until('health tells', async () => (await runnersMessage(young))?.includes('of runbooks partial.'))
	assert.equal((await young.manage(`/jobs/${left}/stop`, { method: 'POST' })).status, 200)
	assert.equal((await young.job(left)).properties.status, 'Stopped')
	await assert.rejects(old.restart(), /it was written by a newer Runhook \(schema 2, this one knows 1\)/)
})

test.run()
