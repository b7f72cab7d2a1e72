import assert from 'node:assert/strict'
import type { AutomationModels } from '@azure/arm-automation'
import { test } from 'uvu'
import { type AzureAccount, readPlace } from '../../../runbooks/lib/azure-job/azure-account.ts'
import { azureJobName } from '../../../runbooks/lib/azure-job/azure-job.ts'
import { jobValues } from '../../../runbooks/lib/azure-job/job-values.ts'
import { StreamRelay, writeRecord } from '../../../runbooks/lib/azure-job/relay-streams.ts'
import { ReceivedWebhookData } from '../../../src/runbooks/received-webhook-data.ts'

/** What a record of Azure is written as. */
function written(record: AutomationModels.JobStream): unknown[] {
	const lines: unknown[] = []
	const to = (name: string) => (value: unknown) => void lines.push(name, value)
	const streams = {
		output: to('output'),
		warning: to('warning'),
		error: to('error'),
		verbose: to('verbose'),
		debug: to('debug'),
		progress: to('progress'),
	}
	writeRecord(streams, record)
	return lines
}

test('the job in Azure has the same name whenever a job runs, another for each job, and a GUID', () => {
	const name = azureJobName('0198c2a0-0000-7000-8000-000000000001')
	assert.equal(azureJobName('0198c2a0-0000-7000-8000-000000000001'), name)
	assert.notEqual(azureJobName('0198c2a0-0000-7000-8000-000000000002'), name)
	assert.match(name, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('records are written to the stream of their name: PowerShell as its text, JSON as it is', () => {
	const table: [AutomationModels.JobStream, unknown[]][] = [
		[{ streamType: 'Output', streamText: 'Hello\r\n', value: { value: 'Hello' } }, ['output', 'Hello']],
		[{ streamType: 'Output', streamText: '28\r\n', value: { value: 28 } }, ['output', 28]],
		[{ streamType: 'Output', streamText: 'Name : vm\r\n\r\n', value: { Name: 'vm', PSComputerName: 'x' } }, ['output', 'Name : vm\r\n']],
		[{ streamType: 'Output', summary: 'short' }, ['output', 'short']],
		[{ streamType: 'Warning', streamText: 'Mind.\r\n' }, ['warning', 'Mind.']],
		[{ streamType: 'Error', streamText: 'a\r\nb\r\n' }, ['error', 'a\r\nb']],
		[{ streamType: 'Verbose', streamText: 'v' }, ['verbose', 'v']],
		[{ streamType: 'Debug', streamText: 'd' }, ['debug', 'd']],
		[
			{ streamType: 'Progress', value: { Activity: 'Copy', StatusDescription: 'two', PercentComplete: -1 } },
			['progress', { activity: 'Copy', status: 'two' }],
		],
		[
			{ streamType: 'Progress', value: { value: { activity: 'Copy', percentComplete: 50 } } },
			['progress', { activity: 'Copy', percentComplete: 50 }],
		],
		[{ streamType: 'Progress', streamText: 'Loading' }, ['progress', { activity: 'Loading' }]],
	]
	for (const [record, expected] of table) assert.deepEqual(written(record), expected, JSON.stringify(record))
})

test('each record is written once, in order, and one that Azure shows late is written too, unless a runner ended in between', async () => {
	const shown: AutomationModels.JobStream[] = []
	const filters: (string | undefined)[] = []
	const jobStream = {
		async listByJob(_group: string, _account: string, _job: string, { filter }: { filter?: string }) {
			filters.push(filter)
			return shown.map(({ jobStreamId }) => ({ jobStreamId }))
		},
		get: async (_group: string, _account: string, _job: string, id: string) => shown.find(({ jobStreamId }) => jobStreamId === id),
	}
	const account = { azure: { failure: () => ({}) }, client: { jobStream }, names: ['g', 'a'] } as unknown as AzureAccount
	const lines: unknown[] = []
	const output = (value: unknown) => void lines.push(value)
	const streams = { output, warning: output, error: output, verbose: output, debug: output, progress: output }
	let kept = 'x_10'
	const keep = async (lastId: string) => {
		kept = lastId
	}
	const record = (jobStreamId: string, time: string): AutomationModels.JobStream => ({
		jobStreamId,
		streamType: 'Output',
		streamText: jobStreamId,
		time: new Date(time),
	})
	const relay = new StreamRelay('job', streams, { after: kept, keep })
	shown.push(record('x_30', '2026-11-21T12:00:30Z'), record('x_20', '2026-11-21T12:00:20Z'), record('x_10', '2026-11-21T12:00:10Z'))
	await relay.relay(account)
	shown.push(record('x_25', '2026-11-21T12:00:25Z'))
	await relay.relay(account)
	await relay.relay(account, { whole: true })
	assert.deepEqual(lines, ['x_20', 'x_30', 'x_25'])
	assert.deepEqual(filters, [undefined, 'properties/time ge 2026-11-21T11:59:30.000Z', undefined])
	assert.equal(kept, 'x_30')
})

test('values go as texts, and the request to a runbook that declares it', () => {
	const request = new ReceivedWebhookData({ WebhookName: 'w', RequestHeader: {}, RequestBody: 'b' })
	const declared = { Name: { isMandatory: true }, webhookData: { isMandatory: true } }
	const given = { NAME: 'a', list: [1], yes: true, WEBHOOKDATA: 'forged' }
	assert.deepEqual(jobValues(given, { declared, request }), {
		NAME: 'a',
		list: '[1]',
		yes: 'true',
		webhookData: '{"WebhookName":"w","RequestHeader":{},"RequestBody":"b"}',
	})
	assert.deepEqual(jobValues({ name: 'a' }, { declared: { Name: {} }, request }), { name: 'a' })
	assert.throws(() => jobValues({}, { declared, request: undefined }), /no value: 'Name', 'webhookData'\.$/)
})

test('names are checked, and the subscription may come from the environment', () => {
	const subscriptionId = '11111111-1111-1111-1111-111111111111'
	const given = { ResourceGroupName: 'rg', AutomationAccountName: 'account', RunbookName: 'Deploy' }
	assert.deepEqual(readPlace(given, { AZURE_SUBSCRIPTION_ID: subscriptionId }), {
		subscriptionId,
		names: ['rg', 'account'],
		runbookName: 'Deploy',
		runOn: undefined,
	})
	assert.throws(() => readPlace(given, {}), /^Error: The subscription is unknown/)
	assert.throws(() => readPlace(given, { AZURE_SUBSCRIPTION_ID: 'x' }), /^Error: AZURE_SUBSCRIPTION_ID is not a subscription id: x$/)
	assert.throws(() => readPlace({ ...given, SubscriptionId: subscriptionId, RunOn: 'a/b' }, {}), /^Error: RunOn is not the name/)
})

test.run()
