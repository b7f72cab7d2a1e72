import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'uvu'
import { openSimulator } from '../simulator/simulator.ts'
import { startRunner } from '../support/runner.ts'

const parameters = { SubscriptionId: '11111111-1111-1111-1111-111111111111', ResourceGroupName: 'rg-runbooks' }

test('machines are stopped in each way, the tagged one is not, and no body means all', async () => {
	await using simulator = await openSimulator({ operationLength: { polls: 0 } })
	await using runner = await startRunner({
		webhooks: [
			{ name: 'deallocate', runbook: 'stop-vms', parameters },
			{ name: 'power-off', runbook: 'stop-vms', parameters: { ...parameters, Mode: 'PowerOff', SkipShutdown: true } },
			{ name: 'hibernate', runbook: 'stop-vms', parameters: { ...parameters, Mode: 'Hibernate' } },
			{ name: 'force', runbook: 'stop-vms', parameters: { ...parameters, Force: true } },
		],
		environment: { RUNHOOK_ARM_ENDPOINT: simulator.url },
	})
	const run = async (webhook: string, body: string) => (await runner.untilJob(await runner.start(webhook, body))).properties

	for (const body of ['{}', '{"VirtualMachines":null}', 'null']) {
		const { status, exception } = await run('deallocate', body)
		equal(status, 'Failed')
		match(exception ?? '', /Request body has no list of virtual machines\./)
	}
	equal(simulator.requests.length, 0)

	equal((await run('power-off', '["vm03"]')).status, 'Completed')
	equal(simulator.requests.find(({ operation }) => operation === 'powerOff')?.query.skipShutdown, 'true')
	equal(simulator.vm('vm03').powerState, 'stopped')
	equal((await run('deallocate', '["vm03","vm01"]')).status, 'Completed')
	equal(simulator.vm('vm03').powerState, 'deallocated')
	equal((await run('hibernate', '{"Name":"vm-hibernate"}')).status, 'Completed')
	equal(simulator.vm('vm-hibernate').hibernated, true)

	const refused = await runner.start('deallocate', '["vm-keep"]')
	const { status, exception } = (await runner.untilJob(refused)).properties
	equal(status, 'Failed')
	match(exception ?? '', /1 of 1 virtual machines did not stop: vm-keep\./)
	const { Results, ...counts } = JSON.parse((await runner.output(refused)).trimEnd().split('\n').at(-1)!)
	deepEqual([counts, Results[0].Result], [{ Stopped: 0, AlreadyStopped: 0, Failed: 1 }, 'Refused'])
	equal(simulator.vm('vm-keep').powerState, 'running')
	equal((await run('force', '["vm-keep"]')).status, 'Completed')
	equal(simulator.vm('vm-keep').powerState, 'deallocated')
})

test.run()
