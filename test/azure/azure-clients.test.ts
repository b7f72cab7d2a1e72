import { equal, match, notEqual, ok, rejects, throws } from 'node:assert/strict'
import { ComputeManagementClient } from '@azure/arm-compute'
import { NetworkManagementClient } from '@azure/arm-network'
import { test } from 'uvu'
import { azureForJob } from '../../src/azure/azure-clients.ts'
import { openAnswers, openAzure, subscriptionId } from './simulated-azure.ts'

const group = 'rg-runbooks'

test('a client reaches the simulator over http with the identity of the simulator', async () => {
	await using all = await openAzure()
	const view = await all.azure.client(ComputeManagementClient, subscriptionId).virtualMachines.instanceView(group, 'vm03')
	equal(view.statuses?.at(-1)?.code, 'PowerState/running')
	equal(process.env.IDENTITY_ENDPOINT, `${all.simulator.url}/msi/token`)
})

test('all clients of a job share one token', async () => {
	await using all = await openAzure()
	const { virtualMachines } = all.azure.client(ComputeManagementClient, subscriptionId)
	await virtualMachines.instanceView(group, 'vm01')
	await Promise.all(['vm01', 'vm02', 'vm03'].map((name) => virtualMachines.instanceView(group, name)))
	await all.azure.failure(await virtualMachines.get('nope', 'nope').catch((error: unknown) => error))
	equal(all.simulator.requests.filter(({ operation }) => operation === 'token').length, 1)
})

test('there is one client per class and subscription', async () => {
	await using all = await openAzure()
	const client = all.azure.client(ComputeManagementClient, subscriptionId)
	equal(all.azure.client(ComputeManagementClient, subscriptionId.toUpperCase()), client)
	notEqual(all.azure.client(ComputeManagementClient, subscriptionId.replaceAll('1', '2')), client)
	ok(all.azure.client(NetworkManagementClient, subscriptionId) instanceof NetworkManagementClient)
})

test("under other terms there is the same identity, and another signal in the place of the job's", async () => {
	await using all = await openAzure()
	await all.azure.client(ComputeManagementClient, subscriptionId).virtualMachines.instanceView(group, 'vm01')
	all.job.abort()
	const cleanUp = new AbortController()
	const azure = all.azure.with({ signal: cleanUp.signal })
	const { virtualMachines } = azure.client(ComputeManagementClient, subscriptionId)
	await azure.wait((options) => virtualMachines.deallocate(group, 'vm03', options))
	equal(all.simulator.vm('vm03').powerState, 'deallocated')
	equal(all.simulator.requests.filter(({ operation }) => operation === 'token').length, 1)
	cleanUp.abort()
	await rejects(virtualMachines.instanceView(group, 'vm01'), { name: 'AbortError' })
})

test('a runbook may have less patience with throttling than others', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'throttle', vm: 'vm01', retryAfterSeconds: 2 })
	const azure = all.azure.with({ throttleWaitSeconds: 1 })
	const { virtualMachines } = azure.client(ComputeManagementClient, subscriptionId)
	const failure = azure.failure(await virtualMachines.instanceView(group, 'vm01').catch((error: unknown) => error))
	equal(failure.message, 'Azure throttles this subscription (HighCostGet30Min): retry after 2 s.')
	equal(all.simulator.requests.filter(({ operation }) => operation === 'instanceView').length, 1)
})

test('a malformed subscription id is refused before any request', async () => {
	await using all = await openAzure()
	throws(() => all.azure.client(ComputeManagementClient, '../x'), /^Error: subscriptionId is not a subscription id: \.\.\/x$/)
	equal(all.simulator.requests.length, 0)
})

test('an endpoint that cannot be used fails only the jobs that use Azure', () => {
	const azure = azureForJob({
		endpoint: 'http://azure.example',
		principal: null,
		signal: new AbortController().signal,
		environment: {},
		verbose: () => undefined,
	})
	throws(() => azure.client(ComputeManagementClient, subscriptionId), /must be an https URL, or http on this machine/)
})

test('wait gives the result of an operation that succeeded', async () => {
	await using all = await openAzure()
	const { virtualMachines } = all.azure.client(ComputeManagementClient, subscriptionId)
	await all.azure.wait((options) => virtualMachines.start(group, 'vm01', options))
	equal(all.simulator.vm('vm01').powerState, 'running')
})

test('wait rejects with what Azure said about an operation that failed', async () => {
	await using all = await openAzure()
	const { virtualMachines } = all.azure.client(ComputeManagementClient, subscriptionId)
	const error = await all.azure.wait((options) => virtualMachines.start(group, 'vm-fail', options)).catch((thrown: unknown) => thrown)
	equal(all.azure.failure(error).code, 'AllocationFailed')
	match(all.azure.failure(error).message, /^Allocation failed\. We do not have sufficient capacity/)
})

test('a failed operation keeps the outer code and message, where the client gives the innermost', async () => {
	const error = { code: 'OuterCode', message: 'Outer message.', innererror: { code: 'InnerCode', message: 'Inner message.' } }
	await using arm = await openAnswers(({ path, url }) =>
		path.endsWith('/start')
			? { status: 202, headers: { 'azure-asyncoperation': `${url}/operations/1?api-version=2024-01-01&s=signature` } }
			: { status: 200, body: { status: 'Failed', error } },
	)
	const { virtualMachines } = arm.azure.client(ComputeManagementClient, subscriptionId)
	const thrown = await arm.azure.wait((options) => virtualMachines.start(group, 'vm01', options)).catch((failure: unknown) => failure)
	equal(arm.azure.failure(thrown).code, 'OuterCode')
	equal(arm.azure.failure(thrown).message, 'Outer message.')
})

test('an aborted job ends the wait for an operation at once, whatever the interval', async () => {
	await using all = await openAzure({ pollInterval: 60_000 })
	const { virtualMachines } = all.azure.client(ComputeManagementClient, subscriptionId)
	const waiting = all.azure.wait((options) => virtualMachines.start(group, 'vm-slow', options))
	const poll = until(() => all.simulator.requests.some(({ operation }) => operation === 'poll'))
	await poll
	all.job.abort()
	await rejects(waiting, { name: 'AbortError' })
})

test('a job that was aborted before begins no operation', async () => {
	await using all = await openAzure()
	all.job.abort()
	const { virtualMachines } = all.azure.client(ComputeManagementClient, subscriptionId)
	await rejects(
		all.azure.wait((options) => virtualMachines.start(group, 'vm01', options)),
		{ name: 'AbortError' },
	)
	equal(all.simulator.vm('vm01').powerState, 'deallocated')
})

test('a job whose wait has a signal of its own is aborted all the same', async () => {
	await using all = await openAzure({ pollInterval: 60_000 })
	const { virtualMachines } = all.azure.client(ComputeManagementClient, subscriptionId)
	const waiting = all.azure.wait((options) => virtualMachines.start(group, 'vm-slow', options), new AbortController().signal)
	await until(() => all.simulator.requests.some(({ operation }) => operation === 'poll'))
	// In the pause before the next poll: a request under way would end with the job in any case.
	await new Promise((resolve) => setTimeout(resolve, 200))
	all.job.abort()
	await rejects(waiting, { name: 'AbortError' })
})

test('an own signal ends a wait and leaves the job its other calls', async () => {
	await using all = await openAzure()
	const { virtualMachines } = all.azure.client(ComputeManagementClient, subscriptionId)
	await rejects(
		all.azure.wait((options) => virtualMachines.start(group, 'vm-slow', options), AbortSignal.timeout(50)),
		{ name: 'AbortError' },
	)
	ok(await virtualMachines.instanceView(group, 'vm01'))
})

test('an aborted job ends a list between two pages', async () => {
	await using all = await openAzure({ pageSize: 1 })
	const read = async () => {
		for await (const _ of all.azure.client(ComputeManagementClient, subscriptionId).virtualMachines.listAll()) all.job.abort()
	}
	await rejects(read, { name: 'AbortError' })
	equal(all.simulator.requests.filter(({ operation }) => operation === 'listAll').length, 1)
})

test('an aborted job ends the wait that a throttled request was asked for', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'throttle', operation: 'instanceView', retryAfterSeconds: 100 })
	const asking = all.azure.client(ComputeManagementClient, subscriptionId).virtualMachines.instanceView(group, 'vm01')
	await until(() => all.verboseLines.length > 0)
	all.job.abort()
	await rejects(asking, { name: 'AbortError' })
})

test('an aborted job ends the wait for a token', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'delay', operation: 'token', seconds: 100 })
	const asking = all.azure.client(ComputeManagementClient, subscriptionId).virtualMachines.instanceView(group, 'vm01')
	await until(() => all.simulator.requests.some(({ operation }) => operation === 'token'))
	all.job.abort()
	await rejects(asking, { name: 'AbortError' })
})

test('a throttled request is sent again, and each wait is told', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'throttle', operation: 'instanceView', retryAfterSeconds: 0.001, times: 2 })
	await all.azure.client(ComputeManagementClient, subscriptionId).virtualMachines.instanceView(group, 'vm01')
	equal(all.simulator.requests.filter(({ operation }) => operation === 'instanceView').length, 3)
	equal(all.verboseLines.length, 2)
	match(all.verboseLines[0] ?? '', /^Azure answered 429 to GET \/subscriptions\/[^?]+\/vm01\/instanceView and asks to wait 1 s\.$/)
})

test('a wait above two minutes fails at once and says so', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'throttle', operation: 'instanceView', retryAfterSeconds: 1200 })
	const asking = all.azure.client(ComputeManagementClient, subscriptionId).virtualMachines.instanceView(group, 'vm01')
	const failure = all.azure.failure(await asking.catch((error: unknown) => error))
	const message = 'Azure throttles this subscription (HighCostGet30Min): retry after 1200 s.'
	equal(JSON.stringify(failure), JSON.stringify({ code: 'OperationNotAllowed', statusCode: 429, message }))
})

test('the failure of a list has the text of Azure', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'refuse', operation: 'listAll', status: 409, code: 'SomeCode', message: 'Some text.' })
	const list = all.azure.client(ComputeManagementClient, subscriptionId).virtualMachines.listAll()
	const error = await list.next().catch((thrown: unknown) => thrown)
	equal(JSON.stringify(all.azure.failure(error)), JSON.stringify({ code: 'SomeCode', statusCode: 409, message: 'Some text.' }))
})

test('a proxy is not asked for what is on this machine', async () => {
	process.env.HTTP_PROXY = 'http://127.0.0.1:9'
	try {
		await using all = await openAzure()
		ok(await all.azure.client(ComputeManagementClient, subscriptionId).virtualMachines.instanceView(group, 'vm01'))
	} finally {
		delete process.env.HTTP_PROXY
	}
})

/** Waits until something is so; the time limit of the test run is the limit of this too. */
async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

test.run()
