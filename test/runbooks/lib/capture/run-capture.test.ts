import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { test } from 'uvu'
import { stopSeconds } from '../../../../runbooks/lib/capture/run-capture.ts'
import startCapture from '../../../../runbooks/start-capture.ts'
import { openAzure, type SimulatedAzure } from '../../../azure/simulated-azure.ts'
import type { RequestRecord } from '../../../simulator/request-record.ts'
import { alertOn, calls, captureWith, machineId, request, storageId } from '../../run-start-capture.ts'

/** Stops the job at the first request that fits, and resolves with what the runbook wrote. */
async function stopAt(all: SimulatedAzure, fits: (record: RequestRecord) => boolean, body: unknown, values: Record<string, unknown> = {}) {
	const running = captureWith(all, body, values)
	while (!all.simulator.requests.some(fits)) await setImmediate()
	all.job.abort()
	return running
}

test('a stopped job stops its capture', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'hangCapture', status: 'Running' })
	const run = await stopAt(all, ({ operation }) => operation === 'getCaptureStatus', request, { PollSeconds: 60 })
	deepEqual(run.warnings, ["The job was stopped, and packet capture 'pc01' with it."])
	const { status, stopReason } = all.simulator.capture('pc01')
	deepEqual([status, stopReason, run.reports], ['Stopped', 'Manual', []])
	match(calls(all).slice(-3).join(', '), /^getCaptureStatus 200, stopCapture 202, stopCapture\.poll 200 ×\d$/)
})

test('a job that is stopped while its capture is made stops that, too, as soon as Azure lets it', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'hang', operation: 'poll', of: 'createCapture', times: 1 })
	const run = await stopAt(all, ({ of }) => of === 'createCapture', request)
	match(calls(all).join(', '), /createCapture\.poll unanswered, stopCapture 409( ×\d)?, stopCapture 202, /)
	deepEqual(run.warnings, ["The job was stopped, and packet capture 'pc01' with it."])
	equal(all.simulator.capture('pc01').status, 'Stopped')
})

test('a job that is stopped before it made a capture leaves alone what there is', async () => {
	await using all = await openAzure()
	all.simulator.putCapture({ name: 'pc01', status: 'Running' })
	all.simulator.fail({ effect: 'hang', operation: 'getCaptureStatus' })
	const run = await stopAt(all, ({ operation }) => operation === 'getCaptureStatus', request)
	deepEqual([run.warnings, all.simulator.capture('pc01').status], [[], 'Running'])
	deepEqual(calls(all), ['listCaptures 200', 'getCaptureStatus unanswered'])
})

test('a capture that was never made is no matter for a stopped job', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'hang', operation: 'createCapture' })
	const run = await stopAt(all, ({ operation }) => operation === 'createCapture', request)
	deepEqual([run.warnings, calls(all).at(-1)], [[], 'stopCapture 404'])
})

test('a capture that a stopped job cannot stop is told', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'forbid', operation: 'stopCapture' })
	const run = await stopAt(all, ({ operation }) => operation === 'getCaptureStatus', request, { PollSeconds: 60 })
	match(
		run.warnings[0] ?? '',
		/^The job was stopped, but packet capture 'pc01' could not be: The runbook's identity may not .* \(AuthorizationFailed\)$/,
	)
})

test('what a stopped job does to stop its capture ends within the grace that the runbook has', () => {
	ok(stopSeconds + 10 <= (startCapture.stopGraceSeconds ?? 0))
})

test('a stopped job begins with no further machine', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'hangCapture', status: 'Running' })
	const body = alertOn([machineId('vm03'), machineId('vm-europe', 'rg-web')])
	const run = await stopAt(all, ({ operation }) => operation === 'getCaptureStatus', body, { StorageId: storageId, PollSeconds: 60 })
	equal(all.simulator.requests.filter(({ operation }) => operation === 'get').length, 1)
	deepEqual([run.errors, all.simulator.capture('alert-vm03').status], [[], 'Stopped'])
})

test('links to operations are in no stream, nor is the token', async () => {
	await using all = await openAzure()
	all.simulator.putCapture({ name: 'pc01', status: 'Running' })
	all.simulator.fail({ effect: 'throttle', of: 'createCapture', operation: 'poll', retryAfterSeconds: 0.001, times: 1 })
	const runs = [await captureWith(all, request)]
	all.simulator.fail({ effect: 'refuse', of: 'createCapture', operation: 'poll', status: 400, code: 'Odd', message: 'Odd.' })
	runs.push(await captureWith(all, request))
	equal(/[?&]s=|Bearer|simulator\./.test(JSON.stringify([runs, all.verboseLines])), false)
})

test.run()
