import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'uvu'
import { type CommandSettings, letInto, runCommand } from '../support/command.ts'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'

test('a token is made, listed, disabled, enabled and deleted; what its role does not allow ends with 1', async () => {
	await using runner = await startRunner({ runbooks: { hello: runbookText("output('Hello!')") } })
	const run = (words: string[], settings: CommandSettings = {}) => runCommand(words, { environment: letInto(runner), ...settings })
	const made = await run(['token', 'create', 'ci', '--role', 'Job Operator', '--expires', '90d', '--output', 'table'])
	assert.equal(made.code, 0, made.stderr)
	const token = /^Token +(runhook_\S+)$/m.exec(made.stdout)![1]!
	assert.match(made.stdout, /^Name +ci\nRole +Job Operator\nState +enabled\nExpires +\S+ \S+ \(in [23] months\)\n/)
	const own = { RUNHOOK_ENDPOINT: runner.url, RUNHOOK_TOKEN: token }
	const ran = await run(['runbook', 'run', 'hello', '--output', 'table'], { environment: own })
	assert.deepEqual([ran.code, ran.stdout.includes('Hello!')], [0, true], ran.stderr)
	const refused = await run(['webhook', 'list'], { environment: own })
	assert.equal(refused.code, 1)
	assert.match(refused.stderr, /The client 'ci' does not have authorization/)

	const list = await run(['token', 'list', '--output', 'table'])
	assert.match(list.stdout, /^NAME +ROLE +STATE +EXPIRES +LAST USED +MADE BY\nci +Job Operator +enabled +.*management token\n$/)
	assert.match((await run(['token', 'disable', 'ci', '--output', 'table'])).stdout, /State +disabled/)
	assert.equal((await run(['job', 'list'], { environment: own })).code, 1)
	assert.equal(JSON.parse((await run(['token', 'enable', 'CI'])).stdout).properties.isEnabled, true)
	assert.equal((await run(['job', 'list'], { environment: own })).code, 0)
	assert.equal((await run(['token', 'delete', 'ci', '--output', 'table'])).stdout, "The token 'ci' was deleted.\n")
	assert.match((await run(['token', 'disable', 'ci'])).stderr, /no access token 'ci'[\s\S]*'runhook token list' shows/)
	assert.match((await run(['token', 'create', 'a', '--role', 'King', '--expires', '1d'])).stderr, /'King' is not one of Reader/)
})

test('a token that may not look at the account can be logged in with', async () => {
	await using runner = await startRunner({ runbooks: {} })
	const made = await runCommand(['token', 'create', 'ci', '--role', 'JobOperator', '--expires', '1d'], { environment: letInto(runner) })
	const environment = { RUNHOOK_ENDPOINT: runner.url, XDG_CONFIG_HOME: join(runner.folder, 'config') }
	const login = await runCommand(['login'], { environment, input: JSON.parse(made.stdout).properties.token })
	assert.equal(login.code, 0, login.stderr)
	assert.equal((await runCommand(['job', 'list'], { environment: { XDG_CONFIG_HOME: environment.XDG_CONFIG_HOME } })).code, 0)
	assert.equal((await runCommand(['login'], { environment, input: 'wrong' })).code, 1)
})

test.run()
