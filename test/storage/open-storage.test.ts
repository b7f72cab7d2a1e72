import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'uvu'
import { systemClock } from '../../src/clock.ts'
import { readConfig } from '../../src/config.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import { keptLog } from '../support/kept-log.ts'
import { newJob } from '../support/new-job.ts'
import { sqlitePlace } from '../support/sqlite-place.ts'

test('a store written by a newer program is refused with a sentence, and its folder is free again', async () => {
	await using place = await sqlitePlace()
	mkdirSync(place.dataDir)
	const file = join(place.dataDir, 'runhook.sqlite')
	const version = (number: number) => {
		using db = new DatabaseSync(file)
		db.exec(`PRAGMA user_version = ${number}`)
	}
	version(99)
	await assert.rejects(place.open(), {
		name: 'StartError',
		message: `The store ${file} cannot be opened: it was written by a newer Runhook (schema 99, this one knows 1).`,
	})
	version(0)
	await using storage = await place.open()
	assert.equal(await storage.queue.insert(newJob()), 'accepted')
})

test('a file that is no store is refused with a sentence', async () => {
	await using place = await sqlitePlace()
	mkdirSync(place.dataDir)
	writeFileSync(join(place.dataDir, 'runhook.sqlite'), 'This is no database, whatever its name says.'.repeat(100))
	await assert.rejects(place.open(), { name: 'StartError', message: /^The store .* cannot be opened: file is not a database\.$/ })
})

test('a data folder has one runner: a second one is refused until the first has ended', async () => {
	await using place = await sqlitePlace()
	{
		await using first = await place.open()
		await assert.rejects(place.open(), { name: 'StartError', message: /^Another runner uses the data folder .*RUNHOOK_DATA_DIR/ })
		assert.equal(await first.queue.insert(newJob()), 'accepted')
	}
	await using second = await place.open()
	assert.equal((await second.queue.claim({ count: 5, at: 2 })).length, 1)
})

test('a data folder that cannot be made is refused with a sentence', async () => {
	await using place = await sqlitePlace()
	mkdirSync(dirname(place.dataDir), { recursive: true })
	writeFileSync(place.dataDir, 'a file in its place')
	await assert.rejects(place.open(), { name: 'StartError', message: /^The data folder .* cannot be used: EEXIST.*RUNHOOK_DATA_DIR/ })
})

test('a data folder where no folder can be is refused with a sentence', async () => {
	const config = { ...readConfig({}, '/', false).config, dataDir: '/proc/runhook/data' }
	const opened = openStorage(config, { clock: systemClock, log: keptLog() })
	await assert.rejects(opened, { name: 'StartError', message: /^The data folder \/proc\/runhook\/data cannot be used: / })
})

test('a store stays open to readers, such as a backup', async () => {
	await using place = await sqlitePlace()
	await using storage = await place.open()
	await storage.queue.insert(newJob())
	using reader = new DatabaseSync(join(place.dataDir, 'runhook.sqlite'), { readOnly: true })
	assert.equal(reader.prepare('SELECT count(*) AS count FROM jobs').get()!.count, 1)
})

test('a store that is closed refuses, and closing it waits for what is under way', async () => {
	await using place = await sqlitePlace()
	const job = newJob()
	const storage = await place.open()
	const inserted = storage.queue.insert(job)
	await storage[Symbol.asyncDispose]()
	assert.equal(await inserted, 'accepted')
	await assert.rejects(storage.jobs.get(job.jobId), { name: 'StoreUnavailableError' })
	await using again = await place.open()
	assert.equal((await again.jobs.get(job.jobId))?.status, 'New')
})

test.run()
