import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'uvu'
import { openAzure } from '../../../azure/simulated-azure.ts'
import { calls, captureWith, request } from '../../run-start-capture.ts'

for (const status of ['Unknown', 'absent'] as const) {
	test(`a status that is ${status} is waited out, with one warning, until the capture is stopped after its time`, async () => {
		await using all = await openAzure()
		all.simulator.fail({ effect: 'hangCapture', status })
		const run = await captureWith(all, { ...request, timeLimit: 1 }, { GraceSeconds: 0, PollSeconds: 0.05 })
		equal(run.exception, undefined)
		deepEqual(run.warnings, [
			"Packet capture 'pc01' has had no known status 5 times running.",
			"Packet capture 'pc01' has not ended after 1 s: it is stopped.",
		])
		const { status: ended, stopReason, timedOut, elapsedSeconds } = run.reports[0] ?? {}
		deepEqual([ended, stopReason, timedOut], ['Stopped', 'Manual', true])
		ok(Number(elapsedSeconds) >= 1)
		deepEqual(calls(all).slice(-4), ['getCapture 200', 'stopCapture 202', 'stopCapture.poll 200 ×3', 'getCaptureStatus 200'])
	})
}

test('a capture is left its grace after its time', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'hangCapture', status: 'Running' })
	const run = await captureWith(all, { ...request, timeLimit: 1 }, { GraceSeconds: 0.6, PollSeconds: 0.05 })
	deepEqual([run.exception, run.reports[0]?.timedOut], [undefined, true])
	const [, seconds] = /has not ended after (\d+) s/.exec(run.warnings[0] ?? '') ?? []
	// Rounded.
	ok(Number(seconds) >= 2, run.warnings[0])
})

for (const [status, code] of [
	[403, 'AuthorizationFailed'],
	[400, 'Odd'],
	[501, 'NotImplemented'],
] as const) {
	test(`some looks may fail, and the capture is followed all the same: ${status}`, async () => {
		await using all = await openAzure()
		all.simulator.fail({ effect: 'refuse', operation: 'getCaptureStatus', status, code, message: 'Not now.', times: 5 })
		const run = await captureWith(all, request)
		deepEqual([run.exception, run.warnings, run.reports[0]?.status], [undefined, [], 'Stopped'])
		deepEqual(calls(all).slice(-3), [`getCaptureStatus ${status} ×5`, 'getCaptureStatus 200 ×3', 'getCapture 200'])
		match(run.verbose[0] ?? '', /^Packet capture 'pc01' could not be looked at: .*Not now/)
	})
}

test('a capture that nobody can see any more is stopped before the job fails', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'hangCapture', status: 'Running' })
	all.simulator.fail({ effect: 'refuse', operation: 'getCaptureStatus', status: 400, code: 'Odd', message: 'No.' })
	const run = await captureWith(all, request)
	deepEqual([run.exception, run.reports], ['No. (Odd)', []])
	deepEqual(run.warnings, ["Packet capture 'pc01' could not be looked at 6 times running: it was stopped."])
	equal(all.simulator.capture('pc01').status, 'Stopped')
})

test('one that can neither be seen nor stopped is told', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'refuse', operation: 'getCaptureStatus', status: 400, code: 'Odd', message: 'No.' })
	all.simulator.fail({ effect: 'refuse', operation: 'stopCapture', status: 400, code: 'Odder', message: 'Neither.' })
	const run = await captureWith(all, request)
	const unseen = "Packet capture 'pc01' could not be looked at 6 times running"
	deepEqual(run.warnings, [`${unseen}, and could not be stopped, so it may go on until its time limit: Neither. (Odder)`])
})

for (const stopReason of ['-', 'SizeLimit']) {
	test(`a capture that is full (${stopReason}) has ended early`, async () => {
		await using all = await openAzure()
		all.simulator.fail({ effect: 'fillCapture', stopReason })
		const run = await captureWith(all, request, { TotalBytes: 1000 })
		deepEqual([run.exception, run.reports[0]?.stopReason], [undefined, stopReason])
		const text = `The capture ended early (${stopReason}): probably totalBytesPerSession (1000 bytes) was reached.`
		deepEqual(run.warnings, [text])
	})
}

for (const [errors, text] of [
	[['StorageFailed'], /^Packet capture 'pc01' failed: the storage account could not be written: is it a Standard account, .*outbound TCP/],
	[['InternalError', 'CaptureFailed'], /^Packet capture 'pc01' failed: internal error of the agent; the capture driver failed$/],
] as const) {
	test(`a capture that fails says why: ${errors.join(', ')}`, async () => {
		await using all = await openAzure()
		all.simulator.fail({ effect: 'failCapture', errors: [...errors] })
		const run = await captureWith(all, request)
		match(run.exception ?? '', text)
		deepEqual(run.reports, [])
	})
}

test('a capture that is gone was deleted by someone else', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'loseCapture' })
	equal((await captureWith(all, request)).exception, "Packet capture 'pc01' was deleted by someone else.")
	equal(calls(all).at(-1), 'getCaptureStatus 404')
})

test('a capture that was deleted and made anew by another job is not taken for the own one', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'hangCapture', status: 'Running' })
	const running = captureWith(all, request, { PollSeconds: 0.05 })
	const looks = () => all.simulator.requests.filter(({ operation }) => operation === 'getCaptureStatus').length
	// The first look sees it not started.
	while (looks() < 3) await new Promise((resolve) => setImmediate(resolve))
	all.simulator.remove('captures', 'pc01')
	all.simulator.putCapture({ name: 'pc01', status: 'Running', startTime: '2020-01-01T00:00:00Z' })
	const run = await running
	deepEqual([run.exception, run.reports], ["Packet capture 'pc01' was deleted by someone else.", []])
	equal(all.simulator.capture('pc01').status, 'Running')
})

for (const status of ['Stopped', 'Error', 'Running'] as const) {
	test(`nor is it when the own one was never seen running: ${status}`, async () => {
		await using all = await openAzure()
		all.simulator.fail({ effect: 'hangCapture', status: 'NotStarted' })
		const running = captureWith(all, { ...request, timeLimit: 1 }, { PollSeconds: 0.05, GraceSeconds: 0 })
		while (!calls(all).some((call) => call.startsWith('getCaptureStatus'))) await new Promise((resolve) => setImmediate(resolve))
		all.simulator.remove('captures', 'pc01')
		all.simulator.putCapture({ name: 'pc01', status })
		const run = await running
		deepEqual([run.exception, run.warnings, run.reports], ["Packet capture 'pc01' was deleted by someone else.", [], []])
		equal(all.simulator.capture('pc01').status, status)
	})
}

test('a capture that cannot be read at its end has ended all the same', async () => {
	await using all = await openAzure()
	const running = captureWith(all, request, { PollSeconds: 0.05 })
	while (!calls(all).some((call) => call.startsWith('getCaptureStatus'))) await new Promise((resolve) => setImmediate(resolve))
	all.simulator.fail({ effect: 'refuse', operation: 'getCapture', status: 403, code: 'AuthorizationFailed', message: 'No.' })
	const run = await running
	deepEqual([run.exception, run.reports[0]?.status], [undefined, 'Stopped'])
	match(run.verbose.at(-1) ?? '', /^Packet capture 'pc01' could not be read: /)
})

test('a capture that somebody stops has ended', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'hangCapture', status: 'Running' })
	const running = captureWith(all, request)
	while (!calls(all).some((call) => call.startsWith('getCaptureStatus'))) await new Promise((resolve) => setImmediate(resolve))
	all.simulator.putCapture({ name: 'pc01', status: 'Stopped', stopReason: 'Manual' })
	const run = await running
	deepEqual([run.exception, run.warnings, run.reports[0]?.stopReason, run.reports[0]?.timedOut], [undefined, [], 'Manual', false])
})

test.run()
