import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'uvu'
import stopVms from '../../runbooks/stop-vms.ts'
import { openAzure, subscriptionId } from '../azure/simulated-azure.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { callOnMachines, runOnMachines } from './run-machine-runbook.ts'

const ResourceGroupName = 'rg-runbooks'
type All = Awaited<ReturnType<typeof openAzure>>

function stopWith(all: All, body: unknown, values: Record<string, unknown> = {}) {
	return callOnMachines(stopVms, all, { body, values: { ResourceGroupName, ...values } })
}

test('a run that no webhook started fails without a call', async () => {
	await using all = await openAzure()
	const run = await runOnMachines(stopVms, all, { WebhookData: null })
	equal(run.exception, 'Runbook meant to be started only from webhook.')
	deepEqual([run.outputs, all.simulator.requests.length], [[], 0])
})

for (const body of ['{}', '{"VirtualMachines":null}', '{"VirtualMachines":"all"}', 'null', '{"all":true}', '"vm01"']) {
	test(`the body ${body} never means all machines`, async () => {
		await using all = await openAzure()
		equal((await stopWith(all, body)).exception, 'Request body has no list of virtual machines.')
		equal(all.simulator.requests.length, 0)
	})
}

for (const body of [[], { VirtualMachines: [] }]) {
	test(`${JSON.stringify(body)} is warned of and stops nothing`, async () => {
		await using all = await openAzure()
		const run = await stopWith(all, body)
		deepEqual([run.warnings, run.exception], [['The request names no virtual machines.'], undefined])
		equal(all.simulator.requests.length, 0)
	})
}

test('machines are deallocated, those that are deallocated are left alone, and no other is touched', async () => {
	await using all = await openAzure()
	const run = await stopWith(all, [{ Name: 'vm03' }, { Name: 'vm01' }], { MaxParallel: 1 })
	deepEqual(run.outputs.slice(0, -1), [
		'Runbook started from webhook Webhook by me@example.com.',
		'Stopping vm03.',
		'vm03 stopped in 0 s.',
		'vm01 is already stopped.',
	])
	const id = `/subscriptions/${subscriptionId}/resourceGroups/rg-runbooks/providers/Microsoft.Compute/virtualMachines/`
	deepEqual(run.outputs.at(-1), {
		Stopped: 1,
		AlreadyStopped: 1,
		Failed: 0,
		Results: [
			{ Name: 'vm03', ResourceGroup: 'rg-runbooks', Id: `${id}vm03`, Result: 'Stopped', Seconds: 0 },
			{ Name: 'vm01', ResourceGroup: 'rg-runbooks', Id: `${id}vm01`, Result: 'AlreadyStopped', Seconds: 0 },
		],
	})
	equal(all.simulator.vm('vm03').powerState, 'deallocated')
	match(calls(all.simulator, 'vm03'), /^get 200, deallocate 202(, poll 200)+$/)
	equal(calls(all.simulator, 'vm01'), 'get 200')
})

for (const [Mode, powerState, result, operation, after] of [
	['Deallocate', 'running', 'Stopped', 'deallocate', 'deallocated'],
	['Deallocate', 'starting', 'Stopped', 'deallocate', 'deallocated'],
	['Deallocate', null, 'Stopped', 'deallocate', 'deallocated'],
	['Deallocate', 'stopped', 'Stopped', 'deallocate', 'deallocated'],
	['Deallocate', 'deallocated', 'AlreadyStopped', null, 'deallocated'],
	['Deallocate', 'stopping', 'Stopped', 'deallocate', 'deallocated'],
	['Deallocate', 'deallocating', 'AlreadyStopped', null, 'deallocated'],
	['PowerOff', 'running', 'Stopped', 'powerOff', 'stopped'],
	['PowerOff', 'starting', 'Stopped', 'powerOff', 'stopped'],
	['PowerOff', null, 'Stopped', 'powerOff', 'stopped'],
	['PowerOff', 'stopped', 'AlreadyStopped', null, 'stopped'],
	['PowerOff', 'deallocated', 'AlreadyStopped', null, 'deallocated'],
	['PowerOff', 'stopping', 'AlreadyStopped', null, 'stopped'],
	['PowerOff', 'deallocating', 'AlreadyStopped', null, 'deallocated'],
	['Hibernate', 'running', 'Stopped', 'deallocate', 'deallocated'],
	['Hibernate', 'stopped', 'Stopped', 'deallocate', 'deallocated'],
] as const) {
	test(`${Mode} of a machine that is ${powerState}: ${result}`, async () => {
		await using all = await openAzure({ operationLength: { polls: 2 } })
		all.simulator.putVm({ name: 'vm01', powerState, hibernationEnabled: true })
		deepEqual((await stopWith(all, ['vm01'], { Mode })).results, [`vm01: ${result}`])
		equal(all.simulator.vm('vm01').powerState, after)
		const actions = all.simulator.requests.filter(({ method }) => method === 'POST')
		deepEqual(
			actions.map(({ operation }) => operation),
			operation ? [operation] : [],
		)
		const hibernates = Mode === 'Hibernate' && powerState === 'running'
		equal(actions[0]?.query.hibernate, hibernates ? 'true' : undefined)
	})
}

test('a machine with the tag runbooks-never-stop is refused, and stopped only by force', async () => {
	await using all = await openAzure()
	const refused = await stopWith(all, ['vm-keep', 'vm03'])
	deepEqual(refused.results, ['vm-keep: Refused', 'vm03: Stopped'])
	deepEqual(refused.errors, ['vm-keep: it has the tag runbooks-never-stop=true and is stopped only with Force.'])
	equal(refused.exception, '1 of 2 virtual machines did not stop: vm-keep.')
	equal(calls(all.simulator, 'vm-keep'), 'get 200')
	equal(all.simulator.vm('vm-keep').powerState, 'running')
	deepEqual((await stopWith(all, ['vm-keep'], { Force: true })).results, ['vm-keep: Stopped'])
	equal(all.simulator.vm('vm-keep').powerState, 'deallocated')
})

test('a machine with the tag that is stopped already is no failure', async () => {
	await using all = await openAzure()
	all.simulator.putVm({ name: 'vm-keep', powerState: 'deallocated' })
	const run = await stopWith(all, ['vm-keep'])
	deepEqual([run.results, run.exception], [['vm-keep: AlreadyStopped'], undefined])
})

test('hibernation is what Azure makes of it', async () => {
	await using all = await openAzure()
	const run = await stopWith(all, ['vm-hibernate', 'vm03'], { Mode: 'Hibernate' })
	deepEqual(run.results, ['vm-hibernate: Stopped', 'vm03: Failed'])
	equal(all.simulator.vm('vm-hibernate').hibernated, true)
	match(run.errors[0] ?? '', /^vm03: OperationNotAllowed: .* does not have hibernation enabled\.$/)
})

test('an alert that fired stops its machines', async () => {
	await using all = await openAzure()
	const vmId = `/subscriptions/${subscriptionId}/resourcegroups/rg-runbooks/providers/microsoft.compute/virtualmachines/vm03`
	const essentials = { alertRule: 'idle', monitorCondition: 'Fired', alertTargetIDs: [vmId] }
	const run = await stopWith(all, { schemaId: 'azureMonitorCommonAlertSchema', data: { essentials, alertContext: {} } })
	deepEqual([run.results, run.exception], [['vm03: Stopped'], undefined])
})

test('SkipShutdown is said to Azure for PowerOff, and only when it is asked for', async () => {
	await using all = await openAzure()
	for (const SkipShutdown of [false, true]) {
		all.simulator.putVm({ name: 'vm01', powerState: 'running' })
		await stopWith(all, ['vm01'], { Mode: 'PowerOff', SkipShutdown })
	}
	const asked = all.simulator.requests.filter(({ operation }) => operation === 'powerOff').map(({ query }) => query.skipShutdown)
	equal(asked.at(-1), 'true')
	equal(asked[0] === 'true', false)
})

test('failures are told, and fail the job unless it is not wanted', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'failOperation', vm: 'vm03', code: 'InternalExecutionError', message: 'An internal error.' })
	const run = await stopWith(all, ['nope', 'vm03', 'vm01'])
	deepEqual(run.results, ['nope: NotFound', 'vm03: Failed', 'vm01: AlreadyStopped'])
	deepEqual(run.errors, [
		"nope: ResourceNotFound: Virtual machine 'nope' was not found in resource group 'rg-runbooks'.",
		'vm03: InternalExecutionError: An internal error.',
	])
	equal(run.exception, '2 of 3 virtual machines did not stop: nope, vm03.')
	equal((await stopWith(all, ['nope'], { FailOnError: false })).exception, undefined)
})

test('a machine whose stop has no end is given up', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'hangOperation', vm: 'vm03' })
	const run = await stopWith(all, ['vm03'], { TimeoutSeconds: 0.3 })
	deepEqual([run.results, run.errors], [['vm03: TimedOut'], ['vm03: still stopping after 0.3 s.']])
})

/** The calls about one machine, as `operation status`. */
function calls(simulator: Simulator, name: string): string {
	return simulator.requests
		.filter(({ vm }) => vm === name)
		.map(({ operation, status }) => `${operation} ${status}`)
		.join(', ')
}

test.run()
