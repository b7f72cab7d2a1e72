import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'uvu'
import { runnerFolder, runToEnd } from '../support/run-to-end.ts'
import { startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const hello = `import { defineRunbook } from 'runhook'
export default defineRunbook({ run: ({ output }) => output('Hello!') })`
const waits = `import { defineRunbook } from 'runhook'
export default defineRunbook({ run: ({ output }) => { output('waits'); return new Promise(() => setInterval(() => 0, 1000)) } })`
const webhooks = JSON.stringify({ webhooks: [{ name: 'hello', runbook: 'hello', expiryTime: '2035-12-31T00:00:00Z' }] })

test('the first start prints token, URLs, address and a trial in this order; a restart prints the address, and all of it still works', async () => {
	await using runner = await startRunner({
		runbooks: { hello },
		webhooks: [
			{ name: 'one', runbook: 'hello' },
			{ name: 'two words', runbook: 'hello' },
		],
		environment: { RUNHOOK_ADMIN_TOKEN: '', RUNHOOK_LOG_FORMAT: 'text' },
	})
	await until('the last line is printed', () => runner.printed.length >= 5)
	const [tokenLine = '', ...others] = runner.printed
	const token = /^Management token: ([\w-]{43})$/.exec(tokenLine)![1]!
	const [one, two] = [runner.webhookUrl('one'), runner.webhookUrl('two words')]
	assert.match(runner.url, /^http:\/\/127\.0\.0\.1:\d+$/)
	assert.deepEqual(others, [
		`Webhook one: ${one}`,
		`Webhook two words: ${two}`,
		`Listening on ${runner.url}`,
		`Try: curl -sS -H 'Content-Type: application/json' -d '{"name":"Ada"}' '${one}'`,
	])
	const jobId = await runner.start('one')
	const read = () => fetch(`${runner.url}/jobs/${jobId}`, { headers: { authorization: `Bearer ${token}` } })
	assert.equal((await read()).status, 200)
	assert.deepEqual(await runner.end('SIGTERM'), { code: 0, signal: null })

	await runner.restart()
	assert.deepEqual(runner.printed, [`Listening on ${runner.url}`])
	for (const name of ['one', 'two words']) assert.equal((await runner.call(name)).status, 202)
	assert.equal((await read()).status, 200)
	assert.deepEqual(await runner.end('SIGINT'), { code: 0, signal: null })
	const issued = [token, ...[one, two].map((url) => new URL(url).searchParams.get('token')!)]
	assert.deepEqual(
		runner.logged.filter((line) => issued.some((secret) => line.includes(secret))),
		[],
	)
})

test('a public URL with a path prefix is in the URLs that are given out, routes stay at the root, and a misspelt setting is told', async () => {
	await using runner = await startRunner({
		runbooks: { hello },
		environment: { RUNHOOK_PUBLIC_URL: 'https://hooks.example/prefix/', RUNHOOK_HOST: '0.0.0.0', RUNHOOK_CONCURENCY: '3' },
	})
	assert.equal(runner.logged.filter((line) => line.includes('"variable":"RUNHOOK_CONCURENCY"')).length, 1)
	const issued = /^Webhook hello: https:\/\/hooks\.example\/prefix(\/webhooks\?token=[\w-]{43})$/.exec(runner.printed[0]!)!
	assert.match(runner.url, /^http:\/\/127\.0\.0\.1:\d+$/)
	const accepted = await fetch(runner.url + issued[1]!, { method: 'POST' })
	const { JobIds } = (await accepted.json()) as { JobIds: string[] }
	assert.equal(accepted.headers.get('location'), `https://hooks.example/prefix/jobs/${JobIds[0]}`)
	const job = (await (await runner.manage(`/jobs/${JobIds[0]}`)).json()) as { id: string }
	assert.equal(
		job.id,
		`/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/runhook/providers/Microsoft.Automation/automationAccounts/runhook/jobs/${JobIds[0]}`,
	)
})

test('what stops the start is said in one sentence on standard error, with exit code 1', async () => {
	using folder = runnerFolder({ hello }, webhooks)
	writeFileSync(join(folder.path, 'file'), '')
	const table: [Record<string, string>, RegExp][] = [
		[{ RUNHOOK_PORT: 'eighty' }, /^RUNHOOK_PORT: "eighty" cannot be used; allowed is a whole number from 0 to 65535\.\n$/],
		[
			{ RUNHOOK_ADMIN_TOKEN: 'short' },
			/^RUNHOOK_ADMIN_TOKEN: its value cannot be used; allowed is at least 16 visible ASCII characters\.\n$/,
		],
		[{ RUNHOOK_DATA_DIR: 'file' }, /^The data folder \/.*\/file cannot be used: EEXIST.*\.\n$/],
		[{ RUNHOOK_RUNBOOKS_DIR: 'nowhere', RUNHOOK_LOG_LEVEL: 'error' }, /^The runbooks folder \/.*\/nowhere cannot be read: ENOENT.*\.\n$/],
	]
	for (const [environment, sentence] of table) {
		const { code, printed, logged } = await runToEnd(folder.path, { RUNHOOK_ADMIN_TOKEN: 'sixteen-letters!', ...environment })
		assert.deepEqual([code, printed], [1, ''], logged)
		assert.match(logged, sentence)
	}
})

test('a port in use stops the start before a token is told; the next start that succeeds tells one, the one after it none', async () => {
	using folder = runnerFolder({ hello }, webhooks)
	const other = createServer().listen(0, '127.0.0.1')
	await once(other, 'listening')
	const { port } = other.address() as AddressInfo
	const { code, printed, logged } = await runToEnd(folder.path, { RUNHOOK_PORT: String(port), RUNHOOK_LOG_LEVEL: 'error' })
	other.close()
	assert.deepEqual(
		[code, logged],
		[1, `Port ${port} of 127.0.0.1 is in use: end the other program, or set RUNHOOK_PORT (0 = any free port).\n`],
	)
	assert.equal(printed, '')
	await using runner = await startRunner({
		runbooks: { hello },
		environment: { RUNHOOK_ADMIN_TOKEN: '', RUNHOOK_DATA_DIR: join(folder.path, 'data') },
	})
	const told = () => runner.printed.filter((line) => line.startsWith('Management token: '))
	assert.equal(told().length, 1)
	const token = told()[0]!.slice('Management token: '.length)
	await runner.end('SIGTERM')
	await runner.restart()
	assert.deepEqual(told(), [])
	const answer = await fetch(`${runner.url}/jobs/none`, { headers: { authorization: `Bearer ${token}` } })
	assert.equal(answer.status, 404)
	const second = await runToEnd(folder.path, { RUNHOOK_LOG_LEVEL: 'error' })
	assert.deepEqual([second.code, second.printed], [1, ''])
	assert.match(second.logged, /^Another runner uses the data folder .*RUNHOOK_DATA_DIR to another folder\.\n$/)
})

test('a second signal ends the runner at once with code 130 while a job runs', async () => {
	await using runner = await startRunner({ runbooks: { waits }, environment: { RUNHOOK_SHUTDOWN_SECONDS: '30' } })
	const jobId = await runner.start('waits')
	await until('the runbook has begun', async () => (await runner.output(jobId)) !== '')
	runner.process.kill('SIGTERM')
	await until('it waits for the job', () => runner.logged.some((line) => line.includes('Waiting for running jobs')))
	assert.deepEqual(await runner.end('SIGINT'), { code: 130, signal: null })
})

test.run()
