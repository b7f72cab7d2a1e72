import { doesNotMatch, equal, ok } from 'node:assert/strict'
import { ComputeManagementClient } from '@azure/arm-compute'
import { test } from 'uvu'
import { openAnswers, openAzure, subscriptionId } from './simulated-azure.ts'

const group = 'rg-runbooks'

for (const retryAfter of ['3600', new Date(Date.now() + 3_600_000).toUTCString()]) {
	test(`an operation is asked after in time, though Azure asks to wait until ${retryAfter.length > 4 ? 'a date' : 'an hour has passed'}`, async () => {
		let polls = 0
		await using arm = await openAnswers(({ path, url }) => {
			if (path.endsWith('/start')) return { status: 202, headers: { 'azure-asyncoperation': `${url}/operations/1?api-version=2024-01-01` } }
			polls += 1
			return { status: 200, headers: { 'retry-after': retryAfter }, body: { status: polls > 1 ? 'Succeeded' : 'InProgress' } }
		})
		const azure = arm.azure.with({ throttleWaitSeconds: 1 })
		const { virtualMachines } = azure.client(ComputeManagementClient, subscriptionId)
		await azure.wait((options) => virtualMachines.start(group, 'vm01', options), AbortSignal.timeout(20_000))
		ok(polls > 1)
	})
}

test('a page instead of JSON is a failure', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'html', operation: 'start' })
	const { virtualMachines } = all.azure.client(ComputeManagementClient, subscriptionId)
	const error = await all.azure.wait((options) => virtualMachines.start(group, 'vm01', options)).catch((thrown: unknown) => thrown)
	equal(all.azure.failure(error).code, 'UnexpectedAnswer')
})

test('a request without an answer in time is no abort', async () => {
	await using arm = await openAnswers(() => 'never')
	const { virtualMachines } = arm.azure.client(ComputeManagementClient, subscriptionId)
	const asking = virtualMachines.instanceView(group, 'vm01', { requestOptions: { timeout: 50 } })
	const failure = arm.azure.failure(await asking.catch((error: unknown) => error))
	equal(JSON.stringify(failure), JSON.stringify({ code: 'RequestTimeout', message: 'Azure did not answer within 0.05 s.' }))
})

test('a poll link to another host is not followed', async () => {
	const signed = 'http://127.0.0.2:9/operations/1?api-version=2024-01-01&s=signature'
	await using arm = await openAnswers(() => ({ status: 202, headers: { 'azure-asyncoperation': signed } }))
	const { virtualMachines } = arm.azure.client(ComputeManagementClient, subscriptionId)
	const error = await arm.azure.wait((options) => virtualMachines.start(group, 'vm01', options)).catch((thrown: unknown) => thrown)
	equal(arm.azure.failure(error).message, 'A link to another host was not followed: 127.0.0.2:9.')
})

test('a further page on another host is not followed', async () => {
	await using arm = await openAnswers(() => ({ status: 200, body: { value: [], nextLink: 'https://elsewhere.example/page?token=secret' } }))
	const list = arm.azure.client(ComputeManagementClient, subscriptionId).virtualMachines.listAll()
	const error = await list.next().catch((thrown: unknown) => thrown)
	equal(arm.azure.failure(error).code, 'ForeignHost')
	doesNotMatch(String(error), /secret/)
})

test.run()
