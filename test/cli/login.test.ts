import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { runCommand, startCommand } from '../support/command.ts'
import { adminToken, startRunner } from '../support/runner.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

const runbooks = {
	waits: `import { defineRunbook } from 'runhook'\nexport default defineRunbook({ async run({ output, signal }) {
	output('ready'); await new Promise((resolve) => signal.addEventListener('abort', resolve)) } })`,
}

test('a login is checked, kept for this user alone, and used from then on', async () => {
	await using runner = await startRunner({ runbooks, environment: { RUNHOOK_SHUTDOWN_SECONDS: '0' } })
	using home = temporaryFolder()
	const environment = { XDG_CONFIG_HOME: home.path }
	const file = join(home.path, 'runhook/login.json')
	const refused = await runCommand(['login', '--endpoint', runner.url], { environment, input: 'not-the-token' })
	assert.equal(refused.code, 1)
	assert.match(refused.stderr, /The token is not one of http/)
	const nothing = await runCommand(['login', '--endpoint', runner.url], { environment, input: '\n' })
	assert.deepEqual([nothing.code, existsSync(file)], [2, false])

	const done = await runCommand(['login', '--endpoint', `${runner.url}/`], { environment, input: `${adminToken}\n` })
	assert.equal(done.code, 0, done.stderr)
	assert.equal(statSync(file).mode & 0o777, 0o600)
	assert.ok(!done.stderr.includes(adminToken) && done.stdout === '')
	assert.match((await runCommand(['runbook', 'list'], { environment })).stdout, /"waits"/)
	// The environment wins.
	const other = await runCommand(['runbook', 'list'], { environment: { ...environment, RUNHOOK_TOKEN: 'some-other-token' } })
	assert.equal(other.code, 1)
	const away = await runCommand(['login', '--endpoint', 'http://127.0.0.1:1'], { environment, input: adminToken })
	assert.equal(away.code, 4)
	assert.match(readFileSync(file, 'utf8'), new RegExp(adminToken))
})

test('an account that is not there is not kept', async () => {
	await using runner = await startRunner({ runbooks, environment: { RUNHOOK_SHUTDOWN_SECONDS: '0' } })
	using home = temporaryFolder()
	const words = ['login', '--endpoint', runner.url, '--account', 'other']
	const end = await runCommand(words, { environment: { XDG_CONFIG_HOME: home.path }, input: adminToken })
	assert.equal(end.code, 1)
	assert.match(end.stderr, /'other'[\s\S]*--account name the account/)
	assert.equal(existsSync(join(home.path, 'runhook')), false)
})

test('no token stands among the arguments or reaches another process through them', async () => {
	await using runner = await startRunner({ runbooks, environment: { RUNHOOK_SHUTDOWN_SECONDS: '0' } })
	const environment = { RUNHOOK_ENDPOINT: runner.url, RUNHOOK_TOKEN: adminToken }
	const watching = startCommand(['runbook', 'run', 'waits'], { environment })
	await until('the runbook runs', () => watching.stdout.includes('ready'))
	assert.ok(!readFileSync(`/proc/${watching.process.pid}/cmdline`, 'utf8').includes(adminToken))
	watching.process.kill('SIGINT')
	await watching.ended
	const help = await runCommand(['login', '--help'])
	assert.doesNotMatch(help.stdout, /--token/)
	assert.equal((await runCommand(['login', '--token', 'x'])).code, 2)
})

test.run()
