import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { openAccount } from '../../../src/cli/api-client.ts'
import { carryOut } from '../../../src/cli/import/carry-out.ts'
import { writeNewFile } from '../../../src/cli/import/import-folder.ts'
import type { PlanEntry } from '../../../src/cli/import/import-plan.ts'
import { scriptedServer } from '../../support/scripted-server.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const account = { isAzure: false, token: 'token', subscriptionId: '00000000-0000-0000-0000-000000000000', resourceGroup: 'g', account: 'a' }
const variable = (name: string): PlanEntry => ({
	kind: 'variable',
	name,
	action: 'create',
	notes: [],
	request: { path: `/variables/${name}`, body: { name } },
})

test('a file that came meanwhile is left alone, and nothing is left beside it', () => {
	using folder = temporaryFolder()
	const file = join(folder.path, 'runbooks/deploy.ts')
	writeNewFile(file, 'first')
	assert.throws(() => writeNewFile(file, 'second'), /EEXIST/)
	assert.equal(readFileSync(file, 'utf8'), 'first')
	assert.deepEqual(readdirSync(join(folder.path, 'runbooks')), ['deploy.ts'])
})

test('what is refused is told and keeps nothing else from being done', async () => {
	await using server = await scriptedServer(({ path }, response) => {
		response.statusCode = path.endsWith('/bad') ? 400 : 201
		return path.endsWith('/bad') ? { code: 'BadRequest', message: 'Not so.' } : {}
	})
	using folder = temporaryFolder()
	mkdirSync(join(folder.path, 'runbooks'))
	writeFileSync(join(folder.path, 'runbooks/there.ts'), 'mine')
	const runbook = (name: string): PlanEntry => ({ kind: 'runbook', name, action: 'create', notes: ['n'], file: `runbooks/${name}.ts` })
	const entries = [variable('bad'), variable('good'), runbook('there'), runbook('new'), { ...variable('kept'), action: 'keep' as const }]
	const files = ['there', 'new'].map((name) => ({ file: `runbooks/${name}.ts`, text: 'text' }))
	const target = await openAccount({ ...account, endpoint: server.url })
	const done = await carryOut({ entries, files }, { target, folder: folder.path })
	assert.deepEqual(
		done.entries.map(({ action, name }) => `${action} ${name}`),
		['failed bad', 'created good', 'failed there', 'created new', 'keep kept'],
	)
	assert.deepEqual(done.entries[0]!.notes, ['It was not created: Not so.'])
	assert.match(done.entries[2]!.notes[0]!, /runbooks\/there\.ts cannot be written: EEXIST/)
	assert.deepEqual([done.exitCode, readFileSync(join(folder.path, 'runbooks/there.ts'), 'utf8'), server.requests.length], [1, 'mine', 2])
})

test('when the server is away, what is left is not tried', async () => {
	using folder = temporaryFolder()
	const target = await openAccount({ ...account, endpoint: 'http://127.0.0.1:1' })
	const done = await carryOut({ entries: [variable('one'), variable('two')], files: [] }, { target, folder: folder.path })
	assert.match(done.entries[0]!.notes[0]!, /^It was not created: http:\/\/127\.0\.0\.1:1 cannot be reached/)
	assert.deepEqual(done.entries[1]!.notes, ['It was not created: It was not tried, because the server is away.'])
	assert.equal(done.exitCode, 4)
})

test.run()
