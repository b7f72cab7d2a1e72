import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'uvu'
import { systemClock } from '../../../src/clock.ts'
import { deleteHistory } from '../../../src/storage/retention.ts'
import { openHistoryStore } from '../../../src/storage/sqlite/history-store.ts'
import { SqliteDatabase } from '../../../src/storage/sqlite/sqlite-database.ts'
import { clockAt } from '../../support/clock-at.ts'
import { endJobs } from '../../support/end-jobs.ts'
import { newJob } from '../../support/new-job.ts'
import { runbookContent } from '../../support/runbook-content.ts'
import { sqlitePlace } from '../../support/sqlite-place.ts'

const signal = new AbortController().signal
const space = { isLow: () => false, look: async () => undefined }
const bounds = { jobs: 0, bytes: 1e12 }

test('what is deleted gives its space back to the disk while the store is open, also after a reader was in the way', async () => {
	await using place = await sqlitePlace()
	await using storage = await place.open({ clock: clockAt('1970-01-01T00:00:00Z') })
	const { history } = storage
	const parts = { history, retentionDays: 30, bounds, space, clock: { ...systemClock, now: () => 0 } }
	const file = join(place.dataDir, 'runhook.sqlite')
	const taken = () => statSync(file).size + statSync(`${file}-wal`).size
	await endJobs(storage, 60, { length: 100_000 })
	assert.ok(taken() > 6_000_000, `${taken()} bytes`)
	{
		using reader = new DatabaseSync(file, { readOnly: true })
		reader.exec('BEGIN')
		const count = () => reader.prepare('SELECT count(*) AS count FROM jobs').get()!.count
		assert.equal(count(), 60)
		const since = performance.now()
		assert.equal(await deleteHistory(parts, signal), 60)
		assert.ok(performance.now() - since < 4_000, 'nobody waits for the reader')
		assert.equal(count(), 60)
	}
	await endJobs(storage, 1)
	assert.equal(await deleteHistory(parts, signal), 1)
	assert.ok(taken() < 1_000_000, `${taken()} bytes`)
})

test('while somebody reads the store a low disk has nothing deleted, because that would fill it', async () => {
	await using place = await sqlitePlace()
	await using storage = await place.open({ clock: clockAt('1970-01-01T00:00:00Z') })
	const { history } = storage
	const parts = { history, retentionDays: 30, bounds, space: { ...space, isLow: () => true }, clock: { ...systemClock, now: () => 0 } }
	const file = join(place.dataDir, 'runhook.sqlite')
	await endJobs(storage, 60, { length: 20_000 })
	const log = () => statSync(`${file}-wal`).size
	{
		using reader = new DatabaseSync(file, { readOnly: true })
		reader.exec('BEGIN; SELECT count(*) FROM jobs')
		const before = log()
		await assert.rejects(deleteHistory(parts, signal), /^StoreUnavailableError: Another program reads the store/)
		assert.deepEqual([(await history.look()).endedCount, log()], [60, before])
	}
	let looks = 0
	const heldLater = { ...history, isHeld: async () => ++looks > 1, giveSpaceBack: () => assert.fail('a page is moved') }
	await assert.rejects(deleteHistory({ ...parts, history: heldLater }, signal), /^StoreUnavailableError/)
	assert.ok((await deleteHistory(parts, signal)) > 0)
	assert.deepEqual([(await history.look()).endedCount, log()], [0, 0])
})

test('the content of a job stays that is resumed while jobs are looked through', async () => {
	await using place = await sqlitePlace()
	const { jobId } = newJob()
	{
		await using storage = await place.open()
		for (const [at, contentHash] of ['old', 'current'].entries())
			await storage.contents.put({ ...runbookContent(), contentHash, madeWith: 'v1' }, at)
		await storage.queue.insert(newJob({ jobId, contentHash: 'old' }))
		await storage.jobs.changeStatus({ jobId, from: 'New', to: 'Suspended', at: 2 })
	}
	await using database = await SqliteDatabase.open(join(place.dataDir, 'runhook.sqlite'))
	const rows: SqliteDatabase['rows'] = async (sql, ...values) => {
		if (values[0] === 'Suspended') await database.rows(`UPDATE jobs SET status = 'New' WHERE job_id = ?`, jobId)
		return database.rows(sql, ...values)
	}
	const { transaction, checkpoint } = database
	const history = openHistoryStore({ kind: 'sqlite', rows, transaction: transaction.bind(database), checkpoint: checkpoint.bind(database) })
	await history.deleteContents(10, 20)
	assert.equal((await database.rows(`SELECT 1 FROM runbook_contents WHERE content_hash = 'old'`)).length, 1)
})

test.run()
