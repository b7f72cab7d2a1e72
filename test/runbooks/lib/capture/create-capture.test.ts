import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { test } from 'uvu'
import { openAzure } from '../../../azure/simulated-azure.ts'
import { calls, captureWith, machineId, request } from '../../run-start-capture.ts'

const looks = ['get 200']

for (const [what, targetVM, exception, further] of [
	['is not there', 'nope', "Virtual machine 'nope' was not found in resource group 'rg-runbooks'. (ResourceNotFound)", ['get 404']],
	['does not run', 'vm01', "VM 'vm01' is VM deallocated: a capture needs a running VM. (VMNotRunning)", looks],
	[
		'has no agent',
		'vm-no-agent',
		"VM 'vm-no-agent' has no Network Watcher agent (extension AzureNetworkWatcherExtension, publisher Microsoft.Azure.NetworkWatcher). " +
			'The portal installs it by itself, the API does not. (NetworkWatcherAgentNotInstalled)',
		looks,
	],
] as const) {
	test(`a machine that ${what} is told, though only Azure's refusal showed it`, async () => {
		await using all = await openAzure()
		const run = await captureWith(all, { ...request, targetVM: machineId(targetVM) })
		equal(run.exception, exception)
		const status = further[0] === 'get 404' ? 404 : 400
		deepEqual(calls(all), ['listCaptures 200', `createCapture ${status}`, ...further])
	})
}

test('a machine in another region is told', async () => {
	await using all = await openAzure()
	const run = await captureWith(all, { ...request, targetVM: machineId('vm-europe', 'rg-web') })
	equal(
		run.exception,
		"VM 'vm-europe' is in westeurope but Network Watcher 'NetworkWatcher_eastus' is in eastus. (TargetResourceLocationMismatch)",
	)
	deepEqual(calls(all), ['listCaptures 200', 'createCapture 400', 'get 200', 'getWatcher 200'])
})

test('a guest agent that is not ready is told, and what was half made is gone', async () => {
	await using all = await openAzure()
	const run = await captureWith(all, { ...request, targetVM: machineId('vm-agent-down') })
	const reason = 'VM status blob is found but not yet populated.'
	equal(run.exception, `The VM agent of 'vm-agent-down' is not ready: ${reason} (InternalServerError)`)
	deepEqual(calls(all).slice(1), [
		...['createCapture 201', 'createCapture.poll 200 ×2', 'get 200'],
		...['deleteCapture 202', 'deleteCapture.poll 200 ×2'],
	])
	deepEqual([all.simulator.world.captures, run.warnings], [[], []])
})

test('a creation that fails with nothing wrong to be seen is told in the words of Azure, and undone', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'failOperation', operation: 'createCapture', code: 'InternalServerError', message: 'An error occurred.' })
	const run = await captureWith(all, request)
	equal(run.exception, 'An error occurred. (InternalServerError)')
	deepEqual(all.simulator.world.captures, [])
})

test('a capture that was accepted and has failed all the same is none', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'failProvisioning' })
	const run = await captureWith(all, request)
	equal(run.exception, "Packet capture 'pc01' was accepted and has failed all the same.")
	deepEqual([all.simulator.world.captures, run.reports], [[], []])
})

test('what was half made and cannot be deleted is a warning beside the reason', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'failProvisioning' })
	all.simulator.fail({ effect: 'forbid', operation: 'deleteCapture' })
	const run = await captureWith(all, request)
	match(run.exception ?? '', /was accepted and has failed all the same/)
	match(run.warnings[0] ?? '', /^The half-made packet capture 'pc01' could not be deleted: The runbook's identity may not /)
})

for (const [what, fault] of [
	['lead to another host', { effect: 'foreignLinks', origin: 'http://127.0.0.2:1', operation: 'createCapture' }],
	['cannot be read', { effect: 'refuse', status: 403, code: 'Forbidden', message: 'No.', operation: 'poll', of: 'createCapture' }],
] as const) {
	test(`a capture whose polls ${what} is not left to itself`, async () => {
		await using all = await openAzure()
		all.simulator.fail(fault)
		const run = await captureWith(all, request)
		match(run.exception ?? '', /^(A link to another host was not followed: 127\.0\.0\.2:1\. \(ForeignHost\)|No\. \(Forbidden\))$/)
		equal(calls(all).at(-1)?.startsWith('deleteCapture'), true)
		deepEqual([all.simulator.world.captures, run.warnings], [[], []])
	})
}

test('the limit of the service reads as the limit of the webhook does', async () => {
	await using all = await openAzure({ captureCountMax: 2 })
	for (const name of ['a', 'b']) all.simulator.putCapture({ name })
	equal(
		(await captureWith(all, request)).exception,
		'Network Watcher NetworkWatcher_eastus already holds 2 of 100 packet captures: ' +
			'delete finished ones or raise PacketCaptureLimit. (PacketCaptureCountLimitReached)',
	)
	deepEqual(calls(all), ['listCaptures 200', 'createCapture 400'])
})

for (const [fault, exception] of [
	[
		{ status: 400, code: 'InvalidRequestFormat', message: 'Cannot parse the request' },
		'Azure refused the capture request: Cannot parse the request. (InvalidRequestFormat)',
	],
	[
		{ status: 401, code: 'ExpiredAuthenticationToken', message: 'The access token has expired.' },
		'Signing in to Azure failed: The access token has expired. (ExpiredAuthenticationToken)',
	],
	[{ status: 501, code: 'NotImplemented', message: 'Not here.' }, 'Azure had an internal error: NotImplemented Not here. (NotImplemented)'],
	[{ status: 429, code: 'TooManyRequests', message: 'Slow down.' }, 'Azure throttles this subscription: retry later. (TooManyRequests)'],
] as const) {
	test(`${fault.status} ${fault.code} is told in words for people`, async () => {
		await using all = await openAzure()
		all.simulator.fail({ effect: 'refuse', operation: 'createCapture', ...fault })
		equal((await captureWith(all, request)).exception, exception)
	})
}

test('throttling is told with the limit that was met, at once where the wait is too long', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'throttle', operation: 'createCapture', retryAfterSeconds: 1200 })
	const long = await captureWith(all, request)
	match(long.exception ?? '', /^Azure throttles this subscription( \(\w+\))?: retry after 1200 s\. \(\w+\)$/)
	deepEqual(calls(all), ['listCaptures 200', 'createCapture 429'])
	all.simulator.reset()
	all.simulator.fail({ effect: 'throttle', operation: 'createCapture', retryAfterSeconds: 0.001 })
	match((await captureWith(all, request)).exception ?? '', /^Azure throttles this subscription( \(\w+\))?: retry after 1 s\. \(\w+\)$/)
	deepEqual(calls(all), ['listCaptures 200', 'createCapture 429 ×4'])
})

test('a busy Network Watcher is asked five times more, and its links stay where they are', async () => {
	await using all = await openAzure()
	const message = 'Another operation on this or dependent resource is in progress. Use uri: https://arm.example/operations/1?t=1&s=secret.'
	const busy = { effect: 'refuse', operation: 'createCapture', status: 409, code: 'AnotherOperationInProgress', message } as const
	all.simulator.fail({ ...busy, times: 5 })
	const run = await captureWith(all, request)
	deepEqual([run.exception, run.verbose.length], [undefined, 5])
	deepEqual(calls(all).slice(1, 3), ['createCapture 409 ×5', 'createCapture 201'])
	all.simulator.reset()
	all.simulator.fail({ ...busy, status: 429 })
	const failed = await captureWith(all, request)
	match(failed.exception ?? '', /is in progress\. Use uri: https:\/\/arm\.example\/operations\/1\?… \(AnotherOperationInProgress\)$/)
	deepEqual(calls(all), ['listCaptures 200', 'createCapture 429 ×6'])
	doesNotMatch(JSON.stringify([run, failed]), /secret/)
})

test('a capture whose answer was lost is taken over when the client asks again', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'loseAnswer', operation: 'createCapture', times: 1 })
	const run = await captureWith(all, request)
	deepEqual([run.exception, run.reports[0]?.status], [undefined, 'Stopped'])
	deepEqual(calls(all).slice(1, 4), ['createCapture dropped', 'createCapture 409', 'getCapture 200 ×2'])
})

test('a capture that another job made in the meantime on the same machine is left to that job', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'answer', operation: 'listCaptures', status: 200, body: { value: [] } })
	all.simulator.putCapture({ name: 'pc01', target: machineId('vm03'), status: 'Error', provisioningState: 'Failed' })
	const run = await captureWith(all, request)
	match(run.exception ?? '', /\(PacketCaptureAlreadyExists\)$/)
	deepEqual([all.simulator.capture('pc01').status, run.reports], ['Error', []])
	equal(
		calls(all).some((call) => call.startsWith('deleteCapture')),
		false,
	)
})

test('a capture that somebody else made for another machine is not ours, though an answer was lost', async () => {
	await using all = await openAzure()
	all.simulator.fail({
		...{ effect: 'refuse', operation: 'createCapture', status: 409, code: 'PacketCaptureAlreadyExists', message: 'It already exists.' },
	})
	all.simulator.fail({ effect: 'dropSocket', operation: 'createCapture', times: 1 })
	all.simulator.fail({ effect: 'answer', operation: 'getCapture', status: 200, body: { properties: { target: machineId('vm01') } } })
	equal((await captureWith(all, request)).exception, 'It already exists. (PacketCaptureAlreadyExists)')
})

test.run()
