import assert from 'node:assert/strict'
import { test } from 'uvu'
import { account, automationClient, group } from '../support/automation-client.ts'
import { letInto, runCommand } from '../support/command.ts'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'

test('a runner is listed and drained: it is not ready, takes calls and no jobs, until it is resumed', async () => {
	await using runner = await startRunner({
		runbooks: { greets: runbookText("output('Hello!')") },
		environment: { RUNHOOK_CONCURRENCY: '3' },
	})
	const run = (...words: string[]) => runCommand(['runner', ...words, '--output', 'table'], { environment: letInto(runner) })
	const [listed] = await automationClient(runner).hybridRunbookWorkerGroup.listByAutomationAccount(group, account)
	const [worker] = listed!.hybridRunbookWorkers!
	assert.ok(Math.abs(worker!.lastSeenDateTime!.getTime() - Date.now()) < 5_000)
	const list = await run('list')
	const [id, machine] = /^ID +MACHINE +VERSION +STATE +JOBS +LAST SEEN\n(\S+) +(\S+) +\S+ +takes jobs +0 of 3 +.*\n$/
		.exec(list.stdout)!
		.slice(1)
	assert.equal(machine, worker!.name)
	const drained = await run('drain', machine!)
	assert.match(drained.stdout, /^State +draining since /m, drained.stderr)

	const ready = async () => (await fetch(`${runner.url}/health/ready`)).status
	assert.deepEqual([await ready(), (await fetch(`${runner.url}/health/live`)).status], [503, 200])
	const jobId = await runner.start('greets')
	assert.equal((await runner.job(jobId)).properties.statusDetails, 'Waits until this runner takes jobs again: it is draining.')
	assert.match(await (await runner.manage('/metrics')).text(), /^runhook_runners{state="draining"} 1$/m)
	assert.match((await run('resume', id!.toUpperCase())).stdout, /^State +takes jobs$/m)
	assert.equal((await runner.untilJob(jobId)).properties.status, 'Completed')
	assert.equal(await ready(), 200)
	const missing = await run('drain', 'nowhere')
	assert.deepEqual([missing.code, missing.stderr.includes("There is no runner 'nowhere'.")], [1, true], missing.stderr)
	const made = await runCommand(['token', 'create', 'op', '--role', 'Operator', '--expires', '1d'], { environment: letInto(runner) })
	const environment = { RUNHOOK_ENDPOINT: runner.url, RUNHOOK_TOKEN: JSON.parse(made.stdout).properties.token }
	assert.match((await runCommand(['runner', 'drain', id!], { environment })).stderr, /allowed to Contributor, Owner/)
})

test.run()
