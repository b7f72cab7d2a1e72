// From nothing to the first line of a runbook with the Azure clients, when no spare is ready: with the bundle of packages, without it
// (the packages as they are: the baseline), and of a runbook without packages. node test/bench/cold-start.ts [rounds]
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { contentSources } from '../../src/runbooks/content-sources.ts'
import { runbookOf } from '../../src/runbooks/inspected-runbook.ts'
import type { RunbookContent } from '../../src/runbooks/runbook.ts'
import { defaultLaunch, inspectRunbook } from '../../src/sandbox/inspect-runbook.ts'
import { findPackageBundle, type PackageBundle } from '../../src/sandbox/package-bundle.ts'
import { SandboxPool } from '../../src/sandbox/sandbox-pool.ts'
import { keptLog } from '../support/kept-log.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { median } from './measure.ts'

const [rounds = 15] = process.argv.slice(2).map(Number)
const runbook = (head: string) => `import { defineRunbook } from 'runhook'
${head}
export default defineRunbook({ run: ({ output }) => output(performance.timeOrigin + performance.now()) })`
const texts = {
	azure: runbook(`import { ComputeManagementClient } from '@azure/arm-compute'
import { NetworkManagementClient } from '@azure/arm-network'
export const clients = [ComputeManagementClient, NetworkManagementClient]`),
	plain: runbook(''),
}

using place = temporaryFolder()
const runbooksDir = join(place.path, 'runbooks')
mkdirSync(runbooksDir)
for (const [name, text] of Object.entries(texts)) writeFileSync(join(runbooksDir, `${name}.ts`), text)
const bundle = findPackageBundle()
if (!bundle) throw new Error('There is no bundle: npm run prepare makes it.')
await using bundled = await openPool('bundled', bundle)
await using unbundled = await openPool('unbundled', undefined)

const cases = {
	'Azure clients, their packages': await coldStart(unbundled, 'azure'),
	'Azure clients, bundled': await coldStart(bundled, 'azure'),
	'no packages': await coldStart(bundled, 'plain'),
}
const milliseconds = Object.fromEntries(Object.keys(cases).map((name) => [name, [] as number[]]))
for (let round = 0; round < rounds; round++) for (const [name, start] of Object.entries(cases)) milliseconds[name]!.push(await start())

for (const [name, values] of Object.entries(milliseconds))
	console.log(
		`cold start to first line, ${name}: p50 ${Math.round(median(values))} ms, least ${Math.round(Math.min(...values))} ms, ${rounds} starts`,
	)
const of = (name: keyof typeof cases) => median(milliseconds[name]!)
console.log(`bundled / packages: ${(of('Azure clients, bundled') / of('Azure clients, their packages')).toFixed(2)}`)

async function openPool(name: string, packages: PackageBundle | undefined): Promise<SandboxPool> {
	const parts = { runbooksDir, environment: {}, cacheKey: 'bench', idleMax: 0, spareCount: 0, log: keptLog() }
	const pool = await SandboxPool.open({ ...parts, bundle: packages, folder: join(place.path, name) })
	await pool.warmUp(defaultLaunch)
	return pool
}

/** One start: from before its process to what the runbook writes first. */
async function coldStart(pool: SandboxPool, runbookName: keyof typeof texts): Promise<() => Promise<number>> {
	const file = join(runbooksDir, `${runbookName}.ts`)
	const loaded = runbookOf(runbookName, file, await inspectRunbook(pool, file))
	if (!('content' in loaded)) throw new Error(loaded.fault)
	return () => firstLine(pool, loaded.content)
}

async function firstLine(pool: SandboxPool, content: RunbookContent): Promise<number> {
	const since = performance.timeOrigin + performance.now()
	const sandbox = await pool.acquire(content)
	const lines: number[] = []
	const outcome = await sandbox.run({
		order: {
			job: { jobId: 'one', runbookName: content.runbookName, webhookName: null, creationTime: '', tryCount: 1, traceparent: null },
			content: contentSources(content, runbooksDir),
			parameters: {},
			keep: ['Output'],
			armEndpoint: '',
			principal: null,
		},
		started: () => undefined,
		answer: async () => ({ json: null }),
		record: ({ json }) => void lines.push(Number(JSON.parse(json))),
	})
	if (outcome.kind !== 'completed') throw new Error(JSON.stringify(outcome))
	await pool.release(sandbox, content)
	return lines[0]! - since
}
