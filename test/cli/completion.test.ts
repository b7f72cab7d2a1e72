import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'uvu'
import { letInto, runCommand } from '../support/command.ts'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'
import { scriptedServer } from '../support/scripted-server.ts'

/** What completes the last of these words. */
async function complete(words: string[], environment: Record<string, string> = {}): Promise<string[]> {
	const { code, stdout, stderr } = await runCommand(['complete', '--', ...words], { environment })
	assert.deepEqual([code, stderr], [0, ''])
	return stdout
		.trimEnd()
		.split('\n')
		.slice(0, -1)
		.map((line) => line.split('\t')[0]!)
}

test('each shell gets a script that it can read', async () => {
	for (const shell of ['bash', 'zsh', 'fish']) {
		const { code, stdout } = await runCommand(['completion', shell])
		assert.equal(code, 0)
		assert.match(stdout, /runhook/)
		if (shell === 'bash') assert.equal(spawnSync('bash', ['-n'], { input: stdout, encoding: 'utf8' }).stderr, '')
	}
	assert.equal((await runCommand(['completion', 'tcsh'])).code, 2)
	assert.equal((await runCommand(['completion'])).code, 2)
})

test('commands, options and their values are completed', async () => {
	assert.deepEqual(await complete(['web']), ['webhook'])
	assert.ok((await complete(['job', ''])).includes('watch'))
	assert.deepEqual(await complete(['webhook', 'create', '--exp']), ['--expires'])
	assert.deepEqual(await complete(['job', 'list', '--resource']), ['--resource-group'])
	assert.deepEqual(await complete(['job', 'list', '--output', '']), ['table', 'json'])
})

test('names of webhooks and runbooks are completed where a server tells them', async () => {
	await using runner = await startRunner({ runbooks: { greet: runbookText(''), leave: runbookText('') } })
	assert.deepEqual(await complete(['webhook', 'show', ''], letInto(runner)), ['greet', 'leave'])
	assert.deepEqual(await complete(['runbook', 'run', 'gr'], letInto(runner)), ['greet'])
	assert.deepEqual(await complete(['webhook', 'create', 'x', '--runbook', 'l'], letInto(runner)), ['leave'])
	assert.deepEqual(await complete(['webhook', 'show', '']), [])
	assert.deepEqual(await complete(['webhook', 'show', ''], { ...letInto(runner), RUNHOOK_TOKEN: 'another-token' }), [])
})

test('whoever presses Tab waits for no identity that does not answer', async () => {
	await using silent = await scriptedServer(() => new Promise(() => undefined))
	const account = {
		RUNHOOK_ENDPOINT: 'https://management.azure.com',
		RUNHOOK_SUBSCRIPTION_ID: '11111111-1111-1111-1111-111111111111',
		RUNHOOK_RESOURCE_GROUP: 'group',
		RUNHOOK_ACCOUNT: 'automation',
	}
	const identity = { IDENTITY_ENDPOINT: `${silent.url}/msi/token`, IDENTITY_HEADER: 'header' }
	assert.deepEqual(await complete(['webhook', 'show', ''], { ...account, ...identity }), [])
})

test('a name that a shell would evaluate is left out', async () => {
	const names = ['$(reboot)', 'with blank', 'plain-1.0', '`x`']
	await using server = await scriptedServer(() => ({ value: names.map((name) => ({ name, properties: {} })) }))
	assert.deepEqual(await complete(['webhook', 'delete', ''], letInto(server)), ['plain-1.0'])
})

test.run()
