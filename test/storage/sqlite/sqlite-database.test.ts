import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'uvu'
import { SqliteDatabase } from '../../../src/storage/sqlite/sqlite-database.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const set = (name: string, value: string | null) => ({ sql: 'INSERT INTO settings (name, value) VALUES (?, ?)', values: [name, value] })

async function names(database: SqliteDatabase): Promise<string[]> {
	return (await database.rows<{ name: string }>('SELECT name FROM settings ORDER BY name')).map(({ name }) => name)
}

test('a request that fails is undone whole and alone, and the others of its batch are kept', async () => {
	using folder = temporaryFolder()
	await using database = await SqliteDatabase.open(join(folder.path, 'a.sqlite'))
	const settled = await Promise.allSettled([
		database.transaction([set('a', '1')]),
		database.transaction([set('b', '1'), set('a', '2')]),
		database.transaction([set('c', null)]),
		database.transaction([{ sql: 'not SQL', values: [] }]),
		database.transaction([set('d', '1'), set('e', '1')]),
	])
	assert.deepEqual(
		settled.map((each) => (each.status === 'fulfilled' ? 'kept' : each.reason.name)),
		['kept', 'Error', 'Error', 'Error', 'kept'],
	)
	assert.deepEqual(await names(database), ['a', 'd', 'e'])
})

test('the error of a statement says which one it was, and not with which values', async () => {
	using folder = temporaryFolder()
	await using database = await SqliteDatabase.open(join(folder.path, 'a.sqlite'))
	await database.transaction([set('a', 'secret')])
	await assert.rejects(database.transaction([set('a', 'secret')]), (error: Error) => {
		assert.match(error.message, /^The store failed: UNIQUE constraint failed: settings\.name\. Statements: INSERT INTO settings/)
		return !error.message.includes('secret')
	})
})

test('a full disk refuses what has no room, keeps what has, and takes more when there is room again', async () => {
	using folder = temporaryFolder()
	await using database = await SqliteDatabase.open(join(folder.path, 'a.sqlite'))
	await database.transaction([set('before', '1')])
	const [pages] = await database.rows<{ page_count: number }>('PRAGMA page_count')
	await database.rows(`PRAGMA max_page_count = ${pages!.page_count + 10}`)
	const large = 'x'.repeat(100_000)
	for (const request of [[set('large', large)], [set('small', '1'), set('large', large)]])
		await assert.rejects(database.transaction(request), { name: 'StoreUnavailableError', message: /disk is full/ })
	await database.transaction([set('after', '1')])
	assert.deepEqual(await names(database), ['after', 'before'])
	await database.rows('PRAGMA max_page_count = 1000000')
	await database.transaction([set('large', large)])
	assert.deepEqual(await names(database), ['after', 'before', 'large'])
})

test('requests are carried out in the order they were made', async () => {
	using folder = temporaryFolder()
	await using database = await SqliteDatabase.open(join(folder.path, 'a.sqlite'))
	const many = Array.from({ length: 1_000 }, (_, index) => String(index).padStart(4, '0'))
	const counts = await Promise.all(
		many.map(async (name) => {
			const written = database.transaction([set(name, '')])
			const [row] = await database.rows<{ count: number }>('SELECT count(*) AS count FROM settings')
			await written
			return row!.count
		}),
	)
	assert.deepEqual(
		counts,
		many.map((_, index) => index + 1),
	)
})

test('every commit reaches the disk before it is answered', async () => {
	using folder = temporaryFolder()
	await using database = await SqliteDatabase.open(join(folder.path, 'a.sqlite'))
	const [journal, synchronous, vacuum] = await Promise.all(
		['journal_mode', 'synchronous', 'auto_vacuum'].map((name) => database.rows<Record<string, unknown>>(`PRAGMA ${name}`)),
	)
	assert.deepEqual([journal![0]!.journal_mode, synchronous![0]!.synchronous, vacuum![0]!.auto_vacuum], ['wal', 2, 2])
})

test('a request that comes while the store closes is refused, and closing ends all the same', async () => {
	using folder = temporaryFolder()
	for (let round = 0; round < 5; round++) {
		const database = await SqliteDatabase.open(join(folder.path, 'a.sqlite'))
		let isOpen = true
		const closed = database[Symbol.asyncDispose]().then(() => {
			isOpen = false
		})
		const late: Promise<string>[] = []
		while (isOpen) {
			const answered = database.rows('SELECT 1').then(() => 'answered')
			late.push(answered.catch((error: Error) => error.name))
			await new Promise((resolve) => setImmediate(resolve))
		}
		await closed
		const outcomes = new Set(await Promise.all(late))
		assert.deepEqual([...outcomes.difference(new Set(['answered', 'StoreUnavailableError']))], [])
	}
})

test.run()
