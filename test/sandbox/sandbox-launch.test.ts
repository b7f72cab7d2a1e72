import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { test } from 'uvu'
import { launchArguments, launchEnvironment, launchKey } from '../../src/sandbox/sandbox-launch.ts'

const permissions = { read: [], write: [], childProcess: false, addons: false }
const place = { runbooksDir: '/srv/app/runbooks', folder: '/srv/data/sandboxes/running/1' }

test('a sandbox may read the runner, the runbooks and its own folder, and write its own folder alone', () => {
	const flags = launchArguments({ memoryMb: 64, permissions, packages: [] }, place)
	assert.ok(flags.includes('--permission'))
	assert.ok(flags.includes('--max-old-space-size=64'))
	assert.ok(flags.includes('--allow-fs-read=/srv/app/runbooks'))
	assert.ok(flags.includes('--allow-fs-read=/srv/app/node_modules'))
	assert.deepEqual(
		flags.filter((flag) => flag.startsWith('--allow-fs-write')),
		['--allow-fs-write=/srv/data/sandboxes/running/1'],
	)
	for (const path of ['/srv', '/srv/data', '/', '*', '/etc']) assert.ok(!flags.includes(`--allow-fs-read=${path}`), path)
	assert.ok(!flags.some((flag) => /^--allow-(child-process|addons)/.test(flag)))
})

test('what a runbook declares is added, and what may be written may be read', () => {
	const declared = { read: ['/srv/in'], write: ['/srv/out'], childProcess: true, addons: true }
	const flags = launchArguments({ memoryMb: 64, permissions: declared, packages: ['zod'] }, place)
	for (const flag of [
		'--allow-fs-read=/srv/in',
		'--allow-fs-read=/srv/out',
		'--allow-fs-write=/srv/out',
		'--allow-child-process',
		'--allow-addons',
	])
		assert.ok(flags.includes(flag), flag)
	assert.deepEqual(JSON.parse(flags.at(-1)!).packages, ['zod'])
})

test('sandboxes of equal settings stand in for each other, others do not', () => {
	const launch = { memoryMb: 64, permissions, packages: ['zod'] }
	assert.equal(launchKey(launch), launchKey({ ...launch, permissions: { ...permissions } }))
	for (const other of [{ memoryMb: 65 }, { packages: [] }, { permissions: { ...permissions, addons: true } }])
		assert.notEqual(launchKey(launch), launchKey({ ...launch, ...other }))
})

test("the environment is what is passed on, with this Node first in PATH, and the sandbox's own folder", () => {
	const environment = launchEnvironment({ PATH: '/bin', AZURE_TENANT_ID: 'tenant' }, { sandboxId: 'one', folder: '/own' })
	assert.deepEqual(environment, {
		PATH: `${dirname(process.execPath)}:/bin`,
		AZURE_TENANT_ID: 'tenant',
		TMPDIR: '/own/work',
		NODE_COMPILE_CACHE: '/own/cache',
		RUNHOOK_SANDBOX: 'one',
	})
})

test.run()
