import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import { contentSources } from '../../src/runbooks/content-sources.ts'
import { runbookOf } from '../../src/runbooks/inspected-runbook.ts'
import { inspectRunbook } from '../../src/sandbox/inspect-runbook.ts'
import { findPackageBundle, type PackageBundle } from '../../src/sandbox/package-bundle.ts'
import { SandboxPool } from '../../src/sandbox/sandbox-pool.ts'
import { openSimulator } from '../simulator/simulator.ts'
import { keptLog } from '../support/kept-log.ts'
import { runbookText } from '../support/runbook-text.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const subscription = '11111111-1111-1111-1111-111111111111'

/** The bundle of this installation, made if it is not there: packages may have been added since. */
function installedBundle(): PackageBundle {
	execFileSync(process.execPath, [fileURLToPath(new URL('../../src/sandbox/bundle-packages.ts', import.meta.url))])
	return findPackageBundle()!
}

type Run = { bundle: PackageBundle | undefined; armEndpoint?: string; files?: Record<string, string> }

/** What a job of that runbook writes to its Output, in a sandbox that loads packages from the bundle, or without one. */
async function outputOf(text: string, { bundle, armEndpoint = '', files = {} }: Run): Promise<unknown[]> {
	using place = temporaryFolder()
	const runbooksDir = join(place.path, 'runbooks')
	for (const [path, content] of Object.entries({ 'deploy.ts': text, ...files })) {
		mkdirSync(join(runbooksDir, path, '..'), { recursive: true })
		writeFileSync(join(runbooksDir, path), content)
	}
	const parts = { runbooksDir, environment: {}, cacheKey: 'test', idleMax: 0, spareCount: 0, log: keptLog() }
	await using pool = await SandboxPool.open({ ...parts, bundle, folder: join(place.path, 'sandboxes') })
	const file = join(runbooksDir, 'deploy.ts')
	const runbook = runbookOf('deploy', file, await inspectRunbook(pool, file))
	assert.ok('content' in runbook, JSON.stringify(runbook))
	const sandbox = await pool.acquire(runbook.content)
	const output: unknown[] = []
	const outcome = await sandbox.run({
		order: {
			job: { jobId: 'one', runbookName: 'deploy', webhookName: null, creationTime: '', tryCount: 1, traceparent: null },
			content: contentSources(runbook.content, runbooksDir),
			parameters: {},
			keep: ['Output'],
			armEndpoint,
			principal: null,
		},
		started: () => undefined,
		answer: async () => ({ json: null }),
		record: ({ json }) => void output.push(JSON.parse(json)),
	})
	assert.deepEqual(outcome, { kind: 'completed' })
	return output
}

const asksForNothing = runbookText(
	`
	output([RestError === OfCompute, RestError === OfNetwork])
	const compute = azure.client(ComputeManagementClient, '${subscription}')
	const network = azure.client(NetworkManagementClient, '${subscription}')
	const asks = [() => compute.virtualMachines.get('none', 'vm01'), () => network.networkWatchers.get('none', 'watcher')]
	for (const ask of asks) {
		const thrown = await ask().then(() => ({}), (error: unknown) => error)
		output([thrown instanceof RestError, azure.failure(thrown), thrown.stack?.includes('/runhook-packages/')])
	}`,
	{
		head: `import { ComputeManagementClient, RestError as OfCompute } from '@azure/arm-compute'
import { NetworkManagementClient, RestError as OfNetwork } from '@azure/arm-network'
import { RestError } from '@azure/core-rest-pipeline'`,
	},
)

test('Azure clients and the classes of their errors are the same to a runbook with a bundle of their packages and without', async () => {
	await using simulator = await openSimulator({})
	const missing = { code: 'ResourceGroupNotFound', statusCode: 404, message: "Resource group 'none' was not found." }
	const both = (isBundled: boolean) => [[true, true], ...[missing, missing].map((failure) => [true, failure, isBundled])]
	const armEndpoint = simulator.url
	assert.deepEqual(await outputOf(asksForNothing, { bundle: installedBundle(), armEndpoint }), both(true))
	assert.deepEqual(await outputOf(asksForNothing, { bundle: undefined, armEndpoint }), both(false))
})

test('a bundle with a file that is damaged or gone is none, and is made anew', () => {
	const whole = installedBundle()
	const chunk = readdirSync(whole.folder).find((name) => name.startsWith('chunk-'))!
	const damages: [file: string, damage: (path: string) => void][] = [
		[chunk, (path) => writeFileSync(path, '')],
		['zod.mjs', (path) => writeFileSync(path, readFileSync(path, 'utf8').replace(/[a-z]/, 'A'))],
		['packages.json', (path) => rmSync(path)],
	]
	for (const [file, damage] of damages) {
		damage(join(whole.folder, file))
		assert.equal(findPackageBundle(), undefined, file)
		assert.deepEqual(installedBundle(), whole)
	}
})

test('a bundle that is gone is as good as none: the packages are there', async () => {
	await using simulator = await openSimulator({})
	const bundle = installedBundle()
	const gone = { ...bundle, folder: `${bundle.folder}-gone` }
	const output = await outputOf(asksForNothing, { bundle: gone, armEndpoint: simulator.url })
	assert.deepEqual(output[0], [true, true])
})

test("a package of the runbooks' own folder goes before the one in the bundle", async () => {
	const text = runbookText(`output(version)`, { head: `import { version } from '@azure/arm-compute'` })
	const files = {
		'node_modules/@azure/arm-compute/package.json': '{"type":"module","exports":"./own.js"}',
		'node_modules/@azure/arm-compute/own.js': `export const version = "the folder's own"`,
	}
	assert.deepEqual(await outputOf(text, { bundle: installedBundle(), files }), ["the folder's own"])
})

test.run()
