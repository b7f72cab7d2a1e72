import assert from 'node:assert/strict'
import { statSync, writeFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'uvu'
import { diskMarks, roomState, WatchedDisk } from '../../../src/storage/sqlite/disk-room.ts'
import { clockAt } from '../../support/clock-at.ts'
import { keptLog } from '../../support/kept-log.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { until } from '../../support/until.ts'

const MiB = 1024 * 1024

test('a disk is low below a GiB or a twentieth of it, or what was told; a quarter of that is full', () => {
	assert.deepEqual(diskMarks(500 * 1024 * MiB, undefined), { lowBytes: 1024 * MiB, fullBytes: 256 * MiB, reserveBytes: 64 * MiB })
	assert.deepEqual(diskMarks(2_000 * MiB, undefined), { lowBytes: 100 * MiB, fullBytes: 25 * MiB, reserveBytes: 25 * MiB })
	assert.deepEqual(diskMarks(2_000 * MiB, 400), { lowBytes: 400 * MiB, fullBytes: 100 * MiB, reserveBytes: 64 * MiB })
	assert.equal(diskMarks(64 * MiB, undefined).reserveBytes, 8 * MiB)
})

test('it is low or full below its mark, and again enough only when a quarter more is left', () => {
	const marks = { lowBytes: 100, fullBytes: 40, reserveBytes: 0 }
	const from = (before: 'enough' | 'low' | 'full') => [130, 125, 124, 100, 99, 50, 49, 40, 39].map((free) => roomState(free, marks, before))
	const [e, l, f] = ['enough', 'low', 'full']
	assert.deepEqual(from('enough'), [e, e, e, e, l, l, l, l, f])
	assert.deepEqual(from('low'), [e, e, l, l, l, l, l, l, f])
	assert.deepEqual(from('full'), [e, e, l, l, l, l, f, f, f])
})

test('after a refused write the reserve is given up and no job taken for a while; then it is made anew, and each change told once', async () => {
	using folder = temporaryFolder()
	const clock = clockAt('2026-01-01T00:00:00Z')
	const log = keptLog()
	const { bavail, bsize } = await statfs(folder.path)
	// So much is free that it is enough, and little enough for a reserve.
	const diskLowMb = Math.floor((bavail * bsize) / MiB / 3)
	const reserve = join(folder.path, 'reserve')
	writeFileSync(reserve, 'of another size')
	await using disk = await WatchedDisk.open({ dataDir: folder.path, diskLowMb, clock, log })
	const held = () => statSync(reserve, { throwIfNoEntry: false })?.size
	assert.deepEqual([disk.state, held()], ['enough', diskMarks(0, diskLowMb).reserveBytes])
	disk.refused()
	disk.refused()
	assert.deepEqual([disk.state, held()], ['full', undefined])
	clock.move(4_000)
	await disk.look()
	assert.equal(disk.state, 'full')
	clock.move(1_000)
	await until('the reserve is there again', async () => {
		clock.move(1_000)
		return held() !== undefined
	})
	assert.deepEqual([disk.state, log.lines.map(({ level }) => level)], ['enough', ['warn', 'info']])
	// The one of an earlier runner is taken over.
	const written = statSync(reserve).mtimeMs
	await using _ = await WatchedDisk.open({ dataDir: folder.path, diskLowMb, clock, log })
	assert.equal(statSync(reserve).mtimeMs, written)
})

test('a disk that is not to be looked at has room whatever is left', async () => {
	using folder = temporaryFolder()
	await using disk = await WatchedDisk.open({ dataDir: folder.path, diskLowMb: 0, clock: clockAt('2026-01-01T00:00:00Z'), log: keptLog() })
	disk.refused()
	await disk.look()
	assert.equal(disk.state, 'enough')
})

test.run()
