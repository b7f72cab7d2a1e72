import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'uvu'
import { migrate } from '../../src/storage/migrate.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

function state(db: DatabaseSync): unknown[] {
	const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all()
	return [db.prepare('PRAGMA user_version').get()!.user_version, ...tables.map(({ name }) => name)]
}

test('files are applied once, in the order of their numbers', () => {
	using folder = temporaryFolder()
	using db = new DatabaseSync(':memory:')
	writeFileSync(join(folder.path, '0001-first.sqlite.sql'), 'CREATE TABLE a (x)')
	writeFileSync(join(folder.path, '0001-first.postgres.sql'), 'not for SQLite')
	migrate(db, folder.path)
	assert.deepEqual(state(db), [1, 'a'])
	writeFileSync(join(folder.path, '0003-third.sqlite.sql'), 'ALTER TABLE b RENAME TO c')
	writeFileSync(join(folder.path, '0002-second.sqlite.sql'), 'CREATE TABLE b (x)')
	migrate(db, folder.path)
	migrate(db, folder.path)
	assert.deepEqual(state(db), [3, 'a', 'c'])
})

test('a migration that fails leaves nothing behind, of itself and of those before it', () => {
	using folder = temporaryFolder()
	using db = new DatabaseSync(':memory:')
	writeFileSync(join(folder.path, '0001-first.sqlite.sql'), 'CREATE TABLE a (x)')
	writeFileSync(join(folder.path, '0002-second.sqlite.sql'), 'CREATE TABLE b (x); CREATE TABLE a (x)')
	assert.throws(() => migrate(db, folder.path), /table a already exists/)
	assert.deepEqual(state(db), [0])
	writeFileSync(join(folder.path, '0002-second.sqlite.sql'), 'CREATE TABLE b (x)')
	migrate(db, folder.path)
	assert.deepEqual(state(db), [2, 'a', 'b'])
})

test('a file of a newer program is refused and stays as it is', () => {
	using folder = temporaryFolder()
	using db = new DatabaseSync(':memory:')
	writeFileSync(join(folder.path, '0001-first.sqlite.sql'), 'CREATE TABLE a (x)')
	db.exec('PRAGMA user_version = 2')
	assert.throws(() => migrate(db, folder.path), { message: 'it was written by a newer Runhook (schema 2, this one knows 1)' })
	assert.deepEqual(state(db), [2])
})

test.run()
