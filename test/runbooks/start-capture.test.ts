import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'uvu'
import { openAzure } from '../azure/simulated-azure.ts'
import { calls, captureWith, machineId, request, runStartCapture, storageId } from './run-start-capture.ts'

const created = ['createCapture 201', 'createCapture.poll 200 ×2', 'getCapture 200']
const plain = ['listCaptures 200', ...created, 'getCaptureStatus 200 ×3', 'getCapture 200']

test('a run that no webhook started fails without a call', async () => {
	await using all = await openAzure()
	const run = await runStartCapture(all, { WebhookData: null })
	equal(run.exception, 'Runbook meant to be started only from webhook.')
	deepEqual([run.outputs, calls(all)], [[], []])
})

for (const [body, message, errors = []] of [
	['', 'WebhookData.RequestBody is empty.'],
	['<xml>', 'WebhookData.RequestBody is not JSON: <xml>'],
	['{"targetVM":".."}', /^Input is incomplete: subscriptionId, .*, storageID, targetVM$/, ['targetVM is not an ARM id: ..']],
	['null', /^Input is incomplete: subscriptionId, /],
	[{ ...request, packetCaptureName: '..' }, 'Input is incomplete: packetCaptureName', ['packetCaptureName is not a resource name: ..']],
	[{ ...request, timeLimit: 20_000 }, 'timeLimit must be between 0 and 18000 seconds: 20000'],
] as [unknown, string | RegExp, string[]?][]) {
	test(`the body ${JSON.stringify(body).slice(0, 40)} fails the job without a call`, async () => {
		await using all = await openAzure()
		const run = await captureWith(all, body)
		match(run.exception ?? '', message instanceof RegExp ? message : new RegExp(`^${message.replace(/[.$]/g, '\\$&')}$`))
		deepEqual([run.outputs, calls(all), run.errors], [[], [], errors])
	})
}

test('a request that was encoded twice is read as what it holds', async () => {
	await using all = await openAzure()
	const run = await captureWith(all, JSON.stringify(JSON.stringify(request)), { WaitForEnd: false })
	deepEqual([run.exception, run.reports[0]?.name], [undefined, 'pc01'])
})

test('a request is captured from its first line to its report', async () => {
	await using all = await openAzure()
	const run = await captureWith(all, request)
	deepEqual([run.exception, run.warnings, run.errors], [undefined, [], []])
	deepEqual(calls(all), plain)
	const [report] = run.reports
	const path = `https://captures01.blob.core.windows.net/network-watcher-logs${machineId('vm03').toLowerCase()}/`
	deepEqual(run.lines, [
		`subscriptionId: ${request.subscriptionId} networkWatcherResourceGroup: NetworkWatcherRG networkWatcherName: NetworkWatcher_eastus ` +
			`packetCaptureName: pc01 storageID: ${storageId} timeLimit: 60 targetVM: ${machineId('vm03')}`,
		`Packet Capture successfully created and will upload to StoragePath: ${report?.storagePath}`,
	])
	match(String(report?.storagePath), new RegExp(`^${path.replaceAll('.', '\\.')}\\d{4}/\\d\\d/\\d\\d/packetcapture_[\\d_]+\\.cap$`))
	match(String(report?.captureStartTime), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
	const { storagePath, captureStartTime, elapsedSeconds, ...rest } = report ?? {}
	deepEqual(rest, {
		name: 'pc01',
		id: `/subscriptions/${request.subscriptionId}/resourceGroups/NetworkWatcherRG/providers/Microsoft.Network/networkWatchers/NetworkWatcher_eastus/packetCaptures/pc01`,
		targetVM: machineId('vm03'),
		filePath: null,
		status: 'Stopped',
		stopReason: 'TimeExceeded',
		errors: [],
		timedOut: false,
	})
	equal(run.progress.at(-1)?.percentComplete, 100)
	match(run.progress.find(({ status }) => status?.startsWith('Running'))?.status ?? '', /^Running, \d+ of at most 60 s$/)
})

test('Azure is sent what was given and nothing else', async () => {
	await using all = await openAzure()
	const body = async (given: unknown, values: Record<string, unknown> = {}) => {
		all.simulator.reset()
		await captureWith(all, given, values)
		return all.simulator.requests.find(({ operation }) => operation === 'createCapture')?.body
	}
	deepEqual(await body({ ...request, timeLimit: undefined }), {
		properties: { target: request.targetVM, storageLocation: { storageId } },
	})
	const { storageID, ...without } = request
	const filePath = '/var/captures/pc01.cap'
	const Filters = [{ protocol: 'TCP', localIPAddress: '10.0.0.4', remotePort: '443;8443' }]
	const values = { FilePath: filePath, BytesPerPacket: 0, TotalBytes: 1000, Filters }
	deepEqual(await body({ ...without, TIMELIMIT: '60' }, values), {
		properties: {
			target: request.targetVM,
			storageLocation: { filePath },
			timeLimitInSeconds: 60,
			bytesToCapturePerPacket: 0,
			totalBytesPerSession: 1000,
			filters: Filters,
		},
	})
})

test('a capture into a file says where that is', async () => {
	await using all = await openAzure()
	const { storageID, ...without } = request
	const run = await captureWith(all, without, { FilePath: '/var/captures/pc01.cap' })
	equal(run.lines.at(-1), 'Packet Capture successfully created and will write to /var/captures/pc01.cap on the VM')
	deepEqual([run.reports[0]?.storagePath, run.reports[0]?.filePath], [null, '/var/captures/pc01.cap'])
})

test('without waiting for the end the job ends with the beginning', async () => {
	await using all = await openAzure()
	const run = await captureWith(all, request, { WaitForEnd: false })
	deepEqual(calls(all), ['listCaptures 200', ...created])
	deepEqual([run.reports[0]?.status, run.reports[0]?.stopReason, run.exception], ['Started', null, undefined])
})

for (const [parameter, value] of [
	['FilePath', '/tmp/pc01.cap'],
	['FilePath', '/var/captures/../x.cap'],
	['FilePath', '/var/captures/pc01.pcap'],
	['Filters', [{ protocol: 'ICMP' }]],
	['Filters', [{ localIP: '10.0.0.4' }]],
	['Filters', [{ localPort: '80-85;90' }]],
	['Filters', [{ localIPAddress: '10.0.0.4,10.0.0.5' }]],
	['OnConflict', 'ignore'],
	['PacketCaptureLimit', 0],
	['NotifyUrl', 'file:///etc/passwd'],
	['NotifyUrl', 'https://ada:secret@example.com/'],
	['NotifyUrl', 'https://ada@example.com/'],
	['NotifyUrl', 'https://[/'],
] as const) {
	test(`the parameter ${parameter} cannot be ${JSON.stringify(value)}`, async () => {
		await using all = await openAzure()
		const error = await captureWith(all, request, { [parameter]: value }).catch((thrown: Error) => thrown)
		match((error as Error).message, /^The parameters were refused/)
	})
}

for (const value of ['80', '80-85', '80;443', '80;443;']) {
	test(`a filter takes the ports ${value}`, async () => {
		await using all = await openAzure()
		equal((await captureWith(all, request, { Filters: [{ localPort: value }], WaitForEnd: false })).exception, undefined)
	})
}

test('a webhook for one subscription captures in no other', async () => {
	await using all = await openAzure()
	const other = '33333333-3333-3333-3333-333333333333'
	const values = { SubscriptionId: other }
	const text = `VM 'vm03' is in subscription ${request.subscriptionId}, which this webhook may not use: list it in AllowedSubscriptions.`
	const refused = await captureWith(all, request, values)
	deepEqual([refused.exception, calls(all)], [text, []])
	// What was asked for is told before it is refused.
	match(refused.lines[0] ?? '', /^subscriptionId: .* targetVM: /)
	const allowed = { ...values, AllowedSubscriptions: [request.subscriptionId.toUpperCase()] }
	equal((await captureWith(all, request, allowed)).exception, undefined)
	all.simulator.reset()
	match((await captureWith(all, request, { AllowedSubscriptions: [other] })).exception ?? '', /which this webhook may not use/)
	deepEqual(calls(all), [])
})

test.run()
