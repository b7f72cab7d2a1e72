import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { test } from 'uvu'
import { alertOn, calls, machineId, request, storageId } from '../runbooks/run-start-capture.ts'
import type { Fault } from '../simulator/fault.ts'
import { openSimulator, type Simulator } from '../simulator/simulator.ts'
import { type Runner, startRunner } from '../support/runner.ts'

const parameters = { StorageId: storageId, PollSeconds: 0.01 }
const webhooks = [
	{ name: 'capture', parameters },
	{ name: 'fail', parameters: { ...parameters, OnConflict: 'fail' } },
	{ name: 'suffix', parameters: { ...parameters, OnConflict: 'suffix' } },
	{ name: 'limit', parameters: { ...parameters, PacketCaptureLimit: 1 } },
	{ name: 'prune', parameters: { ...parameters, PacketCaptureLimit: 1, PruneStopped: true } },
	{ name: 'no-wait', parameters: { ...parameters, WaitForEnd: false } },
	{ name: 'deadline', parameters: { ...parameters, GraceSeconds: 0 } },
	{ name: 'impatient', parameters: { ...parameters, MaxThrottleWaitSeconds: 1 } },
].map((entry) => ({ runbook: 'start-capture', ...entry }))

const made = ['createCapture 201', 'createCapture.poll 200', 'getCapture 200']
const plain = ['listCaptures 200', ...made, 'getCaptureStatus 200 ×3', 'getCapture 200']
const deleted = ['deleteCapture 202', 'deleteCapture.poll 200']
const stopped = ['stopCapture 202', 'stopCapture.poll 200 ×2']
const reported = 'Packet Capture successfully created and will upload to StoragePath: https://captures01'

type Case = {
	title: string
	webhook?: string
	body: unknown
	fault?: Fault
	before?: (simulator: Simulator) => void
	status?: 'Completed' | 'Failed'
	calls: string[]
	/** What must stand in the stream of that name, or in the exception. */
	shows: { Output?: string; Warning?: string; Error?: string; exception?: string }
}

const cases: Case[] = [
	{ title: 'a request', body: request, calls: plain, shows: { Output: reported } },
	{
		title: 'an alert',
		body: alertOn([machineId('vm03')]),
		calls: ['get 200', 'listAllWatchers 200', ...plain],
		shows: { Output: '"alertRule"' },
	},
	{ title: 'an alert that was resolved', body: alertOn([], 'Resolved'), calls: [], shows: { Output: 'is resolved: no capture started.' } },
	{ title: 'an alert on nothing', body: alertOn([]), calls: [], shows: { Warning: 'names no virtual machine (no resource)' } },
	{
		title: 'an alert on two machines, one of which does not run',
		body: alertOn([machineId('vm01'), machineId('vm03')]),
		status: 'Failed',
		calls: ['get 200 ×2', 'listAllWatchers 200', ...plain],
		shows: { Error: "vm01: VM 'vm01' is VM deallocated", Output: reported, exception: '1 of 2 packet captures failed: vm01.' },
	},
	{
		title: 'a request with faults',
		body: { ...request, targetVM: '..' },
		status: 'Failed',
		calls: [],
		shows: { exception: 'Input is incomplete: targetVM' },
	},
	{
		title: 'a name that is taken',
		body: request,
		before: (simulator) => simulator.putCapture({ name: 'pc01', status: 'Running' }),
		calls: ['listCaptures 200', 'getCaptureStatus 200', ...deleted, ...made, 'getCaptureStatus 200 ×3', 'getCapture 200'],
		shows: { Warning: "Replacing packet capture 'pc01' (Running).", Output: reported },
	},
	{
		title: 'a name that is taken and must not be',
		webhook: 'fail',
		body: request,
		before: (simulator) => simulator.putCapture({ name: 'pc01' }),
		status: 'Failed',
		calls: ['listCaptures 200'],
		shows: { exception: "Packet capture 'pc01' already exists on NetworkWatcher_eastus (Succeeded)." },
	},
	{
		title: 'a name that is taken and may have a suffix',
		webhook: 'suffix',
		body: request,
		before: (simulator) => simulator.putCapture({ name: 'pc01' }),
		calls: plain,
		shows: { Output: '"name":"pc01-2' },
	},
	{
		title: 'a full Network Watcher',
		webhook: 'limit',
		body: request,
		before: (simulator) => simulator.putCapture({ name: 'other' }),
		status: 'Failed',
		calls: ['listCaptures 200'],
		shows: { exception: 'already holds 1 of 1 packet captures' },
	},
	{
		title: 'a full Network Watcher with captures of ours',
		webhook: 'prune',
		body: request,
		before: (simulator) => simulator.putCapture({ name: 'pc01-20260304050607', startTime: '2026-03-04T05:06:07Z' }),
		calls: ['listCaptures 200', 'getCaptureStatus 200', ...deleted, ...made, 'getCaptureStatus 200 ×3', 'getCapture 200'],
		shows: { Output: reported },
	},
	{ title: 'no waiting', webhook: 'no-wait', body: request, calls: ['listCaptures 200', ...made], shows: { Output: '"status":"Started"' } },
	{
		title: 'a machine that does not run',
		body: { ...request, targetVM: machineId('vm01') },
		status: 'Failed',
		calls: ['listCaptures 200', 'createCapture 400', 'get 200'],
		shows: { exception: "VM 'vm01' is VM deallocated: a capture needs a running VM. (VMNotRunning)" },
	},
	{
		title: 'a capture that is half made',
		body: request,
		fault: { effect: 'failProvisioning' },
		status: 'Failed',
		calls: ['listCaptures 200', ...made, ...deleted],
		shows: { exception: 'was accepted and has failed all the same' },
	},
	{
		title: 'a capture that fails',
		body: request,
		fault: { effect: 'failCapture', errors: ['StorageFailed'] },
		status: 'Failed',
		calls: plain,
		shows: { exception: 'the storage account could not be written' },
	},
	{
		title: 'a capture that is full',
		body: request,
		fault: { effect: 'fillCapture', stopReason: '-' },
		calls: plain,
		shows: { Warning: 'The capture ended early (-): probably totalBytesPerSession (1073741824 bytes) was' },
	},
	{
		title: 'a capture that is gone',
		body: request,
		fault: { effect: 'loseCapture' },
		status: 'Failed',
		calls: ['listCaptures 200', ...made, 'getCaptureStatus 200 ×2', 'getCaptureStatus 404'],
		shows: { exception: "Packet capture 'pc01' was deleted by someone else." },
	},
	{
		title: 'throttling that takes too long',
		webhook: 'impatient',
		body: request,
		fault: { effect: 'throttle', operation: 'listCaptures', retryAfterSeconds: 2 },
		status: 'Failed',
		calls: ['listCaptures 429'],
		shows: { exception: 'retry after 2 s.' },
	},
	{
		title: 'a Network Watcher that is not there',
		body: { ...request, networkWatcherName: 'nope' },
		status: 'Failed',
		calls: ['listCaptures 404'],
		shows: { exception: "Network Watcher 'nope' was not found in resource group 'NetworkWatcherRG'." },
	},
]

test('start-capture does in a real sandbox what its tables say', async () => {
	await using simulator = await openSimulator({ operationLength: { polls: 0 } })
	await using runner = await startRunner({ webhooks, environment: { RUNHOOK_ARM_ENDPOINT: simulator.url } })
	for (const each of cases) await check(each, runner, simulator)

	simulator.reset()
	simulator.fail({ effect: 'hangCapture', status: 'Unknown' })
	const late = await runner.start('deadline', JSON.stringify({ ...request, timeLimit: 1 }))
	equal((await runner.untilJob(late)).properties.status, 'Completed')
	match(await shown(runner, late, 'Warning'), /has had no known status 5 times running.*has not ended after 1 s: it is stopped/s)
	match(await runner.output(late), /"stopReason":"Manual".*"timedOut":true/)
	deepEqual(calls({ simulator }).slice(-3), [...stopped, 'getCaptureStatus 200'])

	simulator.reset()
	simulator.fail({ effect: 'hangCapture', status: 'Running' })
	const jobId = await runner.start('capture', JSON.stringify(request))
	await runner.untilJob(jobId, 'Running')
	while (!simulator.requests.some(({ operation }) => operation === 'getCaptureStatus'))
		await new Promise((resolve) => setImmediate(resolve))
	equal((await runner.manage(`/jobs/${jobId}/stop`, { method: 'POST' })).status, 200)
	equal((await runner.untilJob(jobId)).properties.status, 'Stopped')
	match(await shown(runner, jobId, 'Warning'), /The job was stopped, and packet capture 'pc01' with it\./)
	deepEqual([simulator.capture('pc01').status, calls({ simulator }).slice(-2)], ['Stopped', stopped])
})

async function check(
	{ title, webhook = 'capture', body, fault, before, status = 'Completed', shows, ...expected }: Case,
	runner: Runner,
	simulator: Simulator,
) {
	simulator.reset()
	before?.(simulator)
	if (fault) simulator.fail(fault)
	const jobId = await runner.start(webhook, JSON.stringify(body))
	const { properties } = await runner.untilJob(jobId)
	equal(properties.status, status, `${title}: ${properties.exception}`)
	deepEqual(calls({ simulator }), expected.calls, title)
	const { exception, ...streams } = shows
	if (exception !== undefined) contains(properties.exception ?? '', exception, title)
	for (const [name, text] of Object.entries(streams)) contains(await shown(runner, jobId, name), text, title)
	doesNotMatch(JSON.stringify([properties, await runner.streams(jobId)]), /[?&]s=|Bearer |simulator\.[0-9a-f]/, title)
}

function contains(text: string, part: string, title: string): void {
	equal(text.includes(part), true, `${title}: ${part} is not in ${text}`)
}

/** The texts of one stream, one a line. */
async function shown(runner: Runner, jobId: string, name: string): Promise<string> {
	if (name === 'Output') return runner.output(jobId)
	const records = (await runner.streams(jobId)).filter(({ properties }) => properties.streamType === name)
	return records.map(({ properties }) => properties.summary).join('\n')
}

test.run()
