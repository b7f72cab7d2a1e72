import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'uvu'
import { letInto, runCommand } from '../support/command.ts'
import { startRunner } from '../support/runner.ts'

test('the audit trail is listed and verified; one that was tampered with ends with 1', async () => {
	await using runner = await startRunner({ runbooks: {} })
	const run = (...words: string[]) => runCommand(words, { environment: letInto(runner) })
	for (const name of ['a', 'b']) assert.equal((await run('variable', 'set', name, '--value', 'x')).code, 0)
	await run('token', 'create', 'ci', '--role', 'Reader', '--expires', '1d')
	const list = await run('audit', 'list', '--output', 'table')
	assert.match(
		list.stdout,
		/^NUMBER +TIME +CALLER +FROM +ACTION +RESOURCE +DETAILS\n3 +.*management token +127\.0\.0\.1 +accessTokens\/write +accessTokens\/ci +expiryTime \S+, role Reader\n/,
	)
	assert.equal(list.stdout.trimEnd().split('\n').length, 4)
	const numbers = async (...options: string[]) =>
		JSON.parse((await run('audit', 'list', ...options)).stdout).value.map(({ name }: { name: string }) => name)
	assert.deepEqual(await numbers('--action', 'variables/write', '--after', '1h'), ['2', '1'])
	assert.deepEqual(await numbers('--caller', 'nobody'), [])
	assert.deepEqual(await numbers('--before', '1h'), [])
	assert.deepEqual(await numbers('--limit', '1'), ['3'])

	const intact = await run('audit', 'verify', '--output', 'table')
	assert.equal(intact.code, 0)
	const head = /^Trail +intact\nEntries +3\nFirst +1\nHead +(3:[0-9a-f]{64})\n$/.exec(intact.stdout)![1]!
	assert.equal((await run('audit', 'verify', '--head', head)).code, 0)
	assert.equal((await run('audit', 'verify', '--head', `3:${'0'.repeat(64)}`)).code, 1)
	await runner.end('SIGTERM')
	const database = new DatabaseSync(join(runner.folder, 'data/runhook.sqlite'))
	database.exec(`UPDATE audit_events SET text = replace(text, 'variables/b', 'variables/c')`)
	database.close()
	await runner.restart()
	const tampered = await run('audit', 'verify', '--output', 'table')
	assert.deepEqual([tampered.code, /Trail +TAMPERED WITH/.test(tampered.stdout)], [1, true])
	assert.match(tampered.stdout, /Faults +Entry 2 was changed/)
})

test.run()
