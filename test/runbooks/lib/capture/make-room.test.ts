import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'uvu'
import { openAzure, type SimulatedAzure } from '../../../azure/simulated-azure.ts'
import { alertOn, calls, captureWith, machineId, request, storageId } from '../../run-start-capture.ts'

const created = ['createCapture 201', 'createCapture.poll 200 ×2', 'getCapture 200', 'getCaptureStatus 200 ×3', 'getCapture 200']
const deleted = ['deleteCapture 202', 'deleteCapture.poll 200 ×2']

test('a capture of that name is replaced, with a warning that says how it stood', async () => {
	await using all = await openAzure()
	all.simulator.putCapture({ name: 'PC01', status: 'Running' })
	const run = await captureWith(all, request)
	deepEqual([run.exception, run.warnings], [undefined, ["Replacing packet capture 'PC01' (Running)."]])
	deepEqual(calls(all), ['listCaptures 200', 'getCaptureStatus 200', ...deleted, ...created])
	equal(run.reports[0]?.status, 'Stopped')
})

test('one that is gone before it can be deleted is no hindrance', async () => {
	await using all = await openAzure()
	all.simulator.putCapture({ name: 'pc01' })
	all.simulator.fail({ effect: 'refuse', operation: 'deleteCapture', status: 404, code: 'ResourceNotFound', message: 'Gone.', times: 1 })
	all.simulator.fail({ effect: 'refuse', operation: 'getCaptureStatus', status: 404, code: 'ResourceNotFound', message: 'Gone.', times: 1 })
	const run = await captureWith(all, { ...request, packetCaptureName: 'pc01' }, { WaitForEnd: false })
	deepEqual(run.warnings, ["Replacing packet capture 'pc01' (Unknown)."])
	deepEqual(calls(all).slice(0, 3), ['listCaptures 200', 'getCaptureStatus 404', 'deleteCapture 404'])
})

test('a capture of that name can be a failure', async () => {
	await using all = await openAzure()
	all.simulator.putCapture({ name: 'PC01', status: 'Running' })
	const run = await captureWith(all, request, { OnConflict: 'fail' })
	equal(run.exception, "Packet capture 'PC01' already exists on NetworkWatcher_eastus (Succeeded).")
	deepEqual(calls(all), ['listCaptures 200'])
})

test('a capture of that name can be left alone, and the new one called by the instant', async () => {
	await using all = await openAzure()
	all.simulator.putCapture({ name: 'pc01', status: 'Running' })
	const run = await captureWith(all, request, { OnConflict: 'suffix' })
	deepEqual(calls(all), ['listCaptures 200', ...created])
	match(String(run.reports[0]?.name), /^pc01-\d{14}$/)
	equal(all.simulator.capture('pc01').status, 'Running')
})

test('all pages of the list count towards the limit', async () => {
	await using all = await openAzure({ pageSize: 2 })
	for (const name of ['a', 'b', 'c', 'd', 'e']) all.simulator.putCapture({ name })
	const run = await captureWith(all, request, { PacketCaptureLimit: 5 })
	equal(
		run.exception,
		'Network Watcher NetworkWatcher_eastus already holds 5 of 5 packet captures: delete finished ones or raise PacketCaptureLimit.',
	)
	deepEqual(calls(all), ['listCaptures 200 ×3'])
})

test('the capture that is replaced does not count', async () => {
	await using all = await openAzure()
	for (const name of ['a', 'pc01']) all.simulator.putCapture({ name })
	equal((await captureWith(all, request, { PacketCaptureLimit: 2 })).exception, undefined)
})

test('the limit goes before the name that is taken', async () => {
	await using all = await openAzure()
	for (const name of ['a', 'pc01']) all.simulator.putCapture({ name })
	match((await captureWith(all, request, { PacketCaptureLimit: 1, OnConflict: 'fail' })).exception ?? '', /already holds 1 of 1/)
})

/** The captures that a Network Watcher holds; those of yesterday were begun then. */
function hold(all: SimulatedAzure, captures: [name: string, status: 'Stopped' | 'Running' | 'Error', begin: 'yesterday' | 'now'][]) {
	for (const [name, status, begin] of captures) {
		const startTime = new Date(Date.now() - (begin === 'now' ? 0 : 86_400_000)).toISOString()
		all.simulator.putCapture({ name, status, startTime })
	}
}

const held = (all: SimulatedAzure) => all.simulator.world.captures.map(({ name }) => name)

test('at the limit those of this webhook that have ended can go, and nobody else’s', async () => {
	await using all = await openAzure({ pageSize: 10 })
	hold(all, [
		['alert-vm01', 'Stopped', 'yesterday'],
		['alert-vm02', 'Running', 'yesterday'],
		['alert-vm04', 'Error', 'yesterday'],
		['somebody', 'Stopped', 'yesterday'],
	])
	const run = await captureWith(all, alertOn([machineId('vm03')]), { StorageId: storageId, PacketCaptureLimit: 4, PruneStopped: true })
	equal(run.exception, undefined)
	deepEqual(calls(all).slice(2), [
		'listCaptures 200',
		...['getCaptureStatus 200', ...deleted, 'getCaptureStatus 200 ×2', ...deleted],
		...created,
	])
	deepEqual(held(all), ['alert-vm02', 'somebody', 'alert-vm03'])
})

test('a request for one capture lets those for alerts be, and takes away its own', async () => {
	await using all = await openAzure({ pageSize: 10 })
	hold(all, [
		['alert-vm01', 'Stopped', 'yesterday'],
		['pc01-20260304050607', 'Stopped', 'yesterday'],
	])
	const run = await captureWith(all, request, { PacketCaptureLimit: 2, PruneStopped: true })
	deepEqual([run.exception, held(all)], [undefined, ['alert-vm01', 'pc01']])
})

test('a capture that may have ended just now is left to the job that follows it', async () => {
	await using all = await openAzure()
	hold(all, [['alert-vm01', 'Stopped', 'now']])
	const run = await captureWith(all, alertOn([machineId('vm03')]), { StorageId: storageId, PacketCaptureLimit: 1, PruneStopped: true })
	match(run.exception ?? '', /already holds 1 of 1 packet captures/)
	deepEqual(run.verbose, ["Packet capture 'alert-vm01' (Stopped) may have ended just now, and is left to the job that follows it."])
	deepEqual(held(all), ['alert-vm01'])
})

test('where none of them has ended the limit holds', async () => {
	await using all = await openAzure()
	hold(all, [['pc01-20260304050607', 'Running', 'yesterday']])
	const run = await captureWith(all, request, { PacketCaptureLimit: 1, PruneStopped: true })
	match(run.exception ?? '', /already holds 1 of 1 packet captures/)
	deepEqual(calls(all), ['listCaptures 200', 'getCaptureStatus 200'])
})

test('below the limit nothing is deleted', async () => {
	await using all = await openAzure()
	all.simulator.putCapture({ name: 'alert-vm01' })
	await captureWith(all, request, { PruneStopped: true })
	equal(all.simulator.capture('alert-vm01').status, 'Stopped')
})

for (const [change, message] of [
	[{ networkWatcherName: 'nope' }, "Network Watcher 'nope' was not found in resource group 'NetworkWatcherRG'."],
	[{ networkWatcherResourceGroup: 'nope' }, "Resource group 'nope' was not found. (ResourceGroupNotFound)"],
	[
		{ subscriptionId: '99999999-9999-9999-9999-999999999999' },
		"Subscription '99999999-9999-9999-9999-999999999999' was not found. (SubscriptionNotFound)",
	],
] as const) {
	test(`a place that does not exist is told: ${message}`, async () => {
		await using all = await openAzure()
		equal((await captureWith(all, { ...request, ...change })).exception, message)
		deepEqual(calls(all), ['listCaptures 404'])
	})
}

test('a missing permission names what it takes', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'forbid', operation: 'listCaptures' })
	const { exception = '' } = await captureWith(all, request)
	ok(exception.startsWith("The runbook's identity may not Microsoft.Network/networkWatchers/packetCaptures/read on /subscriptions/"))
	ok(exception.endsWith(': needs Network Contributor on the watcher (and read on the VM). (AuthorizationFailed)'))
})

test.run()
