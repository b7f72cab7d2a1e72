import assert from 'node:assert/strict'
import { test } from 'uvu'
import { systemClock } from '../../src/clock.ts'
import { RETENTION_REST_JOBS, RETENTION_STEP_JOBS } from '../../src/limits.ts'
import { deleteHistory, dueCount, startRetention } from '../../src/storage/retention.ts'
import { clockAt } from '../support/clock-at.ts'
import { endJobs } from '../support/end-jobs.ts'
import { keptLog } from '../support/kept-log.ts'
import { sqlitePlace } from '../support/sqlite-place.ts'
import { until } from '../support/until.ts'

const day = 86_400_000
const start = Date.parse('2026-01-01T00:00:00Z')
const bounds = { jobs: 1_000_000, bytes: 1e12 }
const enough = { isLow: () => false, look: async () => undefined }

/** A store whose jobs ended a day apart each, from 2026 on, and what is needed to delete from it. */
async function fill(count: number, length?: number) {
	const place = await sqlitePlace()
	const clock = clockAt('2026-01-01T00:00:00Z')
	// On a clock of its own that stands: what the store itself does from time to time must not come in between.
	const storage = await place.open({ clock: clockAt('2026-01-01T00:00:00Z') })
	const ids = await endJobs(storage, count, { from: start, apart: day, ...(length ? { length } : {}) })
	const { history } = storage
	return {
		...{ clock, storage, ids, parts: { history, retentionDays: 30, bounds, space: enough, clock: { ...clock, sleep: systemClock.sleep } } },
		kept: async () => (await Promise.all(ids.map((jobId) => storage.jobs.get(jobId)))).flatMap((job) => (job ? [job.jobId] : [])),
		async [Symbol.asyncDispose]() {
			await storage[Symbol.asyncDispose]()
			await place[Symbol.asyncDispose]()
		},
	}
}

const signal = new AbortController().signal

test('what is due: all that is too old, and the oldest as far as they are too many; for space all but a rest', () => {
	const oldest = [1, 2, 3, 4].map((endTime) => ({ jobId: String(endTime), endTime }))
	const due = (given: { endedCount?: number; bytes?: number; isLow?: boolean; before?: number }) => {
		const { endedCount = 1_000, bytes = 10, isLow = false, before = 0 } = given
		return dueCount({ oldest, endedCount, bytes, freeBytes: 0 }, { before, bounds: { jobs: 1_000, bytes: 10 }, isLow })
	}
	assert.deepEqual([due({}), due({ before: 3 }), due({ before: 9 })], [0, 2, 4])
	assert.deepEqual([due({ endedCount: 1_001 }), due({ endedCount: 2_000 }), due({ endedCount: 1_001, before: 4 })], [1, 4, 3])
	for (const tooLarge of [{ bytes: 11 }, { isLow: true }])
		assert.deepEqual(
			[0, 1, 9].map((more) => due({ ...tooLarge, endedCount: RETENTION_REST_JOBS + more })),
			[0, 1, 4],
		)
})

test('over the count the oldest ended go until it is met; over the size of the store until that is, but for the newest', async () => {
	await using filled = await fill(200, 20_000)
	assert.equal(await deleteHistory({ ...filled.parts, bounds: { ...bounds, jobs: 180 } }, signal), 20)
	assert.deepEqual(await filled.kept(), filled.ids.slice(20))
	const { bytes } = await filled.storage.history.look()
	const deleted = await deleteHistory({ ...filled.parts, bounds: { ...bounds, bytes: bytes - 300_000 } }, signal)
	assert.ok(deleted >= 10 && deleted <= 60, `${deleted} jobs`)
	assert.deepEqual(await filled.kept(), filled.ids.slice(20 + deleted))
	await deleteHistory({ ...filled.parts, bounds: { ...bounds, bytes: 1 } }, signal)
	assert.deepEqual(await filled.kept(), filled.ids.slice(-RETENTION_REST_JOBS))
})

test('a low disk has the oldest deleted only until it has room again', async () => {
	await using filled = await fill(200)
	let looks = 0
	const space = { isLow: () => looks < 2, look: async () => void looks++ }
	assert.equal(await deleteHistory({ ...filled.parts, space }, signal), 2 * RETENTION_STEP_JOBS)
	assert.deepEqual(await filled.kept(), filled.ids.slice(2 * RETENTION_STEP_JOBS))
})

test('old jobs are looked for as the clock goes on, and at once when the disk gets low', async () => {
	await using filled = await fill(102)
	const log = keptLog()
	let isLow = false
	const forgotten: number[] = []
	const space = { isLow: () => isLow, look: async () => undefined }
	const forgetOthers = async (before: number) => void forgotten.push(before)
	await using _ = startRetention({ ...filled.parts, space, forgetOthers, clock: filled.clock, log })
	await until('the first look is over', () => forgotten.length > 0)
	isLow = true
	await until('they are gone', async () => {
		filled.clock.move(1_000)
		return (await filled.kept()).length === RETENTION_REST_JOBS
	})
	isLow = false
	assert.ok(filled.clock.now() < start + day)
	filled.clock.move(32.5 * day)
	await until('the next one is gone', async () => {
		filled.clock.move(60_000)
		return (await filled.kept()).length === RETENTION_REST_JOBS - 1
	})
	await until('it is told', () => log.lines.some(({ message, fields }) => message === 'Old jobs deleted' && fields.count === 2))
})

test('a store that refuses is told once, however often it is tried', async () => {
	const clock = clockAt('2026-01-01T00:00:00Z')
	const log = keptLog()
	let looks = 0
	const look = async () => {
		looks++
		throw new Error('The store refused.')
	}
	await using filled = await fill(0)
	const history = { ...filled.storage.history, look }
	await using _ = startRetention({ ...filled.parts, history, forgetOthers: async () => undefined, clock, log })
	await until('it was tried again and again', () => {
		clock.move(1_000)
		return looks > 3
	})
	assert.equal(log.lines.filter(({ level }) => level === 'warn').length, 1)
})

test.run()
