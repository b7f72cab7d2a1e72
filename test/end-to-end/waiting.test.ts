import assert from 'node:assert/strict'
import { test } from 'uvu'
import { letInto, runCommand, startCommand } from '../support/command.ts'
import { runbookText } from '../support/runbook-text.ts'
import { type JobView, type Runner, startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const untilStopped = runbookText(`await new Promise((resolve) => signal.addEventListener('abort', resolve))`)
const push = (name: string) => JSON.stringify({ repository: { full_name: name } })
const accountPath =
	'/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/runhook/providers/Microsoft.Automation/automationAccounts/runhook'
const concurrencyKey = 'body.repository.full_name'

async function startWaiting(webhooks: Record<string, unknown>[], slots = 4): Promise<Runner> {
	return startRunner({
		runbooks: { waits: untilStopped, alone: untilStopped.replace('defineRunbook({', 'defineRunbook({ concurrency: 1,') },
		webhooks: webhooks.map((given) => ({ runbook: 'waits', ...given })),
		environment: { RUNHOOK_SHUTDOWN_SECONDS: '0', RUNHOOK_CONCURRENCY: String(slots) },
	})
}

const stop = (runner: Runner, jobId: string) => runner.manage(`/jobs/${jobId}/stop`, { method: 'POST' })
const details = async (runner: Runner, jobId: string) => (await runner.job(jobId)).properties.statusDetails
const listed = async (runner: Runner) => ((await (await runner.manage('/jobs')).json()) as { value: JobView[] }).value
const answer = async (response: Response) => [response.status, await response.json()]

test('jobs of one key run one after the other, those of another beside them, and one that waits says for which', async () => {
	await using runner = await startWaiting([
		{ name: 'ship', concurrencyKey },
		{ name: 'alone', runbook: 'alone' },
	])
	const [first, second, other] = [
		await runner.start('ship', push('acme/shop')),
		await runner.start('ship', push('acme/shop')),
		await runner.start('ship', push('acme/site')),
	]
	for (const jobId of [first, other]) await runner.untilJob(jobId, 'Running')
	const { properties } = await runner.job(first)
	const text = `Waits for job ${first}: concurrency key acme/shop of webhook ship runs 1 of at most 1 job at a time, since ${properties.startTime}.`
	assert.equal(await details(runner, second), text)
	assert.equal((await listed(runner)).find(({ name }) => name === second)?.properties.statusDetails, text)
	assert.equal(await details(runner, first), 'None')

	const environment = letInto(runner)
	assert.ok((await runCommand(['job', 'show', second], { environment: { ...environment } })).stdout.includes(text))
	const rows = (await runCommand(['job', 'list', '--status', 'New', '--output', 'table'], { environment })).stdout.split('\n')
	assert.match(rows[1]!, new RegExp(`^${second} .* Waits for job ${first}: `))
	const watch = startCommand(['job', 'watch', second, '--output', 'table'], { environment })
	await until('the watcher is told why', () => watch.stderr.includes(text))
	await stop(runner, first)
	await runner.untilJob(second, 'Running')
	const [wait] = (await runner.job(second)).properties.waits
	assert.equal(wait!.reason, `Waited for job ${first}: concurrency key acme/shop of webhook ship runs at most 1 job at a time.`)
	await stop(runner, second)
	assert.equal((await watch.ended).code, 3)

	// A runbook that lets more of its jobs run wakes those that wait for it.
	const held = await runner.start('alone')
	await runner.untilJob(held, 'Running')
	const freed = await runner.start('alone')
	assert.match(await details(runner, freed), new RegExp(`^Waits for job ${held}: runbook alone `))
	runner.writeRunbook('alone', untilStopped)
	await runner.manage(`${accountPath}/runbooks/alone`)
	await runner.untilJob(freed, 'Running')
})

test('what waits for its runbook and what waits for a slot say so, and a higher priority goes before', async () => {
	await using runner = await startWaiting(
		[
			{ name: 'low', priority: -1 },
			{ name: 'high', priority: 1 },
			{ name: 'alone', runbook: 'alone' },
		],
		1,
	)
	const running = await runner.start('alone')
	const { properties } = await runner.untilJob(running, 'Running')
	const [low, high, same] = [await runner.start('low'), await runner.start('high'), await runner.start('alone')]
	const slot = `Waits for a free slot: this runner runs 1 of at most 1 job, the longest (job ${running}) since ${properties.startTime};`
	assert.equal(await details(runner, low), `${slot} 1 job is before it.`)
	assert.equal(await details(runner, high), `${slot} it is the next one.`)
	assert.equal(
		await details(runner, same),
		`Waits for job ${running}: runbook alone runs 1 of at most 1 job at a time, since ${properties.startTime}.`,
	)
	await stop(runner, running)
	await runner.untilJob(high, 'Running')
	assert.equal((await runner.job(low)).properties.status, 'New')
	await runner.manage(`/jobs/${low}/suspend`, { method: 'POST' })
	assert.match(await details(runner, low), /^Suspended since \S+Z: it waits until it is resumed\.$/)
})

test('a call that overflows is rejected, skipped or takes the place of what waits, as its webhook has it, and its delivery tells', async () => {
	await using runner = await startWaiting(['reject', 'skip', 'replace'].map((overflow) => ({ name: overflow, concurrencyKey, overflow })))
	const jobs: Record<string, string> = {}
	for (const name of ['reject', 'skip', 'replace']) jobs[name] = await runner.start(name, push('a'))
	for (const jobId of Object.values(jobs)) await runner.untilJob(jobId, 'Running')

	const message = `Job ${jobs.reject} has not ended, and this webhook lets no call wait for it.`
	assert.deepEqual(await answer(await runner.call('reject', push('a'))), [409, { code: 'ConcurrencyKeyInUse', message }])
	const skipped = await runner.call('skip', push('a'))
	assert.equal(skipped.headers.get('location'), `${runner.url}/jobs/${jobs.skip}`)
	assert.deepEqual(await answer(skipped), [202, { JobIds: [jobs.skip] }])
	const waiting = await runner.start('replace', push('a'))
	const watch = startCommand(['job', 'watch', waiting], { environment: letInto(runner) })
	const last = await runner.start('replace', push('a'))
	const { status, exception } = (await runner.untilJob(waiting)).properties
	assert.equal(status, 'Stopped')
	assert.match(exception!, new RegExp(`^Job ${last} took its place: `))
	assert.equal((await watch.ended).code, 3)
	for (const name of ['reject', 'skip', 'replace']) await runner.start(name, push('b'))
	assert.equal((await listed(runner)).length, 8)

	const deliveriesOf = async (name: string) => {
		const { url } = await runner.manage(`${accountPath}/webhooks/${name}/deliveries`)
		const { value } = (await (await runner.manage(url.slice(runner.url.length))).json()) as {
			value: { properties: Record<string, unknown> }[]
		}
		return value.map(({ properties: { status, code, isSkipped, jobId, reason } }) => [status, code, isSkipped, jobId, reason]).slice(1, -1)
	}
	const detail = (jobId: string | undefined, name: string) => `Job ${jobId} of concurrency key a of webhook ${name} has not ended.`
	assert.deepEqual(await deliveriesOf('reject'), [[409, 'ConcurrencyKeyInUse', false, null, detail(jobs.reject, 'reject')]])
	assert.deepEqual(await deliveriesOf('skip'), [[202, null, true, jobs.skip, detail(jobs.skip, 'skip')]])
	assert.deepEqual(await deliveriesOf('replace'), [
		[202, null, false, last, `It took the place of job ${waiting}.`],
		[202, null, false, waiting, null],
	])
})

test.run()
