import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { testAsRoot } from '../support/other-user.ts'
import { isAlive, sandboxPids } from '../support/processes.ts'
import { runbookText } from '../support/runbook-text.ts'
import { type Runner, startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const programs = {
	declares: 'permissions: { childProcess: true }, stopGraceSeconds: 0,',
	head: `import { spawn } from 'node:child_process'`,
}
const start = (options: string) => `spawn('setsid', ['sleep', '600'], { stdio: 'ignore', ${options} }).pid`
const runbooks = {
	who: runbookText(`output([process.getuid(), process.getgid(), process.getgroups().length])`),
	files: runbookText(
		`output([process.pid, fs.readdirSync('.').length]); fs.mkdirSync('folder'); fs.writeFileSync('folder/left', ''); fs.writeFileSync('left', '')`,
		{ head: `import fs from 'node:fs'` },
	),
	loops: runbookText(`output(process.pid); for (;;);`, { declares: 'stopGraceSeconds: 0,' }),
	// One has another session, the other one hides whose it is, too.
	strays: runbookText(`output([process.pid, ${start('')}, ${start('env: { PATH: process.env.PATH }')}]); for (;;);`, programs),
}

async function firstOutput(runner: Runner, name: string): Promise<{ jobId: string; value: number[] }> {
	const jobId = await runner.start(name)
	const text = await until(`${name} writes`, async () => (await runner.output(jobId)) || undefined)
	return { jobId, value: [JSON.parse(text)].flat() }
}

testAsRoot('under root, sandboxes run as a user that owns nothing, and are used again, stopped and ended all the same', async () => {
	await using runner = await startRunner({ runbooks, letsOthersIn: true })
	const told = runner.logged.filter((line) => line.includes('Sandboxes run as another user'))
	assert.deepEqual([told.length, JSON.parse(told[0]!).uid], [1, 65_534])
	assert.deepEqual((await firstOutput(runner, 'who')).value, [65_534, 65_534, 1])

	const earlier = new Set<number>()
	await until('a process serves again, with an empty folder', async () => {
		const { value, jobId } = await firstOutput(runner, 'files')
		assert.equal((await runner.untilJob(jobId)).properties.status, 'Completed')
		assert.equal(value[1], 0)
		return earlier.size === earlier.add(value[0]!).size
	})

	for (const name of ['loops', 'strays']) {
		const { jobId, value: pids } = await firstOutput(runner, name)
		assert.ok(pids.every(isAlive))
		await runner.manage(`/jobs/${jobId}/stop`, { method: 'POST' })
		assert.equal((await runner.untilJob(jobId)).properties.status, 'Stopped')
		await until(`nothing of ${name} is left`, () => !pids.some(isAlive))
	}

	const { value: left } = await firstOutput(runner, 'loops')
	const pids = [...sandboxPids(join(runner.folder, 'data')), ...left]
	await runner.end('SIGKILL')
	await until('the watchdogs have ended them', () => !pids.some(isAlive))
	await runner.restart()
	await until('their folders are cleared away', () => readdirSync(join(runner.folder, 'data/sandboxes/running')).length <= 4)
})

testAsRoot('where another user cannot read what sandboxes need, they run as root, and one warning names the folder', async () => {
	await using runner = await startRunner({ runbooks: { who: runbooks.who } })
	const warnings = runner.logged.map((line) => JSON.parse(line)).filter(({ level }) => level === 'warn')
	assert.deepEqual(
		warnings.map(({ reason }) => reason),
		[`${runner.folder} is closed to user 65534`],
	)
	assert.equal((await firstOutput(runner, 'who')).value[0], 0)

	await runner.end('SIGTERM')
	await assert.rejects(runner.restart({ RUNHOOK_SANDBOX_USER: '4242' }), (error: Error) =>
		error.message.endsWith(
			`The runner ended with 1: ${[...runner.logged.slice(0, -1), `RUNHOOK_SANDBOX_USER: sandboxes cannot run as "4242": ${runner.folder} is closed to user 4242.`].join('\n')}`,
		),
	)
	await runner.restart({ RUNHOOK_SANDBOX_USER: 'root' })
})

testAsRoot('a secret that the user of the sandboxes could read is told', async () => {
	await using runner = await startRunner({ runbooks: {}, letsOthersIn: true, environment: { RUNHOOK_SECRETS_DIR: '/etc' } })
	const told = runner.logged.map((line) => JSON.parse(line)).filter(({ message }) => message.includes('can read a secret'))
	assert.deepEqual(
		told.map(({ path }) => path),
		['/etc'],
	)
})

test.run()
