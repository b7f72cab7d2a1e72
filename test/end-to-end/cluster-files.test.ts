import assert from 'node:assert/strict'
import { test } from 'uvu'
import { account } from '../support/account.ts'
import { newDatabase } from '../support/postgres-place.ts'
import { whyNoPostgres } from '../support/postgres-server.ts'
import { runbookText } from '../support/runbook-text.ts'
import { type Runner, startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const reason = whyNoPostgres()
/** Tests that need a server. */
const served = reason ? (name: string) => test.skip(`${name} (${reason})`) : test

const runbooks = { greets: runbookText(`output('Hello!')`) }

served(
	'a webhook of webhooks.json is issued once by all runners, and one that another came after is not applied; runbooks are not changed',
	async () => {
		const a = { name: 'a', runbook: 'greets', rateLimit: { calls: 2, seconds: 3_600 } }
		const settings = { runbooks, webhooks: [a], environment: { RUNHOOK_DATABASE_URL: await newDatabase() } }
		const [first, second] = await Promise.all([startRunner(settings), startRunner(settings)])
		await using one = first
		await using two = second
		const issued = [...one.printed, ...two.printed].filter((line) => line.startsWith('Webhook '))
		assert.deepEqual(
			issued.map((line) => line.split(':')[0]),
			['Webhook a'],
		)
		const { pathname, search } = new URL((one.printed.some((line) => line.startsWith('Webhook ')) ? one : two).webhookUrl('a'))
		const answers = [one, two, one, two].map((runner) => fetch(runner.url + pathname + search, { method: 'POST' }))
		assert.deepEqual((await Promise.all(answers)).map(({ status }) => status).sort(), [202, 202, 429, 429])
		const names = async (runner: Runner) => {
			const listed = (await (await runner.manage(`${account}/webhooks?api-version=2023-11-01`)).json()) as { value: { name: string }[] }
			return listed.value.map(({ name }) => name)
		}
		const b = { name: 'b', runbook: 'greets' }
		two.writeWebhooks([b])
		await until('the newer file is applied', async () => (await names(one)).join() === 'b')
		await one.end('SIGTERM')
		await one.restart()
		assert.deepEqual(await names(one), ['b'])
		assert.ok(one.logged.some((line) => line.includes('Another runner has applied a newer webhooks.json')))
		const draft = await one.manage(`${account}/runbooks/greets/draft/content?api-version=2023-11-01`, { method: 'PUT', body: 'x' })
		const refusal = (await draft.json()) as { message: string }
		assert.deepEqual([draft.status, refusal.message], [409, 'Runbooks are deployed with the program on a cluster.'])
		one.writeWebhooks([b, { name: 'c', runbook: 'greets' }])
		await until('the newest file is applied', async () => (await names(two)).join() === 'b,c')
	},
)

test.run()
