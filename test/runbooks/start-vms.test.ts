import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'uvu'
import startVms from '../../runbooks/start-vms.ts'
import stopVms from '../../runbooks/stop-vms.ts'
import { openAzure, subscriptionId } from '../azure/simulated-azure.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { runStartVms, startVmsWith } from './run-start-vms.ts'

const here = { ResourceGroupName: 'rg-runbooks' }
const idOf = (group: string, name: string) =>
	`/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/${name}`

test('a run that no webhook started fails without a call', async () => {
	await using all = await openAzure()
	const run = await runStartVms(all, { WebhookData: null })
	equal(run.exception, 'Runbook meant to be started only from webhook.')
	deepEqual([run.outputs, asked(all.simulator)], [[], []])
})

test('the first output names the webhook and the sender', async () => {
	await using all = await openAzure()
	equal((await startVmsWith(all, [])).outputs[0], 'Runbook started from webhook Webhook by me@example.com.')
	const WebhookData = { WebhookName: 'w', RequestHeader: {}, RequestBody: '[]' }
	equal((await runStartVms(all, { WebhookData })).outputs[0], 'Runbook started from webhook w by unknown.')
})

for (const body of [[], { VirtualMachines: [] }]) {
	test(`${JSON.stringify(body)} is warned of and completes without a call`, async () => {
		await using all = await openAzure()
		const run = await startVmsWith(all, body)
		deepEqual([run.warnings, run.exception, run.outputs.length], [['The request names no virtual machines.'], undefined, 1])
		deepEqual(asked(all.simulator), [])
	})
}

for (const [body, message] of [
	['', 'WebhookData.RequestBody is empty.'],
	['<xml>', 'WebhookData.RequestBody is not JSON: <xml>'],
	['{}', 'Request body has no list of virtual machines.'],
	['["vm01",".."]', 'Entry 2: Name is not a resource name: ..'],
	['[{"foo":1},5,null]', 'Request body has no list of virtual machines.'],
] as const) {
	test(`the body "${body}" fails the job without a call`, async () => {
		await using all = await openAzure()
		equal((await startVmsWith(all, body)).exception, message)
		deepEqual(asked(all.simulator), [])
	})
}

test('a list that was encoded twice is read as what it holds', async () => {
	await using all = await openAzure()
	deepEqual((await startVmsWith(all, JSON.stringify('[{"Name":"vm03"}]'), here)).results, ['vm03: AlreadyRunning'])
})

test('a request for more than 500 machines is refused before the first call', async () => {
	await using all = await openAzure()
	for (const entry of ['vm01', {}]) {
		const run = await startVmsWith(all, ['vm01', ...Array(500).fill(entry)], here)
		equal(run.exception, 'The request names 501 virtual machines: at most 500 are taken in one request.')
		deepEqual([run.errors, asked(all.simulator)], [[], []])
	}
	equal((await startVmsWith(all, Array(500).fill('vm03'), here)).exception, undefined)
})

test('a job may take as long as the longest TimeoutSeconds', () => {
	deepEqual([startVms.timeoutSeconds, stopVms.timeoutSeconds], [86_000, 86_000])
})

for (const [name, value] of [
	['SubscriptionId', '..'],
	['ResourceGroupName', '..'],
]) {
	test(`a bad ${name} fails the job without a call`, async () => {
		await using all = await openAzure()
		match((await startVmsWith(all, ['vm01'], { [name!]: value })).exception ?? '', new RegExp(`^${name} is not a .*: \\.\\.$`))
		deepEqual(asked(all.simulator), [])
	})
}

test('the subscription may come from the environment, and is missed where it comes from nowhere', async () => {
	await using all = await openAzure()
	const without = { ...here, SubscriptionId: undefined }
	match(
		(await startVmsWith(all, ['vm03'], without)).exception ?? '',
		/^The subscription of vm03 is unknown: give the parameter SubscriptionId/,
	)
	process.env.AZURE_SUBSCRIPTION_ID = subscriptionId
	try {
		deepEqual((await startVmsWith(all, ['vm03'], without)).results, ['vm03: AlreadyRunning'])
	} finally {
		delete process.env.AZURE_SUBSCRIPTION_ID
	}
})

test('machines are started, and those that run are left alone', async () => {
	await using all = await openAzure()
	const run = await startVmsWith(all, [{ Name: 'vm02' }, { Name: 'vm03' }], { ...here, MaxParallel: 1 })
	deepEqual(run.lines, ['Starting vm02.', 'vm02 started in 0 s.', 'vm03 is already running.'])
	deepEqual(run.summary, {
		Started: 1,
		AlreadyRunning: 1,
		Failed: 0,
		Results: [
			{ Name: 'vm02', ResourceGroup: 'rg-runbooks', Id: idOf('rg-runbooks', 'vm02'), Result: 'Started', Seconds: 0 },
			{ Name: 'vm03', ResourceGroup: 'rg-runbooks', Id: idOf('rg-runbooks', 'vm03'), Result: 'AlreadyRunning', Seconds: 0 },
		],
	})
	equal(run.outputs.at(-1), run.summary)
	deepEqual([run.errors, run.exception, all.simulator.vm('vm02').powerState], [[], undefined, 'running'])
	equal(calls(all.simulator, 'vm03'), 'instanceView 200')
	match(calls(all.simulator, 'vm02'), /^instanceView 200, start 202(, poll 200)+$/)
})

for (const powerState of ['stopped', 'unknown', null] as const) {
	test(`a machine whose power state is ${powerState} is started`, async () => {
		await using all = await openAzure()
		all.simulator.putVm({ name: 'vm01', powerState })
		deepEqual((await startVmsWith(all, ['vm01'], here)).results, ['vm01: Started'])
	})
}

test('a machine that is starting is waited for and not started again', async () => {
	await using all = await openAzure({ operationLength: { polls: 3 } })
	all.simulator.putVm({ name: 'vm01', powerState: 'starting' })
	const run = await startVmsWith(all, ['vm01'], here)
	deepEqual([run.results, run.lines], [['vm01: AlreadyStarting'], ['vm01 is already starting.']])
	match(calls(all.simulator, 'vm01'), /^instanceView 200(, instanceView 200)+$/)
	equal(all.simulator.vm('vm01').powerState, 'running')
})

for (const powerState of ['stopping', 'deallocating'] as const) {
	test(`a machine that is ${powerState} is started when that has ended`, async () => {
		await using all = await openAzure({ operationLength: { polls: 2 } })
		all.simulator.putVm({ name: 'vm01', powerState })
		const run = await startVmsWith(all, ['vm01'], here)
		deepEqual([run.results, run.lines], [['vm01: Started'], ['Starting vm01.', 'vm01 started in 0 s.']])
		match(calls(all.simulator, 'vm01'), /^instanceView 200(, instanceView 200)+, start 202(, poll 200)+$/)
	})
}

test('a machine that does not stop is given up', async () => {
	await using all = await openAzure({ operationLength: { polls: 1_000_000 } })
	all.simulator.putVm({ name: 'vm01', powerState: 'deallocating' })
	const run = await startVmsWith(all, ['vm01'], { ...here, SettleSeconds: 0.05 })
	deepEqual([run.results, run.errors], [['vm01: TimedOut'], ['vm01: still deallocating after 0.05 s.']])
})

for (const [name, result, error] of [
	['vm-quota', 'Failed', /^vm-quota: OperationNotAllowed: Operation could not be completed as it results in exceeding approved/],
	['vm-fail', 'Failed', /^vm-fail: AllocationFailed: Allocation failed\. We do not have sufficient capacity/],
	['vm-canceled', 'Failed', /^vm-canceled: OperationCanceled: The operation was canceled\.$/],
	['nope', 'NotFound', /^nope: ResourceNotFound: Virtual machine 'nope' was not found in resource group 'rg-runbooks'\.$/],
	['vm-slow', 'TimedOut', /^vm-slow: still starting after 0\.3 s\.$/],
] as const) {
	test(`${name} ends ${result} with what Azure said, and the job Failed`, async () => {
		await using all = await openAzure()
		const run = await startVmsWith(all, [name, 'vm03'], { ...here, TimeoutSeconds: 0.3 })
		deepEqual([run.results, run.errors.length], [[`${name}: ${result}`, 'vm03: AlreadyRunning'], 1])
		match(run.errors[0] ?? '', error)
		equal(run.summary?.Results[0]?.Error, run.errors[0]?.slice(name.length + 2))
		deepEqual([run.summary?.Failed, run.exception], [1, `1 of 2 virtual machines did not start: ${name}.`])
	})
}

test('with FailOnError false the job completes whatever failed', async () => {
	await using all = await openAzure()
	const run = await startVmsWith(all, ['nope', 'vm-fail', 'vm01'], { ...here, FailOnError: false })
	deepEqual([run.exception, run.summary?.Failed, run.summary?.Started], [undefined, 2, 1])
})

test('a throttled start is slower and nothing else', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'throttle', vm: 'vm01', retryAfterSeconds: 0.001, times: 2 })
	const run = await startVmsWith(all, ['vm01'], here)
	deepEqual([run.results, run.errors], [['vm01: Started'], []])
	equal(all.verboseLines.length, 2)
})

test('a start that is throttled for ever fails after four requests', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'throttle', vm: 'vm01', operation: 'start', retryAfterSeconds: 0.001 })
	const run = await startVmsWith(all, ['vm01'], here)
	const text = 'The server rejected the request because too many requests have been received for this subscription.'
	deepEqual(run.errors, [`vm01: OperationNotAllowed: ${text}`])
	equal(calls(all.simulator, 'vm01'), 'instanceView 200, start 429, start 429, start 429, start 429')
})

test('a job that is run again starts nothing twice', async () => {
	await using all = await openAzure()
	await startVmsWith(all, ['vm01', 'vm02'], here)
	deepEqual((await startVmsWith(all, ['vm01', 'vm02'], here)).results, ['vm01: AlreadyRunning', 'vm02: AlreadyRunning'])
})

test('a stopped job starts no further machine and says what was left out', async () => {
	await using all = await openAzure({ pollInterval: 60_000 })
	const running = startVmsWith(all, ['vm03', 'vm-slow', 'vm01'], { ...here, MaxParallel: 1 })
	while (!all.simulator.requests.some(({ operation }) => operation === 'poll')) await new Promise((resolve) => setImmediate(resolve))
	all.job.abort()
	const run = await running
	deepEqual(run.results, ['vm03: AlreadyRunning', 'vm-slow: Cancelled', 'vm01: Cancelled'])
	deepEqual([run.exception, run.errors, calls(all.simulator, 'vm01')], [undefined, [], ''])
})

const ids = [idOf('rg-runbooks', 'vm01').toLowerCase(), idOf('rg-web', 'app01')]
const commonAlert = (monitorCondition: string, alertTargetIDs: string[] = ids) => ({
	schemaId: 'azureMonitorCommonAlertSchema',
	data: { essentials: { alertRule: 'down', monitorCondition, alertTargetIDs }, alertContext: {} },
})

test('an alert that fired starts its machines, without a list of all', async () => {
	await using all = await openAzure()
	const run = await startVmsWith(all, commonAlert('Fired'))
	deepEqual([run.results, run.exception], [['vm01: Started', 'app01: Started'], undefined])
	equal(all.simulator.vm('app01', 'rg-web').powerState, 'running')
	equal(all.simulator.requests.filter(({ operation }) => operation === 'listAll').length, 0)
})

test('an alert that was resolved asks for nothing', async () => {
	await using all = await openAzure()
	const run = await startVmsWith(all, commonAlert('Resolved'))
	deepEqual([run.lines, run.exception], [['The alert is resolved: no virtual machine was to start.'], undefined])
	deepEqual(asked(all.simulator), [])
})

for (const [what, body] of [
	['an alert that names no machine', commonAlert('Fired', ['/subscriptions/x'])],
	['an event', [{ eventType: 'Microsoft.Resources.ResourceActionSuccess', subject: ids[0], data: { resourceUri: ids[0] } }]],
] as const) {
	test(`${what} is no list of machines`, async () => {
		await using all = await openAzure()
		equal((await startVmsWith(all, body)).exception, 'Request body has no list of virtual machines.')
		deepEqual(asked(all.simulator), [])
	})
}

/** The calls about one machine, as `operation status`. */
function calls(simulator: Simulator, name: string): string {
	return simulator.requests
		.filter(({ vm }) => vm === name)
		.map(({ operation, status }) => `${operation} ${status}`)
		.join(', ')
}

function asked(simulator: Simulator): readonly unknown[] {
	return simulator.requests
}

test.run()
