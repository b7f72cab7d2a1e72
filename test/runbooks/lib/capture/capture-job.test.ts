import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'uvu'
import { busySeconds } from '../../../../runbooks/lib/capture/capture-job.ts'
import { openAzure } from '../../../azure/simulated-azure.ts'
import { alertOn, calls, captureWith, machineId, request, storageId } from '../../run-start-capture.ts'

const busy = { effect: 'refuse', status: 409, code: 'AnotherOperationInProgress', message: 'Another operation is in progress.' } as const

for (const operation of ['get', 'listAllWatchers', 'listCaptures', 'createCapture', 'getCaptureStatus'] as const) {
	test(`Azure may be busy for a while with anything it is asked: ${operation}`, async () => {
		await using all = await openAzure()
		all.simulator.fail({ ...busy, operation, times: 5 })
		const run = await captureWith(all, alertOn([machineId('vm03')]), { StorageId: storageId })
		deepEqual([run.exception, run.verbose.length, run.reports[0]?.status], [undefined, 5, 'Stopped'])
		deepEqual(
			calls(all).filter((call) => call.endsWith('409 ×5')),
			[`${operation} 409 ×5`],
		)
	})
}

test('a Network Watcher that is named may be busy, too', async () => {
	await using all = await openAzure()
	all.simulator.fail({ ...busy, operation: 'getWatcher', times: 5 })
	const NetworkWatcher = { NetworkWatcherResourceGroup: 'NetworkWatcherRG', NetworkWatcherName: 'NetworkWatcher_eastus' }
	equal((await captureWith(all, alertOn([machineId('vm03')]), { StorageId: storageId, ...NetworkWatcher })).exception, undefined)
})

test('what Azure is too busy for is tried again after ten seconds at the most, however seldom the status is asked for', () => {
	deepEqual([0.5, 10, 600].map(busySeconds), [0.5, 10, 10])
})

test('a capture whose making has no end fails in time, and what became of it is cleaned up', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'hangOperation', operation: 'createCapture' })
	const run = await captureWith(all, request, { OperationSeconds: 1 })
	equal(run.exception, "Azure was not done with creating packet capture 'pc01' within 1 s.")
	match(calls(all).join(', '), /createCapture 201, createCapture\.poll 200 ×\d+, deleteCapture 409/)
	match(run.warnings[0] ?? '', /^The half-made packet capture 'pc01' could not be deleted: /)
})

test('a deletion that has no end fails in time', async () => {
	await using all = await openAzure()
	all.simulator.putCapture({ name: 'pc01' })
	all.simulator.fail({ effect: 'hangOperation', operation: 'deleteCapture' })
	const run = await captureWith(all, request, { OperationSeconds: 0.2 })
	equal(run.exception, "Azure was not done with deleting packet capture 'pc01' within 0.2 s.")
})

test('a capture that does not let itself be stopped fails in time', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'hangOperation', operation: 'stopCapture' })
	all.simulator.fail({ effect: 'hangCapture', status: 'Running' })
	const run = await captureWith(all, { ...request, timeLimit: 1 }, { GraceSeconds: 0, OperationSeconds: 0.2 })
	equal(run.exception, "Azure was not done with stopping packet capture 'pc01' within 0.2 s.")
})

test.run()
