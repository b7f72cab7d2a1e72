import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { StartError } from '../../src/errors.ts'
import { WATCHDOG_TIME_MAX } from '../../src/limits.ts'
import type { RunbookContent } from '../../src/runbooks/runbook.ts'
import { defaultLaunch } from '../../src/sandbox/inspect-runbook.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { SandboxPool } from '../../src/sandbox/sandbox-pool.ts'
import type { Outcome } from '../../src/sandbox/sandbox-work.ts'
import { keptLog } from '../support/kept-log.ts'
import { isAlive, sandboxPids } from '../support/processes.ts'
import { runbookContent } from '../support/runbook-content.ts'
import { runbookText } from '../support/runbook-text.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

type Place = { path: string; pool: SandboxPool; log: ReturnType<typeof keptLog> } & AsyncDisposable

async function openPlace(cacheKey = 'test'): Promise<Place> {
	const place = temporaryFolder()
	const log = keptLog()
	const runbooksDir = join(place.path, 'runbooks')
	mkdirSync(runbooksDir)
	const parts = { runbooksDir, environment: {}, cacheKey, idleMax: 1, spareCount: 0, log }
	const pool = await SandboxPool.open({ ...parts, folder: join(place.path, 'sandboxes') })
	return {
		path: place.path,
		pool,
		log,
		async [Symbol.asyncDispose]() {
			await pool[Symbol.asyncDispose]()
			place[Symbol.dispose]()
		},
	}
}

const head = `import fs from 'node:fs'\nimport { createRequire } from 'node:module'\nimport { SHARE_ENV, Worker } from 'node:worker_threads'`
const forEver = 'await new Promise(() => setInterval(() => {}, 1000))'

/** Runs a job of a runbook that does this. `lines` grows while it runs. */
function run({ path }: Place, sandbox: Sandbox, body: string) {
	const lines: string[] = []
	const file = join(path, 'runbooks/deploy.ts')
	const job = { jobId: 'one', runbookName: 'deploy', webhookName: null, creationTime: '', tryCount: 1, traceparent: null }
	const outcome: Promise<Outcome> = sandbox.run({
		order: {
			job,
			content: { file, sources: { [file]: runbookText(body, { head }).replaceAll(': any', '') } },
			parameters: {},
			keep: ['Output', 'Error'],
			armEndpoint: '',
			principal: null,
		},
		started: () => undefined,
		answer: async () => ({ json: null }),
		record: ({ json }) => void lines.push(JSON.parse(json)),
	})
	return { outcome, lines }
}

const content = (permissions: Partial<RunbookContent['definition']['permissions']> = {}) =>
	runbookContent({}, { permissions: { ...defaultLaunch.permissions, ...permissions } })

test('a job whose sandbox is killed for no fault of the runbook is lost, whatever else the process had done', async () => {
	await using place = await openPlace()
	const sandbox = await place.pool.acquire(content())
	const spoil = `fs.writeSync(4, '{"kind":"spoiled","because":"it was told"}\\n'); output('runs'); ${forEver}`
	const { outcome, lines } = run(place, sandbox, spoil)
	await until('it runs', () => lines.length === 1)
	assert.equal(sandbox.spentBecause, 'it was told')
	sandbox.kill()
	assert.deepEqual(await outcome, { kind: 'lost' })
})

test('a job whose runner was paused until the watchdog ended the sandbox is lost', async () => {
	await using place = await openPlace()
	const { outcome, lines } = run(place, await place.pool.acquire(content()), `output('runs'); ${forEver}`)
	await until('it runs', () => lines.length === 1)
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WATCHDOG_TIME_MAX + 1_000)
	assert.deepEqual(await outcome, { kind: 'lost' })
})

test('a job whose process dies of what the job before it left is lost, once it runs it is its own fault', async () => {
	await using place = await openPlace()
	const sandbox = await place.pool.acquire(content())
	const body = `process.chdir = () => process.exit(0)`
	assert.deepEqual(await run(place, sandbox, body).outcome, { kind: 'completed' })
	assert.equal(await sandbox.settle(), true)
	assert.deepEqual(await run(place, sandbox, body).outcome, { kind: 'lost' })

	const other = await place.pool.acquire(content())
	const exits = `if (globalThis.again) process.exit(3); globalThis.again = true`
	assert.deepEqual(await run(place, other, exits).outcome, { kind: 'completed' })
	assert.equal(await other.settle(), true)
	assert.equal((await run(place, other, exits).outcome).kind, 'failed')
})

test('a process group is killed no more once it is gone', async () => {
	await using place = await openPlace()
	const sandbox = await place.pool.acquire(content())
	process.kill(sandbox.pid, 'SIGKILL')
	await sandbox.exited
	const { kill } = process
	const killed: number[] = []
	process.kill = (pid) => {
		killed.push(pid)
		return true
	}
	try {
		sandbox.kill()
		await sandbox.end(0)
	} finally {
		process.kill = kill
	}
	assert.deepEqual(killed, [])
})

test("what Node writes when it aborts is not in the job's Error stream", async () => {
	await using place = await openPlace()
	const { outcome, lines } = run(place, await place.pool.acquire(content()), `fs.writeSync(2, 'before\\n'); process.abort()`)
	assert.deepEqual(await outcome, { kind: 'failed', exception: "The runbook's process was ended by SIGABRT." })
	assert.deepEqual(lines, ['before'])
})

const threads = `
	const require = createRequire(import.meta.url)
	const code = \`
		const attempt = (act) => { try { act(); return 'done' } catch (error) { return error.code } }
		const { Worker, parentPort, workerData } = require('node:worker_threads')
		parentPort.postMessage([
			attempt(() => require('fs').readFileSync('/etc/passwd')), attempt(() => require('node:sqlite')),
			attempt(() => new Worker('', { eval: true, execArgv: [] })), attempt(() => require('fs').readdirSync(workerData)),
		].join(' '))\`
	const all = '--allow-fs-read=* --allow-worker'
	const start = (Thread, options) => new Promise((resolve) => {
		process.env.NODE_OPTIONS = all
		new Thread(code, { eval: true, workerData: process.cwd(), ...options }).on('message', resolve).on('error', (error) => resolve(error.message))
	})
	for (const options of [undefined, { execArgv: [] }, { env: { NODE_OPTIONS: all } }, { env: SHARE_ENV }, { execArgv: [all] }])
		output(await start(Worker, options))
	const classes = [require('worker_threads').Worker, process.getBuiltinModule('worker_threads').Worker, class extends Worker {}]
	for (const Thread of [...classes, Worker.prototype.constructor]) output(await start(Thread, { execArgv: [] }))
	const thread = new Worker('', { eval: true })
	output(String(thread instanceof Worker))
	await thread.terminate()`

test('threads of a runbook are bound by its permissions, however they are started', async () => {
	await using place = await openPlace()
	const { outcome, lines } = run(place, await place.pool.acquire(content()), threads)
	assert.deepEqual(await outcome, { kind: 'completed' })
	assert.deepEqual(lines, [...Array(9).fill('ERR_ACCESS_DENIED ERR_UNKNOWN_BUILTIN_MODULE ERR_ACCESS_DENIED done'), 'true'])
})

test('node:sqlite, which no permission binds, is there only for a runbook that may write everywhere anyway', async () => {
	await using place = await openPlace()
	const body = `try { await import('node:sqlite'); output('there') } catch (error) { output(error.code) }`
	for (const [permissions, expected] of [
		[{}, 'ERR_UNKNOWN_BUILTIN_MODULE'],
		[{ write: ['/tmp'] }, 'ERR_UNKNOWN_BUILTIN_MODULE'],
		[{ write: ['*'] }, 'there'],
		[{ addons: true }, 'there'],
	] as const) {
		const { outcome, lines } = run(place, await place.pool.acquire(content(permissions as { write?: string[] })), body)
		assert.deepEqual([await outcome, ...lines], [{ kind: 'completed' }, expected])
	}
})

test('a pool that is disposed while sandboxes start waits for their end, and complains of nothing', async () => {
	const place = await openPlace()
	const borrowed = place.pool.borrow(defaultLaunch).catch((error: Error) => error)
	const prepared = place.pool.warmUp(defaultLaunch).catch((error: Error) => error)
	const pids = await until('they start', () => sandboxPids(place.path).length === 2 && sandboxPids(place.path))
	await place.pool[Symbol.asyncDispose]()
	assert.ok(!pids.some(isAlive))
	assert.deepEqual(readdirSync(join(place.path, 'sandboxes/running')), [])
	assert.ok((await borrowed) instanceof Error && (await prepared) instanceof Error)
	assert.deepEqual(
		place.log.lines.filter(({ level }) => level !== 'debug'),
		[],
	)
	await place[Symbol.asyncDispose]()
})

test('a compile cache is of one program; that of another one goes', async () => {
	await using place = await openPlace('new')
	const caches = join(place.path, 'sandboxes/compile-cache')
	mkdirSync(join(caches, 'old'), { recursive: true })
	await place.pool.warmUp(defaultLaunch)
	assert.deepEqual(readdirSync(caches), ['new'])
})

test('a folder that cannot be used stops the start with a sentence', async () => {
	using place = temporaryFolder()
	const folder = join(place.path, 'file')
	writeFileSync(folder, '')
	const parts = { folder, runbooksDir: place.path, environment: {}, cacheKey: 'test', idleMax: 1, spareCount: 0, log: keptLog() }
	await assert.rejects(
		SandboxPool.open(parts),
		(error) => error instanceof StartError && error.message.startsWith(`The folder of the sandboxes ${folder} cannot be used:`),
	)
})

test.run()
