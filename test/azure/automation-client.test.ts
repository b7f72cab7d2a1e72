import { deepEqual, equal, rejects } from 'node:assert/strict'
import { AutomationClient } from '@azure/arm-automation'
import { test } from 'uvu'
import { openAnswers, type ScriptedAnswer, subscriptionId } from './simulated-azure.ts'

const names = ['rg-runbooks', 'automation'] as const
const job = { name: 'one', properties: { jobId: 'one', status: 'Running' } }

/** The client of a job, of an Azure that answers so; `asked` are the methods and last words of what it was asked. */
async function open(...answers: ScriptedAnswer[]) {
	const asked: string[] = []
	const arm = await openAnswers(({ path }) => {
		asked.push(path.split('/').at(-1)!)
		return answers[Math.min(asked.length, answers.length) - 1]!
	})
	return { ...arm, asked, client: arm.azure.automationClient(AutomationClient, subscriptionId) }
}

test('the official client reaches Azure with the identity of the job; there is one for each subscription', async () => {
	await using all = await open({ status: 200, body: job })
	equal((await all.client.job.get(...names, 'one')).status, 'Running')
	equal(all.azure.automationClient(AutomationClient, subscriptionId.toUpperCase()), all.client)
})

/** What an Azure that answers so was asked, and the failure that came of it. */
async function failureOf(ask: (client: AutomationClient) => Promise<unknown>, ...answers: ScriptedAnswer[]) {
	await using all = await open(...answers)
	const error = await ask(all.client).catch((thrown: unknown) => thrown)
	return { asked: all.asked, failure: error instanceof Error ? all.azure.failure(error) : undefined }
}
const get = (client: AutomationClient) => client.job.get(...names, 'one')
const create = (client: AutomationClient) => client.job.create(...names, 'one', {})

test('what only reads is sent again, what starts something is not', async () => {
	const read = await failureOf(get, { status: 503, headers: { 'retry-after': '0' } }, { status: 200, body: job })
	deepEqual(read, { asked: ['one', 'one'], failure: undefined })
	const started = await failureOf(create, { status: 503, body: { code: 'ServiceUnavailable', message: 'Not now.' } })
	deepEqual(started.asked, ['one'])
	equal(started.failure?.message, 'Azure had an internal error: ServiceUnavailable Not now.')
})

test('a request that was turned away is sent again after the wait that Azure asks for, and never after a long one', async () => {
	const soon = await failureOf(create, { status: 429, headers: { 'retry-after': '0' } }, { status: 201, body: job })
	deepEqual(soon, { asked: ['one', 'one'], failure: undefined })
	const slow = { code: 'TooManyRequests', message: 'Slow.' }
	const late = await failureOf(get, { status: 429, headers: { 'retry-after': '1200' }, body: slow })
	deepEqual(late.asked, ['one'])
	equal(late.failure?.message, 'Azure throttles this subscription: retry after 1200 s.')
})

test('what Azure refuses has its code and its words', async () => {
	const refused = await failureOf(get, { status: 404, body: { error: { code: 'ResourceNotFound', message: 'There is no such job.' } } })
	deepEqual(refused.failure, { code: 'ResourceNotFound', statusCode: 404, message: 'There is no such job.' })
	const page = await failureOf(get, { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' })
	equal(page.failure?.code, 'UnexpectedAnswer')
})

test('a link to another host is not followed', async () => {
	await using all = await open({ status: 200, body: { value: [], nextLink: 'http://127.0.0.2:9/next' } })
	const list = await all.client.jobStream.listByJob(...names, 'one')
	const error = await all.client.jobStream.listByJobNext(list.nextLink!).catch((thrown: unknown) => thrown)
	equal(all.azure.failure(error).message, 'A link to another host was not followed: 127.0.0.2:9.')
})

test('an aborted signal ends a request, and the wait before the next one', async () => {
	for (const answer of ['never', { status: 503, headers: { 'retry-after': '60' } }] as const) {
		await using all = await open(answer)
		const stop = new AbortController()
		const client = all.azure.with({ signal: stop.signal }).automationClient(AutomationClient, subscriptionId)
		const asking = client.job.get(...names, 'one')
		const expected = rejects(asking, { name: 'AbortError' })
		while (all.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
		stop.abort()
		await expected
	}
})

test.run()
