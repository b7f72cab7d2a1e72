import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { openStorage, type Storage } from '../../../src/storage/open-storage.ts'
import { deleteOldJobs } from '../../../src/storage/sqlite/retention.ts'
import { SqliteDatabase } from '../../../src/storage/sqlite/sqlite-database.ts'
import { clockAt } from '../../support/clock-at.ts'
import { keptLog } from '../../support/kept-log.ts'
import { newJob } from '../../support/new-job.ts'
import { runbookContent } from '../../support/runbook-content.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { until } from '../../support/until.ts'

const day = 86_400_000
const start = '2026-01-01T00:00:00Z'
const bounds = { jobs: 1_000_000, bytes: 1e12 }

/** Makes jobs that end a day apart each, with a record of so many bytes. */
async function endJobs({ queue }: Storage, count: number, bytes = 10): Promise<string[]> {
	const jobs = Array.from({ length: count }, () => newJob())
	await Promise.all(jobs.map((job) => queue.insert(job)))
	await queue.claim({ count, at: 1 })
	const records = [{ sequence: 1, time: 1, streamType: 'Output', json: JSON.stringify('x'.repeat(bytes)) } as const]
	const at = (index: number) => Date.parse(start) + index * day
	await Promise.all(jobs.map(({ jobId }, index) => queue.finish({ jobId, to: 'Completed', at: at(index), records })))
	return jobs.map(({ jobId }) => jobId)
}

/** Fills a store, then deletes from it as the runner would. */
async function sweep(folder: string, { now, limits = bounds }: { now: string; limits?: typeof bounds }): Promise<number> {
	await using database = await SqliteDatabase.open(join(folder, 'runhook.sqlite'))
	return await deleteOldJobs(database, { retentionDays: 30, clock: clockAt(now) }, new AbortController().signal, limits)
}

async function fill<Made>(dataDir: string, make: (storage: Storage) => Promise<Made>): Promise<Made> {
	await using storage = await openStorage({ dataDir, queueLimit: 10_000, retentionDays: 30 }, { clock: clockAt(start), log: keptLog() })
	return await make(storage)
}

test('jobs that ended longer ago than they are kept go with their streams and uses of assets, the others stay', async () => {
	using folder = temporaryFolder()
	const ids = await fill(folder.path, (storage) => endJobs(storage, 5))
	const waiting = newJob({ creationTime: 1 })
	await fill(folder.path, async ({ queue, assets }) => {
		await queue.insert(waiting)
		for (const jobId of ids) await assets.noteUse(jobId, { kind: 'variable', name: 'v', access: 'read', source: 'store' }, 1, 9)
	})
	assert.equal(await sweep(folder.path, { now: '2026-02-03T00:00:00Z' }), 3)
	await fill(folder.path, async ({ jobs, streams, assets }) => {
		const uses = await Promise.all(ids.map(async (jobId) => (await assets.uses(jobId)).length))
		assert.deepEqual(uses, [0, 0, 0, 1, 1])
		const kept = await Promise.all([...ids, waiting.jobId].map((jobId) => jobs.get(jobId)))
		assert.deepEqual(
			kept.map((job) => job !== undefined),
			[false, false, false, true, true, true],
		)
		const records = await Promise.all(ids.map(async (jobId) => (await streams.list(jobId, { after: 0, limit: 9 })).length))
		assert.deepEqual(records, [0, 0, 0, 1, 1])
	})
	assert.equal(await sweep(folder.path, { now: '2026-02-03T00:00:00Z' }), 0)
})

test('over the count of jobs, or over the size of the store, the oldest ended ones go first', async () => {
	using folder = temporaryFolder()
	const ids = await fill(folder.path, (storage) => endJobs(storage, 130, 20_000))
	const now = '2026-01-01T00:00:00Z'
	assert.equal(await sweep(folder.path, { now, limits: { ...bounds, jobs: 100 } }), 50)
	assert.equal(await sweep(folder.path, { now, limits: { ...bounds, bytes: 1_500_000 } }), 50)
	await fill(folder.path, async ({ jobs }) => {
		const kept = (await Promise.all(ids.map((jobId) => jobs.get(jobId)))).filter((job) => job !== undefined)
		assert.deepEqual(
			kept.map(({ jobId }) => jobId),
			ids.slice(100),
		)
	})
})

test('deleting gives the space back to the disk', async () => {
	using folder = temporaryFolder()
	await fill(folder.path, (storage) => endJobs(storage, 60, 100_000))
	const file = join(folder.path, 'runhook.sqlite')
	const before = statSync(file).size
	assert.ok(before > 6_000_000, `${before} bytes`)
	assert.equal(await sweep(folder.path, { now: '2027-01-01T00:00:00Z' }), 60)
	assert.ok(statSync(file).size < 1_000_000, `${statSync(file).size} bytes`)
})

test('contents of runbooks go when they were superseded that long ago and no job needs them', async () => {
	using folder = temporaryFolder()
	const content = (contentHash: string) => ({ ...runbookContent(), contentHash, madeWith: 'v1' })
	await fill(folder.path, async ({ contents, queue }) => {
		await contents.put(content('old'), 1)
		await contents.put(content('needed'), 2)
		await contents.put(content('recent'), Date.parse(start))
		await contents.put(content('current'), Date.parse('2026-02-03T00:00:00Z'))
		await queue.insert(newJob({ contentHash: 'needed' }))
	})
	await sweep(folder.path, { now: '2026-02-03T00:00:00Z' })
	await fill(folder.path, async ({ contents }) => {
		const kept = await Promise.all(['old', 'needed', 'recent', 'current'].map((hash) => contents.get(hash)))
		assert.deepEqual(
			kept.map((each) => each?.contentHash),
			[undefined, 'needed', 'recent', 'current'],
		)
	})
})

test('a store looks for old jobs while it is open, as its clock goes on', async () => {
	using folder = temporaryFolder()
	const clock = clockAt(start)
	const log = keptLog()
	await using storage = await openStorage({ dataDir: folder.path, queueLimit: 10, retentionDays: 30 }, { clock, log })
	const [one, other] = await endJobs(storage, 2)
	await until('the old job is gone', async () => {
		if (clock.now() < Date.parse('2026-01-31T12:00:00Z')) clock.move(30.5 * day)
		else clock.move(60_000)
		return (await storage.jobs.get(one!)) === undefined
	})
	assert.notEqual(await storage.jobs.get(other!), undefined)
	await until('it is told', () => log.lines.some(({ message, fields }) => message === 'Old jobs deleted' && fields.count === 1))
})

test.run()
