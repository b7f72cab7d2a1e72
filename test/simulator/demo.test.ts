import { rejects } from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { until } from '../support/until.ts'

const demo = fileURLToPath(new URL('./demo.ts', import.meta.url))

type Program = { process: ChildProcess; exit: Promise<unknown[]>; said: () => string }

function start(): Program {
	const program = spawn(process.execPath, [demo], { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env.PATH } })
	let said = ''
	program.stdout.on('data', (part: Buffer) => {
		said += part.toString()
	})
	return { process: program, exit: once(program, 'exit'), said: () => said }
}

test('the demo runs the jobs of both calls to their end, and its exit code tells whether both completed', async () => {
	const { exit, said } = start()
	const [code] = await exit
	assert.match(said(), /^start-vms +POST vm01 and vm02: 202 /m)
	assert.match(said(), /^start-vms +vm01 started in \d+ s\.$/m)
	assert.match(said(), /^start-vms +Completed$/m)
	assert.match(said(), /^azure +start vm01 202$/m)
	assert.match(said(), /^start-capture +(Completed|Left out: .*)$/m)
	assert.is(code, /^start-capture +Completed$/m.test(said()) ? 0 : 1)
	// No colours where there is no terminal.
	assert.not.match(said(), '\u001b')
})

test('an interrupt in the midst of the jobs ends runner and simulator too', async () => {
	const { process: program, exit, said } = start()
	await until('a machine is being started', () => said().includes('start vm01'))
	program.kill('SIGINT')
	assert.equal(await exit, [130, null])
	assert.match(said(), /Interrupted\.\n$/)
	const urls = said().match(/http:\/\/127\.0\.0\.1:\d+/g) ?? []
	assert.is(urls.length, 2)
	for (const url of urls) await rejects(fetch(url), TypeError)
})

test.run()
