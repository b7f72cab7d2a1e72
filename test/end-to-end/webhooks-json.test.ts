import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { hashToken } from '../../src/access/token.ts'
import { runnerFolder, runToEnd } from '../support/run-to-end.ts'
import { type Runner, startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const greet = `import { defineRunbook, z } from 'runhook'
export default defineRunbook({
	parameters: z.object({ name: z.string() }),
	run: ({ parameters, output }) => output(\`Hello, \${parameters.name}!\`),
})`
const expiryTime = '2035-12-31T00:00:00Z'
const ada = { name: 'ada', runbook: 'greet', parameters: { name: 'Ada' } }

/** Waits until a line of the log says all of this, from a given line on. */
function untilLogged(runner: Runner, from: number, ...words: string[]): Promise<string> {
	return until(`${words.join(', ')} is logged`, () => runner.logged.slice(from).find((line) => words.every((word) => line.includes(word))))
}

test('a file with a fault stops the start with the place of the fault', async () => {
	const file = (entry: Record<string, unknown>) =>
		JSON.stringify({
			webhooks: [
				{ expiryTime, ...ada },
				{ expiryTime, ...ada, name: 'eve', ...entry },
			],
		})
	using folder = runnerFolder({ greet }, '')
	const table: [string, RegExp][] = [
		['{ "webhooks": [', /webhooks\.json has a fault\. It is not JSON: .+\.\n$/],
		[file({ token: 'mine' }), /has a fault\. webhooks\[1\] \("eve"\): has no member 'token'; allowed are name, .+\.\n$/],
		[file({ runbook: 'gone' }), /has a fault\. webhooks\[1\]\.runbook \("eve"\): there is no runbook 'gone'; there are greet\.\n$/],
		[file({ parameters: {} }), /has a fault\. webhooks\[1\]\.parameters \("eve"\): Parameter 'name' is mandatory and has no value\.\n$/],
	]
	for (const [text, sentence] of table) {
		writeFileSync(join(folder.path, 'webhooks.json'), text)
		const { code, printed, logged } = await runToEnd(folder.path, { RUNHOOK_ADMIN_TOKEN: 'sixteen-letters!', RUNHOOK_LOG_LEVEL: 'warn' })
		// What was under way when the start was given up is no fault of a runbook.
		assert.doesNotMatch(logged, /cannot be loaded/)
		assert.deepEqual([code, printed], [1, ''], logged)
		assert.match(logged, sentence)
	}
})

test('entries that come, change and go are followed while the runner runs', async () => {
	await using runner = await startRunner({ runbooks: { greet }, webhooks: [ada] })
	const adaUrl = runner.webhookUrl('ada')
	const printed = () => runner.printed.filter((line) => line.startsWith('Webhook '))
	assert.equal(printed().length, 1)

	runner.writeWebhooks([ada, { ...ada, name: 'bob', parameters: { name: 'Bob' } }])
	await until('the URL of the new entry is printed', () => printed().length === 2)
	const jobId = await runner.start('bob')
	await runner.untilJob(jobId, 'Completed')
	assert.equal(await runner.output(jobId), 'Hello, Bob!\n')

	runner.writeWebhooks([
		{ ...ada, isEnabled: false },
		{ ...ada, name: 'bob', parameters: { name: 'Bob' } },
	])
	await until('it is switched off', async () => (await runner.call('ada')).status === 400)
	runner.writeWebhooks([ada])
	await until('it is switched on', async () => (await runner.call('ada')).status === 202)
	const gone = await until('the other one is deleted', async () => {
		const response = await runner.call('bob')
		return response.status === 404 && response
	})
	assert.deepEqual(await gone.json(), { code: 'WebhookNotFound', message: 'The webhook was deleted.' })

	const bobUrl = runner.webhookUrl('bob')
	runner.writeWebhooks([ada, { ...ada, name: 'bob' }])
	await until('the entry that came back has a URL of its own', () => printed().length === 3)
	assert.notEqual(runner.webhookUrl('bob'), bobUrl)
	assert.equal((await fetch(bobUrl, { method: 'POST' })).status, 404)
	assert.equal(runner.webhookUrl('ada'), adaUrl)
})

test('what is fixed once a URL was issued is refused by a line in the log, and stays as it was', async () => {
	await using runner = await startRunner({ runbooks: { greet, other: greet }, webhooks: [ada] })
	const changes = { runbook: 'other', expiryTime: '2034-12-31T00:00:00Z', parameters: { name: 'Eve' }, tokenHash: hashToken('mine') }
	for (const [member, value] of Object.entries(changes)) {
		const before = runner.logged.length
		runner.writeWebhooks([{ ...ada, [member]: value }])
		await untilLogged(runner, before, 'was refused', '"webhookName":"ada"', `'${member}' is fixed since its URL was issued`)
	}
	const jobId = await runner.start('ada')
	await runner.untilJob(jobId, 'Completed')
	assert.equal(await runner.output(jobId), 'Hello, Ada!\n')
	assert.equal((await fetch(`${runner.url}/webhooks?token=mine`, { method: 'POST' })).status, 400)
})

test('an entry with a tokenHash prints nothing and works with that token, which is used once for ever', async () => {
	const own = { ...ada, name: 'own', tokenHash: hashToken('a token+of/my own') }
	const url = '/webhooks?token=a%20token+of%2Fmy own'
	await using runner = await startRunner({ runbooks: { greet }, webhooks: [own] })
	const call = async () => (await fetch(runner.url + url, { method: 'POST' })).status
	assert.deepEqual(runner.printed, [`Listening on ${runner.url}`])
	assert.equal(await call(), 202)

	const renamed = runner.logged.length
	runner.writeWebhooks([{ ...own, name: 'renamed' }])
	await untilLogged(runner, renamed, '"webhookName":"renamed"', 'Its tokenHash was used before')
	assert.equal(await call(), 404)
	await runner.end('SIGTERM')
	const restarted = runner.logged.length
	await runner.restart()
	await untilLogged(runner, restarted, '"webhookName":"renamed"', 'Its tokenHash was used before')
	assert.equal(await call(), 404)
	assert.deepEqual(runner.printed, [`Listening on ${runner.url}`])
})

test('a fault while the runner runs is logged with its place, and the last good file stays in force', async () => {
	await using runner = await startRunner({ runbooks: { greet }, webhooks: [ada] })
	const faults: [string, string][] = [
		['{', 'It is not JSON'],
		['{"webhooks":[{"name":"ada"}]}', 'webhooks[0].runbook (\\"ada\\")'],
		[JSON.stringify({ webhooks: [{ expiryTime, name: 'new', runbook: 'gone' }] }), "there is no runbook 'gone'"],
	]
	for (const [text, place] of faults) {
		const before = runner.logged.length
		writeFileSync(join(runner.folder, 'webhooks.json'), text)
		await untilLogged(runner, before, 'the last good one stays in force', place)
		assert.equal((await runner.call('ada')).status, 202, text)
	}
	runner.writeWebhooks([ada, { ...ada, name: 'bob' }])
	await until('the mended file is followed', () => runner.printed.some((line) => line.startsWith('Webhook bob: ')))
	assert.equal((await runner.call('bob')).status, 202)
})

test.run()
