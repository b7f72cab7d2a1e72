import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { MemoryGroups, memoryGroupPlace } from '../../src/sandbox/memory-groups.ts'
import { isAlive } from '../support/processes.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

const here = MemoryGroups.open()
const testWithGroups = here ? test : test.skip
if (!here) console.log('Control groups are not tried: this user can make none here.')

/** A program that begins once it is in a group of its own. */
async function member(groups: MemoryGroups, program: string, args: string[]) {
	const child = spawn(program, args, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
	const name = String(child.pid)
	groups.make(name, 2 ** 27)
	await groups.add(name, child.pid!)
	child.stdin.end('\n')
	return { child, name }
}

test('groups are made within the own one in version 1, beside it in version 2, and nowhere else', () => {
	const first = '35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory'
	const second = '41 31 0:38 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate'
	const inContainer = '50 31 0:38 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory'
	const table: [mountinfo: string, cgroup: string, place: ReturnType<typeof memoryGroupPlace>][] = [
		[`${first}\n`, '5:cpu:/a\n4:memory:/jobs/one\n0::/\n', { version: 1, folder: '/sys/fs/cgroup/memory/jobs/one' }],
		[`${second}\n${first}`, '4:memory:/\n0::/unit', { version: 1, folder: '/sys/fs/cgroup/memory/' }],
		[inContainer, '4:memory:/docker/abc/runner\n', { version: 1, folder: '/sys/fs/cgroup/memory/runner' }],
		[inContainer, '4:memory:/docker/abcdef\n', undefined],
		[second, '0::/system.slice/runhook.service/runner\n', { version: 2, folder: '/sys/fs/cgroup/system.slice/runhook.service' }],
		// What has no group above it has nowhere to put others.
		[second, '0::/\n', undefined],
		['', '', undefined],
	]
	for (const [mountinfo, cgroup, place] of table) assert.deepEqual(memoryGroupPlace({ mountinfo, cgroup }), place, cgroup)
})

test('in version 2 a group is bound without swap, and tells that a process of it was ended', () => {
	using place = temporaryFolder()
	const groups = new MemoryGroups({ version: 2, folder: place.path })
	groups.make('one', 1_000)
	const file = (name: string) => join(place.path, 'runhook-one', name)
	assert.equal(readFileSync(file('memory.max'), 'utf8'), '1000')
	writeFileSync(file('memory.events'), 'low 0\noom 1\noom_kill 0\n')
	assert.equal(groups.ranOut('one'), false)
	writeFileSync(file('memory.events'), 'low 0\noom 1\noom_kill 2\n')
	assert.equal(groups.ranOut('one'), true)
})

testWithGroups('a process that holds too much is ended, buffers counted', async () => {
	const groups = here!
	const { child, name } = await member(groups, process.execPath, ['-e', `process.stdin.once('data', () => Buffer.alloc(2 ** 28, 1))`])
	assert.equal(groups.ranOut(name), false)
	assert.deepEqual((await once(child, 'exit'))[1], 'SIGKILL')
	assert.equal(groups.ranOut(name), true)
	await groups.remove(name)
})

testWithGroups('all that a process started ends with its group, wherever it went', async () => {
	const groups = here!
	const { name } = await member(groups, 'sh', ['-c', 'read -r _; setsid env -i sleep 60 & wait'])
	const pids = await until('both run', () => groups.processes(name).length === 2 && groups.processes(name))
	await groups.remove(name)
	assert.deepEqual(pids.filter(isAlive), [])
	assert.deepEqual(groups.processes(name), [])
	await groups.remove(name)
})

testWithGroups('an empty group that was left behind is taken away at a later start; one that was just made is not', async () => {
	const groups = here!
	const names = ['left', 'made'].map((name) => `${name}-${process.pid}`)
	for (const name of names) groups.make(name, 2 ** 27)
	const [mountinfo, cgroup] = ['mountinfo', 'cgroup'].map((name) => readFileSync(`/proc/self/${name}`, 'utf8')) as [string, string]
	const folders = names.map((name) => join(memoryGroupPlace({ mountinfo, cgroup })!.folder, `runhook-${name}`))
	const yesterday = Date.now() / 1_000 - 86_400
	utimesSync(folders[0]!, yesterday, yesterday)
	MemoryGroups.open()
	assert.deepEqual(
		folders.map((folder) => existsSync(folder)),
		[false, true],
	)
	for (const name of names) await groups.remove(name)
})

test.run()
