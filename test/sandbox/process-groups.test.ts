import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { companions, killGroup, killSurvivors, noteProcessGroup } from '../../src/sandbox/process-groups.ts'
import { isAlive } from '../support/processes.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

/** A shell that leads a group, as a sandbox does, and what it starts. */
function group(script: string, sandboxId: string): ChildProcess & Disposable {
	const env = { PATH: process.env.PATH, RUNHOOK_SANDBOX: sandboxId }
	const child = spawn('sh', ['-c', script], { detached: true, stdio: 'ignore', env })
	return Object.assign(child, { [Symbol.dispose]: () => killGroup(child.pid!) })
}

test('a group that an earlier runner left running is killed before anything else starts', async () => {
	using place = temporaryFolder()
	using left = group('sleep 60 & wait', 'one')
	noteProcessGroup(place.path, left.pid!, 'one')
	await until('its program runs', () => companions(left.pid!, { sandboxId: '' }) === 1)
	assert.equal(await killSurvivors(place.path), 1)
	assert.equal(isAlive(left.pid!), false)
	assert.equal(companions(left.pid!, { sandboxId: '' }), 0)
	assert.deepEqual(readdirSync(place.path), [])
	assert.equal(await killSurvivors(place.path), 0)
})

test('a program whose leader is gone is killed, too', async () => {
	using place = temporaryFolder()
	using left = group('sleep 60 & exec sleep 0.2', 'two')
	noteProcessGroup(place.path, left.pid!, 'two')
	await once(left, 'exit')
	await until('its program runs alone', () => companions(left.pid!, { sandboxId: '' }) === 1)
	assert.equal(await killSurvivors(place.path), 1)
	assert.equal(companions(left.pid!, { sandboxId: '' }), 0)
})

test('another process that has the number now is left alone, and a broken note is passed over', async () => {
	using place = temporaryFolder()
	using other = group('sleep 60', 'of someone else')
	noteProcessGroup(place.path, other.pid!, 'three')
	const file = join(place.path, 'three.json')
	writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), startTime: '1' }))
	writeFileSync(join(place.path, 'four.json'), '{"pid":')
	assert.equal(await killSurvivors(place.path), 0)
	assert.equal(isAlive(other.pid!), true)
})

test('killing a group that is gone is no fault', async () => {
	using gone = group('exit 0', 'five')
	await once(gone, 'exit')
	killGroup(gone.pid!)
})

test.run()
