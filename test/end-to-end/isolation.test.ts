import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'uvu'
import { runbookText } from '../support/runbook-text.ts'
import { type Runner, startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

type Run = { jobId: string; status: string; exception: string | null; lines: string[] }

async function run(runner: Runner, name: string, body?: string): Promise<Run> {
	const jobId = await runner.start(name, body)
	const { status, exception } = (await runner.untilJob(jobId)).properties
	return { jobId, status, exception, lines: (await runner.output(jobId)).trimEnd().split('\n') }
}

/**
 * Two runs that one process served one after the other. A process may still be looking for what its job left
 * when the next job is claimed, which then has another one: so this runs the runbook until a process comes again.
 */
async function runsInOneProcess(runner: Runner, name: string): Promise<[Run, Run]> {
	const earlier = new Map<string, Run>()
	return until(`a process serves ${name} again`, async () => {
		const later = await run(runner, name)
		assert.equal(later.status, 'Completed', later.exception ?? '')
		const pid = later.lines[0]!
		const first = earlier.get(pid)
		earlier.set(pid, later)
		return first && [first, later]
	})
}

const pid = 'output(process.pid); '
const leavers = {
	leavesServer: `${pid} net.createServer().listen(0)`,
	leavesInterval: `${pid} setInterval(() => {}, 60_000)`,
	leavesThread: `${pid} new Worker('setInterval(() => {}, 1000)', { eval: true })`,
	leavesLateTimer: `${pid} setTimeout(() => output('late'), 30)`,
	leavesRejection: `${pid} setTimeout(() => Promise.reject(new Error('late')), 20)`,
	crashes: `${pid} process.exit(1)`,
}

test('a process that a job left something in serves no other job, and nothing of it reaches another job', async () => {
	const head = `import net from 'node:net'\nimport { Worker } from 'node:worker_threads'`
	const program = `${pid} const child = spawn('sleep', ['60'], { stdio: 'ignore' }); child.unref()`
	await using runner = await startRunner({
		runbooks: {
			...Object.fromEntries(Object.entries(leavers).map(([name, text]) => [name, runbookText(text, { head })])),
			writesLate: runbookText(`${pid} setTimeout(() => console.log('late'), 1).unref()`),
			leavesProgram: runbookText(program, {
				head: `import { spawn } from 'node:child_process'`,
				declares: 'permissions: { childProcess: true },',
			}),
			waits: runbookText(`${pid} await new Promise((resolve) => setTimeout(resolve, 20_000))`, { declares: 'stopGraceSeconds: 0,' }),
		},
		environment: { RUNHOOK_LOG_LEVEL: 'debug' },
	})
	for (const name of [...Object.keys(leavers), 'leavesProgram']) {
		const first = await run(runner, name)
		const second = await run(runner, name)
		assert.notEqual(first.lines[0], second.lines[0], name)
		assert.deepEqual([first.lines.length, second.lines.length], [1, 1], `${name}: ${second.lines}`)
	}
	for (let number = 0; number < 5; number++) assert.equal((await run(runner, 'writesLate')).lines.length, 1)
	await until('a late writer was ended', () => runner.logged.some((line) => line.includes('a job that had ended wrote something')))
	const stopped = await runner.start('waits')
	await until('it runs', async () => (await runner.output(stopped)) !== '')
	await runner.manage(`/jobs/${stopped}/stop`, { method: 'POST' })
	assert.equal((await runner.untilJob(stopped)).properties.status, 'Stopped')
	const next = await runner.start('waits')
	await until('the next one runs', async () => (await runner.output(next)) !== '')
	assert.notEqual(await runner.output(next), await runner.output(stopped))
})

const shared = `let count = 0\n`
test('jobs of one content share a process and its modules; a fresh one never does', async () => {
	await using server = createServer((_, response) => response.end('answer')).listen(0, '127.0.0.1')
	await until('the server listens', () => server.listening)
	const { port } = server.address() as { port: number }
	const counts = `count++; output(process.pid); output(count)`
	await using runner = await startRunner({
		runbooks: {
			counts: runbookText(counts, { head: shared }),
			fresh: runbookText(counts, { head: shared, declares: `isolation: 'fresh',` }),
			fetches: runbookText(
				`output(process.pid)
				await (await fetch('http://127.0.0.1:${port}')).text()
				await new Promise((resolve) => http.get({ port: ${port}, host: '127.0.0.1', agent }, (response) => response.resume().on('end', resolve)))
				await new Promise((resolve) => http.get({ port: ${port}, host: '127.0.0.1' }, (response) => response.resume().on('end', resolve)))`,
				{ head: `import http from 'node:http'\nconst agent = new http.Agent({ keepAlive: true })` },
			),
			files: runbookText(
				`output(process.pid); output(fs.readdirSync('.')); output(os.tmpdir() === home)
				fs.writeFileSync('left', ''); fs.mkdirSync('folder/inner', { recursive: true }); process.chdir('folder')`,
				{ head: `import fs from 'node:fs'\nimport os from 'node:os'\nconst home = process.cwd()` },
			),
		},
	})
	const counted = await runsInOneProcess(runner, 'counts')
	assert.deepEqual(
		counted.map(({ lines }) => lines[1]),
		['1', '2'],
	)
	const fresh = [await run(runner, 'fresh'), await run(runner, 'fresh')]
	assert.notEqual(fresh[0]!.lines[0], fresh[1]!.lines[0])
	assert.deepEqual([fresh[0]!.lines[1], fresh[1]!.lines[1]], ['1', '1'])
	runner.writeRunbook('counts', runbookText(`${counts}; output('changed')`, { head: shared }))
	const changed = await until('the change is seen', async () => {
		const again = await run(runner, 'counts')
		return again.lines.length === 3 && again
	})
	assert.equal(changed.lines[1], '1')

	// Idle keep-alive connections are no reason to end a process.
	await runsInOneProcess(runner, 'fetches')
	server.closeAllConnections()

	const [, next] = await runsInOneProcess(runner, 'files')
	assert.deepEqual(next.lines.slice(1), ['[]', 'true'])
})

test('many jobs at once each keep their own output', async () => {
	const echo = runbookText(
		`const text = parameters.WebhookData.RequestBody
		for (let line = 0; line < 20; line++) {
			await new Promise((resolve) => setTimeout(resolve, 1))
			console.log(text); queueMicrotask(() => process.stdout.write(text + '\\n'))
		}`,
		{ declares: 'parameters: z.object({ WebhookData: WebhookData.optional() }),' },
	)
	await using runner = await startRunner({ runbooks: { echo }, environment: { RUNHOOK_CONCURRENCY: '3' } })
	await Promise.all(
		Array.from({ length: 30 }, async (_, number) => {
			const { lines } = await run(runner, 'echo', `text ${number}`)
			assert.deepEqual(lines, Array(40).fill(`text ${number}`))
		}),
	)
	const folders = join(runner.folder, 'data/sandboxes/running')
	assert.ok(readdirSync(folders).length <= 3 + 4)
})

test.run()
