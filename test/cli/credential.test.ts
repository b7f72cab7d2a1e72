import assert from 'node:assert/strict'
import { test } from 'uvu'
import { type CommandSettings, letInto, runCommand } from '../support/command.ts'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'

const login = runbookText("const { userName, password } = await credential('login'); output([userName, password.length])")

test('credentials are set from standard input, shown without their passwords, used, sealed anew and deleted', async () => {
	await using runner = await startRunner({ runbooks: { login }, webhooks: [] })
	const run = (words: string[], settings: CommandSettings = {}) => runCommand(words, { ...settings, environment: letInto(runner) })
	const set = await run(['credential', 'set', 'login', '--user-name', 'ada', '--description', 'Tests.'], { input: 'correct horse\n' })
	assert.equal(set.code, 0, set.stderr)
	assert.equal(JSON.parse(set.stdout).properties.userName, 'ada')
	const list = await run(['credential', 'list', '--output', 'table'])
	assert.match(list.stdout, /^NAME +USER NAME +CHANGED +DESCRIPTION\nlogin +ada +\S+ \S+ +Tests\.\n$/)
	const shown = await run(['credential', 'show', 'login', '--output', 'table'])
	assert.match(shown.stdout, /^Name +login\nUser name +ada\nDescription +Tests\.\nCreated/)
	assert.doesNotMatch(set.stdout + list.stdout + shown.stdout, /horse/)

	const rotated = await run(['secret-key', 'rotate', '--output', 'table'])
	assert.match(rotated.stdout, /^Key +\S+\nSealed anew +1\n$/)
	const used = await run(['runbook', 'run', 'login', '--output', 'table'])
	assert.equal(used.code, 0, used.stderr)
	assert.match(used.stdout, /ada[\s\S]*13/)

	assert.equal((await run(['credential', 'delete', 'login'])).code, 0)
	assert.match((await run(['credential', 'show', 'login'])).stderr, /no credential 'login'[\s\S]*'runhook credential list' shows/)
	const nameless = await run(['credential', 'set', 'login'], { input: 'x' })
	assert.equal(nameless.code, 2)
	assert.match(nameless.stderr, /--user-name <name>/)
})

test.run()
