import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'uvu'
import { backUpStore } from '../../../src/storage/copy/back-up-store.ts'
import { storeFileOf } from '../../../src/storage/copy/sqlite-copy.ts'
import { filledFolder, rowsIn } from '../../support/filled-store.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** Some MiB in a store, so that it is backed up in several steps. */
function longFolder(path: string): string {
	const dataDir = filledFolder(path, 1)
	using db = new DatabaseSync(storeFileOf(dataDir))
	db.exec(`WITH RECURSIVE next (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM next WHERE n < 12)
		INSERT INTO job_streams SELECT 'long', n, 1, 'Output', hex(zeroblob(524288)) FROM next`)
	return dataDir
}

test('a backup is the store of the moment in which it began, whatever is written meanwhile, and is one plain file for its owner', async () => {
	using folder = temporaryFolder()
	const dataDir = longFolder(folder.path)
	const before = rowsIn(dataDir)
	using writer = new DatabaseSync(storeFileOf(dataDir))
	const steps: number[] = []
	const progress = (written: number, count: number) => {
		steps.push(written / count)
		if (steps.length <= 3) writer.exec(`INSERT INTO settings VALUES ('step ${steps.length}', '')`)
	}
	const restored = join(folder.path, 'restored')
	mkdirSync(restored)
	const to = storeFileOf(restored)
	const signal = new AbortController().signal
	const { file, bytes } = await backUpStore({ from: storeFileOf(dataDir), to, progress, signal })
	assert.deepEqual([file, bytes, statSync(to).mode & 0o777], [to, statSync(to).size, 0o600])
	assert.ok(steps.length >= 3)
	assert.deepEqual(steps, steps.toSorted())
	assert.deepEqual(readdirSync(restored), ['runhook.sqlite'])
	assert.deepEqual(rowsIn(restored), before)
	using db = new DatabaseSync(to)
	assert.deepEqual({ ...db.prepare('PRAGMA auto_vacuum').get() }, { auto_vacuum: 2 })
	assert.deepEqual({ ...db.prepare('PRAGMA journal_mode').get() }, { journal_mode: 'delete' })
})

test('a backup that is broken off, or would write over a file, leaves nothing behind', async () => {
	using folder = temporaryFolder()
	const dataDir = longFolder(folder.path)
	const to = join(folder.path, 'backup.sqlite')
	const stopping = new AbortController()
	const backUp = (file: string, progress: () => void = () => undefined) =>
		backUpStore({ from: storeFileOf(dataDir), to: file, progress, signal: stopping.signal })
	const away = join(folder.path, 'none/backup.sqlite')
	await assert.rejects(backUp(away), { name: 'StartError', message: /none\/backup\.sqlite.* ENOENT/ })
	writeFileSync(to, 'of yesterday')
	await assert.rejects(backUp(to), { name: 'StartError', message: `There is a file ${to} already: a backup writes over none.` })
	assert.equal(readFileSync(to, 'utf8'), 'of yesterday')
	rmSync(to)
	await assert.rejects(backUp(folder.path), {
		name: 'StartError',
		message: /^--to: .* is a folder; allowed is a file that is not there yet\.$/,
	})
	await assert.rejects(
		backUp(to, () => stopping.abort()),
		{ name: 'AbortError' },
	)
	assert.deepEqual(readdirSync(folder.path), ['data'])
})

test('of two backups to one file at once the one that is whole first has it, and the other one is refused', async () => {
	using folder = temporaryFolder()
	const dataDir = longFolder(folder.path)
	const restored = join(folder.path, 'restored')
	mkdirSync(restored)
	const backUp = (progress: () => void) =>
		backUpStore({ from: storeFileOf(dataDir), to: storeFileOf(restored), progress, signal: new AbortController().signal })
	let second: Promise<unknown> | undefined
	const first = backUp(() => {
		second ??= backUp(() => undefined)
	})
	const ends = await Promise.allSettled([first, first.catch(() => undefined).then(() => second)])
	assert.deepEqual(ends.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
	const { reason } = ends.find((end) => end.status === 'rejected')!
	assert.match(reason.message, /already: a backup writes over none\.$/)
	assert.deepEqual(rowsIn(restored), rowsIn(dataDir))
	assert.deepEqual(readdirSync(restored), ['runhook.sqlite'])
})

test.run()
