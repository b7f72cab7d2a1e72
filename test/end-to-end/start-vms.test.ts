import assert from 'node:assert/strict'
import { test } from 'uvu'
import { openSimulator } from '../simulator/simulator.ts'
import { startRunner } from '../support/runner.ts'

/** The request of Microsoft's page on webhooks, to the letter. */
const headers = { From: 'user@contoso.com', Date: '05/28/2015 15:47:00' }
const body = JSON.stringify([
	{ Name: 'vm01', ServiceName: 'vm01' },
	{ Name: 'vm02', ServiceName: 'vm02' },
])

const parameters = { SubscriptionId: '11111111-1111-1111-1111-111111111111', ResourceGroupName: 'rg-runbooks' }

test("the request of Microsoft's webhooks page starts its machines, and one that cannot be started fails the job", async () => {
	await using simulator = await openSimulator()
	await using runner = await startRunner({
		webhooks: [{ name: 'start-vms', runbook: 'start-vms', parameters }],
		environment: { RUNHOOK_ARM_ENDPOINT: simulator.url },
	})
	const jobId = await runner.start('start-vms', body, headers)
	const job = await runner.untilJob(jobId)
	assert.equal(job.properties.status, 'Completed', job.properties.exception ?? '')
	assert.deepEqual([simulator.vm('vm01').powerState, simulator.vm('vm02').powerState], ['running', 'running'])
	const lines = (await runner.output(jobId)).trimEnd().split('\n')
	assert.equal(lines[0], 'Runbook started from webhook start-vms by user@contoso.com.')
	const summary = JSON.parse(lines.at(-1)!)
	assert.deepEqual([summary.Started, summary.AlreadyRunning, summary.Failed], [2, 0, 0])

	const failed = await runner.untilJob(await runner.start('start-vms', '[{"Name":"vm01"},{"Name":"vm-quota"}]', headers))
	assert.equal(failed.properties.status, 'Failed')
	assert.match(failed.properties.exception ?? '', /1 of 2 virtual machines did not start: vm-quota\./)
})

test.run()
