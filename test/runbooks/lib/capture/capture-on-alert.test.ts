import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'uvu'
import startCapture from '../../../../runbooks/start-capture.ts'
import { openAzure, type SimulatedAzure } from '../../../azure/simulated-azure.ts'
import { alertOn, calls, captureWith, machineId, storageId } from '../../run-start-capture.ts'

const other = '33333333-3333-3333-3333-333333333333'
const captured = ['createCapture 201', 'createCapture.poll 200 ×2', 'getCapture 200', 'getCaptureStatus 200 ×3', 'getCapture 200']
const onAlert = ['get 200', 'listAllWatchers 200', 'listCaptures 200', ...captured]

function capture(all: SimulatedAzure, ids: string[], values: Record<string, unknown> = {}) {
	return captureWith(all, alertOn(ids), { StorageId: storageId, ...values })
}

test('an alert that was resolved starts nothing', async () => {
	await using all = await openAzure()
	const run = await captureWith(all, alertOn([machineId('vm03')], 'Resolved'), { StorageId: storageId })
	deepEqual([run.outputs, run.exception, calls(all)], [["Alert 'TCP segments' is resolved: no capture started."], undefined, []])
})

for (const [ids, named] of [
	[[], 'no resource'],
	[[storageId], storageId],
] as const) {
	test(`an alert on ${ids.length === 0 ? 'nothing' : 'something else'} is warned of`, async () => {
		await using all = await openAzure()
		const run = await capture(all, [...ids])
		deepEqual(run.warnings, [`Alert 'TCP segments' names no virtual machine (${named}): no capture started.`])
		deepEqual([run.outputs, run.exception, calls(all)], [[], undefined, []])
	})
}

test('the machine of an alert is looked up and captured, whatever the case of its id', async () => {
	await using all = await openAzure()
	const run = await capture(all, [machineId('vm03').toLowerCase()])
	equal(run.exception, undefined)
	deepEqual(calls(all), onAlert)
	equal(run.lines[0], "Alert 'TCP segments' fired: capturing packets of vm03.")
	const { name, targetVM, alertRule } = run.reports[0] ?? {}
	deepEqual([name, targetVM, alertRule], ['alert-vm03', machineId('vm03'), 'TCP segments'])
	deepEqual(all.simulator.requests.find(({ operation }) => operation === 'createCapture')?.body, {
		properties: { target: machineId('vm03'), storageLocation: { storageId }, timeLimitInSeconds: 30 },
	})
})

test('the older alerts of Azure on a machine start a capture, too', async () => {
	await using all = await openAzure()
	const classic = {
		status: 'Activated',
		context: { name: 'segments', conditionType: 'Metric', condition: {}, resourceId: machineId('vm03') },
	}
	const run = await captureWith(all, classic, { StorageId: storageId, PacketCaptureName: 'segments' })
	deepEqual([run.reports[0]?.name, run.reports[0]?.alertRule, run.exception], ['segments-vm03', 'segments', undefined])
})

test('an event on a machine is captured, too, and said to be an event: nothing fired', async () => {
	await using all = await openAzure()
	const event = { eventType: 'Microsoft.Resources.ResourceWriteSuccess', data: { resourceUri: machineId('vm03') } }
	const run = await captureWith(all, [event], { StorageId: storageId })
	equal(run.lines[0], "Event 'Microsoft.Resources.ResourceWriteSuccess': capturing packets of vm03.")
	deepEqual([run.exception, run.reports[0]?.alertRule], [undefined, 'Microsoft.Resources.ResourceWriteSuccess'])
	const other = await captureWith(all, [{ ...event, data: { resourceUri: storageId } }], { StorageId: storageId })
	deepEqual(other.warnings, [
		`Event 'Microsoft.Resources.ResourceWriteSuccess' names no virtual machine (${storageId}): no capture started.`,
	])
})

test('the Network Watcher can be named, or a part of its name', async () => {
	await using all = await openAzure()
	const NetworkWatcherName = 'NetworkWatcher_eastus'
	const run = await capture(all, [machineId('vm03')], { NetworkWatcherName, NetworkWatcherResourceGroup: 'NetworkWatcherRG' })
	deepEqual([run.exception, calls(all).slice(0, 3)], [undefined, ['get 200', 'getWatcher 200', 'listCaptures 200']])
	all.simulator.reset()
	equal((await capture(all, [machineId('vm03')], { NetworkWatcherName })).exception, undefined)
	match(
		(await capture(all, [machineId('vm03')], { NetworkWatcherName: 'other' })).exception ?? '',
		/^There is no Network Watcher in region/,
	)
})

for (const [vm, group, exception, asked] of [
	['nope', 'rg-runbooks', "Virtual machine 'nope' was not found in resource group 'rg-runbooks'. (ResourceNotFound)", ['get 404']],
	['vm01', 'rg-runbooks', "VM 'vm01' is VM deallocated: a capture needs a running VM.", ['get 200']],
	[
		'vm-no-agent',
		'rg-runbooks',
		/^VM 'vm-no-agent' has no Network Watcher agent \(extension AzureNetworkWatcherExtension, .* API does not\.$/,
		['get 200'],
	],
	[
		'vm-agent-down',
		'rg-runbooks',
		"The VM agent of 'vm-agent-down' is not ready: VM status blob is found but not yet populated.",
		['get 200'],
	],
	[
		'vm-unwatched',
		'rg-web',
		"There is no Network Watcher in region 'northeurope': enable it (one per region and subscription).",
		['get 200', 'listAllWatchers 200'],
	],
] as const) {
	test(`${vm} is looked at before anything is made: no capture there`, async () => {
		await using all = await openAzure()
		const run = await capture(all, [machineId(vm, group)])
		if (typeof exception === 'string') equal(run.exception, exception)
		else match(run.exception ?? '', exception)
		deepEqual([calls(all), run.reports], [asked, []])
	})
}

test('a Network Watcher that is named has to exist, in the region of the machine', async () => {
	await using all = await openAzure()
	const named = { NetworkWatcherResourceGroup: 'NetworkWatcherRG', NetworkWatcherName: 'NetworkWatcher_westeurope' }
	const elsewhere = await capture(all, [machineId('vm03')], named)
	equal(elsewhere.exception, "VM 'vm03' is in eastus but Network Watcher 'NetworkWatcher_westeurope' is in westeurope.")
	const missing = await capture(all, [machineId('vm03')], { ...named, NetworkWatcherName: 'nope' })
	equal(missing.exception, "Network Watcher 'nope' was not found in resource group 'NetworkWatcherRG'.")
})

test('several machines are captured one after the other, and a failure does not keep the rest waiting', async () => {
	await using all = await openAzure()
	const run = await capture(all, [machineId('vm03'), machineId('vm01'), machineId('vm-europe', 'rg-web')])
	deepEqual(calls(all), [...onAlert, 'get 200 ×2', ...onAlert.slice(1)])
	deepEqual(
		run.reports.map(({ name }) => name),
		['alert-vm03', 'alert-vm-europe'],
	)
	deepEqual(run.errors, ["vm01: VM 'vm01' is VM deallocated: a capture needs a running VM."])
	equal(run.exception, '1 of 3 packet captures failed: vm01.')
})

test('captures that do not fit into one job are refused before the first call', async () => {
	await using all = await openAzure()
	const machines = (count: number) => Array.from({ length: count }, (_, index) => machineId(`vm${index}`))
	const text = '5 captures one after the other may take 90900 s, but a job has 86000 s: lower TimeLimitSeconds, or set WaitForEnd to false.'
	equal((await capture(all, machines(5), { TimeLimitSeconds: 0 })).exception, text)
	const tooMany = 'The alert names 51 virtual machines: at most 50 are captured by one request.'
	equal((await capture(all, machines(51))).exception, tooMany)
	deepEqual(calls(all), [])
	match((await capture(all, machines(5), { TimeLimitSeconds: 0, WaitForEnd: false })).exception ?? '', /^5 of 5 packet captures failed/)
	match((await capture(all, machines(50))).exception ?? '', /^50 of 50 packet captures failed/)
})

test('a job has time for all captures that fit', () => {
	equal(startCapture.timeoutSeconds, 86_000)
})

test('machines of one name get captures of their own', async () => {
	await using all = await openAzure()
	for (const resourceGroup of ['rg-app', 'rg-web']) all.simulator.putVm({ name: 'app01', resourceGroup, powerState: 'running' })
	const run = await capture(all, [machineId('app01', 'rg-app'), machineId('app01', 'rg-web')])
	deepEqual([run.reports.map(({ name }) => name), run.warnings], [['alert-app01', 'alert-app01-2'], []])
})

test('a machine in another subscription needs to be allowed', async () => {
	await using all = await openAzure()
	const id = machineId('other01', 'rg-other', other)
	const refused = await capture(all, [machineId('vm03'), id])
	equal(refused.exception, `VM 'other01' is in subscription ${other}, which this webhook may not use: list it in AllowedSubscriptions.`)
	deepEqual(calls(all), [])
	const run = await capture(all, [id], { AllowedSubscriptions: [other] })
	deepEqual([run.exception, calls(all)], [undefined, onAlert])
})

for (const [values, exception] of [
	[{ StorageId: undefined }, 'A capture on an alert needs the parameter StorageId or FilePath.'],
	[{ StorageId: machineId('vm03') }, `StorageId is not the id of a storage account: ${machineId('vm03')}`],
	[{ PacketCaptureName: '..' }, 'PacketCaptureName is not a resource name: ..'],
	[{ NetworkWatcherName: '..' }, 'NetworkWatcherName is not a resource name: ..'],
	[{ NetworkWatcherResourceGroup: '..' }, 'NetworkWatcherResourceGroup is not a resource group name: ..'],
	[{ SubscriptionId: 'x' }, 'SubscriptionId is not a subscription id: x'],
] as const) {
	test(`a webhook with ${JSON.stringify(values).slice(0, 60)} fails without a call`, async () => {
		await using all = await openAzure()
		const run = await capture(all, [machineId('vm03')], values)
		deepEqual([run.exception, calls(all)], [exception, []])
	})
}

test.run()
