import assert from 'node:assert/strict'
import { test } from 'uvu'
import { Queue } from '../../src/queue/queue.ts'
import { carryOut } from '../../src/schedules/carry-out.ts'
import type { JobSchedule } from '../../src/schedules/job-schedule.ts'
import type { NewSchedule } from '../../src/schedules/schedule.ts'
import type { Storage } from '../../src/storage/open-storage.ts'
import { keptLog } from '../support/kept-log.ts'
import { linkedSchedule } from '../support/new-schedule.ts'
import { runbookContent } from '../support/runbook-content.ts'
import { sqlitePlace } from '../support/sqlite-place.ts'

const noon = Date.parse('2026-03-28T12:00:00Z')
const at = (time: string) => Date.parse(`2026-03-28T${time}Z`)

async function open(given: Partial<NewSchedule> = {}) {
	const place = await sqlitePlace()
	const storage = await place.open()
	const { schedule, jobSchedule } = await linkedSchedule(storage.schedules, noon, given)
	const log = keptLog()
	const runbooks = { find: async () => ({ name: 'deploy', file: '', content: runbookContent() }) }
	const parts = { schedules: storage.schedules, runbooks, queue: new Queue(storage.queue), log }
	const find = async () => (await storage.schedules.findJobSchedule(jobSchedule.jobScheduleId))!
	/** As a runner does that has just read the store, or that read it a while ago. */
	const act = async (now: number, read?: JobSchedule) => {
		const link = { schedule, jobSchedule: read ?? (await find()), kept: '', nextTime: 0, mayWait: false }
		return carryOut(parts, link, now)
	}
	const close = async () => {
		await storage[Symbol.asyncDispose]()
		await place[Symbol.asyncDispose]()
	}
	return { storage, schedule, jobSchedule, log, find, act, [Symbol.asyncDispose]: close }
}

async function endOne(storage: Storage): Promise<void> {
	const [job] = await storage.queue.claim({ count: 1, at: 1 })
	await storage.queue.finish({ jobId: job!.jobId, to: 'Completed', at: 2, records: [] })
}

async function jobCount(storage: Storage): Promise<number> {
	return (await storage.jobs.list({ after: undefined, limit: 500, filter: {} })).jobs.length
}

test('a schedule that was disabled, changed or deleted a moment ago starts nothing, and is decided by that alone', async () => {
	for (const overlap of ['allow', 'skip', 'queue'] as const) {
		await using opened = await open({ overlap })
		const { storage, schedule, jobSchedule, act, find } = opened
		await storage.schedules.update(schedule.scheduleId, { isEnabled: false }, { at: at('12:01:30'), anew: true })
		assert.equal(await act(at('12:02:00'), jobSchedule), 'changed')
		assert.equal((await find()).decidedTime, at('12:01:30'))
		await storage.schedules.update(schedule.scheduleId, { isEnabled: true }, { at: at('12:02:30'), anew: true })
		assert.equal(await act(at('12:02:00'), jobSchedule), 'changed')
		await storage.schedules.delete(schedule.scheduleId)
		assert.equal(await act(at('12:03:00'), jobSchedule), 'changed')
		assert.deepEqual([await jobCount(storage), opened.log.lines], [0, []], overlap)
	}
})

test('what is left out or waits is not decided of a schedule that was changed a moment ago', async () => {
	for (const overlap of ['skip', 'queue'] as const) {
		await using opened = await open({ overlap })
		const { storage, schedule, act, find } = opened
		await act(at('12:01:00'))
		const read = await find()
		await storage.schedules.update(schedule.scheduleId, { expiryTime: at('12:10:00') }, { at: at('12:02:30'), anew: true })
		assert.equal(await act(at('12:02:00'), read), 'changed', overlap)
		assert.equal((await find()).decidedTime, at('12:02:30'))
		assert.deepEqual((await storage.schedules.runsOf(read.jobScheduleId)).waiting, [])
	}
})

test('a run that was left out stays so when the clock is put right, or that of another runner is behind', async () => {
	await using opened = await open({ overlap: 'skip' })
	const { storage, act, find } = opened
	await act(at('12:01:00'))
	await act(at('12:02:00'))
	await endOne(storage)
	for (const time of ['12:01:58', '12:01:01', '12:02:01']) await act(at(time))
	assert.deepEqual([await jobCount(storage), (await find()).decidedTime], [1, at('12:02:00')])
	await act(at('12:03:00'))
	assert.equal(await jobCount(storage), 2)
})

test('after a clock was set back a run that was left out may run, and one that has its job holds up none', async () => {
	await using opened = await open({ overlap: 'skip', missed: 'all' })
	const { storage, act, find } = opened
	for (const time of ['12:01:00', '12:02:00']) await act(at(time))
	await endOne(storage)
	await act(at('12:00:10'))
	assert.equal((await find()).decidedTime, at('12:00:10'))
	await act(at('12:01:00'))
	assert.deepEqual([await jobCount(storage), (await find()).decidedTime], [1, at('12:01:00')])
	await act(at('12:02:00'))
	assert.deepEqual([await jobCount(storage), (await find()).decidedTime], [2, at('12:02:00')])
})

test.run()
