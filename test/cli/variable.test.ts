import assert from 'node:assert/strict'
import { test } from 'uvu'
import { type CommandSettings, letInto, runCommand } from '../support/command.ts'
import { startRunner } from '../support/runner.ts'

test('variables are set, listed, shown and deleted', async () => {
	await using runner = await startRunner({ runbooks: {}, webhooks: [] })
	const run = (words: string[], settings: CommandSettings = {}) =>
		runCommand(['variable', ...words], { ...settings, environment: letInto(runner) })
	const set = async (words: string[], settings?: CommandSettings) => {
		const { code, stdout, stderr } = await run(['set', ...words], settings)
		assert.equal(code, 0, stderr)
		return JSON.parse(stdout).properties as { value?: string; isEncrypted: boolean; description: string | null }
	}
	assert.equal((await set(['region', '--value', 'west'])).value, '"west"')
	assert.equal((await set(['region', '--value', '7'])).value, '"7"')
	assert.equal((await set(['limits', '--json', '{"cpu":4}', '--description', 'For all.'])).value, '{"cpu":4}')
	assert.equal((await set(['lines'], { input: 'one\ntwo\n' })).value, '"one\\ntwo"')
	const secret = await set(['api-key', '--encrypted'], { input: 'correct horse\n' })
	assert.deepEqual([secret.isEncrypted, secret.value], [true, undefined])
	await set(['api-key', '--json', '-'], { input: '{"key":"battery staple"}' })

	const list = await run(['list', '--output', 'table'])
	assert.match(list.stdout, /^NAME +VALUE +CHANGED +DESCRIPTION\napi-key +\(encrypted\) +\d{4}-/)
	assert.match(list.stdout, /\nlimits +\{"cpu":4\} +\S+ \S+ +For all\.\n[\s\S]*\nregion +"7" /)
	const shown = await run(['show', 'API-KEY', '--output', 'table'])
	assert.match(shown.stdout, /^Name +api-key\nValue +\(encrypted\)\nCreated/)
	assert.doesNotMatch(list.stdout + shown.stdout, /horse|staple/)
	assert.equal((await run(['delete', 'region', '--output', 'table'])).stdout, "The variable 'region' was deleted.\n")
	assert.match((await run(['show', 'region'])).stderr, /no variable 'region'[\s\S]*'runhook variable list' shows/)
})

test('a value that cannot be is refused, and nothing of a secret is told', async () => {
	await using runner = await startRunner({ runbooks: {}, webhooks: [] })
	const run = (words: string[], settings: CommandSettings = {}) =>
		runCommand(['variable', 'set', ...words], { ...settings, environment: letInto(runner) })
	const both = await run(['x', '--value', 'a', '--json', '1'])
	assert.deepEqual([both.code, both.stdout], [2, ''])
	assert.match(both.stderr, /cannot be given together/)
	const noJson = await run(['x', '--encrypted', '--json', '-'], { input: 'correct horse' })
	assert.equal(noJson.code, 2)
	assert.match(noJson.stderr, /--json is no JSON[\s\S]*--value takes it without/)
	assert.doesNotMatch(noJson.stderr, /horse/)
	assert.equal((await run(['..', '--value', 'a'])).code, 2)
	assert.equal((await run(['empty', '--value', ''])).code, 0)
	const nothing = await run(['empty'], { input: '' })
	assert.deepEqual([nothing.code, nothing.stderr], [2, 'Error: Nothing came on standard input.\n'])
	assert.equal((await run(['x', '--value', 'plain'])).code, 0)
	const sealed = await run(['x', '--value', 'plain', '--encrypted'])
	assert.equal(sealed.code, 1)
	assert.match(sealed.stderr, /'isEncrypted' cannot be updated/)
})

test.run()
