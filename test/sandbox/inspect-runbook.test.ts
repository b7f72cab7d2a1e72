import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { defaultLaunch, inspectRunbook } from '../../src/sandbox/inspect-runbook.ts'
import { SandboxPool } from '../../src/sandbox/sandbox-pool.ts'
import { keptLog } from '../support/kept-log.ts'
import { isAlive, sandboxPids } from '../support/processes.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

async function openPool(path: string, files: Record<string, string>): Promise<SandboxPool> {
	const runbooksDir = join(path, 'runbooks')
	mkdirSync(runbooksDir)
	for (const [name, text] of Object.entries(files)) writeFileSync(join(runbooksDir, name), text)
	const folder = join(path, 'sandboxes')
	return SandboxPool.open({ folder, runbooksDir, environment: {}, cacheKey: 'test', idleMax: 1, spareCount: 0, log: keptLog() })
}

test('a runbook that never stops loading is given up after its time, and its process is gone', async () => {
	using place = temporaryFolder()
	await using pool = await openPool(place.path, {
		'never-ends.ts': 'for (;;);',
		'never-resolves.ts': 'await new Promise(() => {}); export default 1',
	})
	const pids: number[] = []
	const watched: Pick<SandboxPool, 'borrow'> = {
		async borrow(launch) {
			const borrowed = await pool.borrow(launch)
			pids.push(borrowed.sandbox.pid)
			return borrowed
		},
	}
	for (const name of ['never-ends', 'never-resolves']) {
		const inspection = await inspectRunbook(watched, join(place.path, 'runbooks', `${name}.ts`), 300)
		assert.deepEqual(inspection, { files: [], fault: 'It was not loaded within 0.3 s.' })
	}
	assert.equal(pids.length, 2)
	assert.ok(!pids.some(isAlive))
})

test('an inspection says what a runbook declares, with defaults, and what it consists of', async () => {
	using place = temporaryFolder()
	await using pool = await openPool(place.path, {
		'deploy.ts': `import { defineRunbook, z } from 'runhook'
import type { Nothing } from './types-only.ts'
import { word } from './part.ts'
console.log(word)
export default defineRunbook({ description: word, parameters: z.object({ count: z.number() }), timeoutSeconds: 5, permissions: { read: ['/in'] }, run() {} })`,
		'part.ts': `export const word: string = 'Deploys.'`,
		'missing.ts': `import './lib/absent.ts'`,
	})
	const inspection = await inspectRunbook(pool, join(place.path, 'runbooks/deploy.ts'))
	assert.ok('definition' in inspection, JSON.stringify(inspection))
	const { definition, files } = inspection
	assert.deepEqual(
		files.map(({ path }) => path),
		['deploy.ts', 'part.ts'],
	)
	assert.match(files[1]!.source!, /^export const word {9}= 'Deploys\.'$/)
	assert.deepEqual([definition.description, definition.timeoutSeconds, definition.stopGraceSeconds], ['Deploys.', 5, 10])
	assert.deepEqual([definition.isolation, definition.restartable, definition.concurrency], ['warm', true, null])
	assert.deepEqual(definition.permissions, { read: ['/in'], write: [], childProcess: false, addons: false })
	assert.deepEqual(definition.parameters.required, ['count'])

	const missing = await inspectRunbook(pool, join(place.path, 'runbooks/missing.ts'))
	assert.ok('fault' in missing)
	assert.match(missing.fault, /Cannot find module/)
	assert.deepEqual(missing.missing, [join(place.path, 'runbooks/lib/absent.ts')])
})

test('all processes of a pool end with it', async () => {
	using place = temporaryFolder()
	const pool = await openPool(place.path, {})
	await pool.borrow(defaultLaunch)
	await pool.borrow(defaultLaunch)
	const pids = sandboxPids(place.path)
	assert.equal(pids.length, 2)
	await pool[Symbol.asyncDispose]()
	assert.ok(!pids.some(isAlive))
	assert.deepEqual(sandboxPids(place.path), [])
})

test.run()
