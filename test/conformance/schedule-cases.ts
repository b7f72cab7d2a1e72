import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'uvu'
import { RUNS_CLOSED_AT_ONCE } from '../../src/limits.ts'
import type { ScheduledRun } from '../../src/queue/queue-store.ts'
import { newJob } from '../support/new-job.ts'
import { linkedSchedule, newSchedule } from '../support/new-schedule.ts'
import type { NewStorePlace } from './store-place.ts'

const run = (jobScheduleId: string, dueTime: number, given: Partial<ScheduledRun> = {}): ScheduledRun => ({
	...{ jobScheduleId, dueTime, mayOverlap: true, decidedTime: 5 },
	...given,
})

export function scheduleCases(newPlace: NewStorePlace): void {
	test('a schedule is kept as it was made, its name taken without regard to case', async () => {
		await using place = await newPlace()
		const asked = newSchedule({
			...{ name: 'Nächtlich', description: 'At night.', expiryTime: 9, timeZone: 'Europe/Madrid', missed: 'all', overlap: 'queue' },
			recurrence: { frequency: 'Week', interval: 2, advancedSchedule: { weekDays: ['Monday'] } },
		})
		{
			await using storage = await place.open()
			assert.ok(await storage.schedules.create(asked, 5))
			assert.equal(await storage.schedules.create({ ...asked, name: 'NÄCHTLICH' }, 6), undefined)
			await storage.schedules.create(newSchedule({ name: 'a', origin: 'file', declaredBy: 'deploy', recurrence: { cron: '* * * * *' } }), 6)
		}
		await using storage = await place.open()
		const found = (await storage.schedules.find('nächtlich'))!
		assert.deepEqual(found, { ...asked, scheduleId: found.scheduleId, creationTime: 5, lastModifiedTime: 5 })
		assert.deepEqual(
			(await storage.schedules.list()).map(({ name, declaredBy }) => [name, declaredBy]),
			[
				['a', 'deploy'],
				['Nächtlich', null],
			],
		)
	})

	test('a change changes what is given; one that begins anew forgets what was due and what waits', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const { schedules } = storage
		const { schedule, jobSchedule } = await linkedSchedule(schedules, 5)
		const { jobScheduleId } = jobSchedule
		assert.equal(await schedules.wait(jobScheduleId, { read: 5, dueTime: 60_000 }), true)
		await schedules.update(schedule.scheduleId, { description: 'Every minute.' }, { at: 7, anew: false })
		assert.deepEqual(await schedules.find('every minute'), { ...schedule, description: 'Every minute.', lastModifiedTime: 7 })
		assert.deepEqual((await schedules.runsOf(jobScheduleId)).waiting, [60_000])
		await schedules.update(schedule.scheduleId, { description: null, isEnabled: false, expiryTime: 9 }, { at: 8, anew: true })
		assert.deepEqual(await schedules.find('every minute'), { ...schedule, isEnabled: false, expiryTime: 9, lastModifiedTime: 8 })
		assert.deepEqual((await schedules.runsOf(jobScheduleId)).waiting, [])
		assert.equal((await schedules.findJobSchedule(jobScheduleId))?.decidedTime, 8)
	})

	test('a job schedule is kept as it was made, its id once; it goes with its schedule', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const { schedules } = storage
		const { schedule, jobSchedule } = await linkedSchedule(schedules, 5, {}, { a: [1] })
		const { jobScheduleId } = jobSchedule
		const kept = { jobScheduleId, scheduleId: schedule.scheduleId, scheduleName: 'every minute', runbookName: 'deploy' }
		assert.deepEqual(await schedules.findJobSchedule(jobScheduleId.toUpperCase()), {
			...{ ...kept, parameters: { a: [1] }, decidedTime: 5, lastFailure: null, creationTime: 5 },
		})
		const again = { jobScheduleId: jobScheduleId.toUpperCase(), runbookName: 'other', parameters: {} }
		assert.equal(await schedules.createJobSchedule(schedule.scheduleId, again, 6), undefined)
		assert.equal(await schedules.createJobSchedule(4_711, { ...again, jobScheduleId: randomUUID() }, 6), undefined)
		const second = await schedules.createJobSchedule(schedule.scheduleId, { ...again, jobScheduleId: randomUUID() }, 6)
		await schedules.updateJobSchedule(second!.jobScheduleId, { parameters: { b: 2 } })
		assert.deepEqual((await schedules.findJobSchedule(second!.jobScheduleId))?.parameters, { b: 2 })
		await schedules.deleteJobSchedule(second!.jobScheduleId.toUpperCase())
		assert.equal((await schedules.listJobSchedules()).length, 1)
		await schedules.delete(schedule.scheduleId)
		assert.deepEqual([await schedules.list(), await schedules.listJobSchedules()], [[], []])
	})

	test('of many who claim a run at once one makes its job, and what is decided goes with it', async () => {
		await using place = await newPlace()
		const jobs = Array.from({ length: 12 }, () => newJob())
		let jobScheduleId: string
		{
			await using storage = await place.open()
			const other = await place.second(storage)
			jobScheduleId = (await linkedSchedule(storage.schedules, 5)).jobSchedule.jobScheduleId
			const claims = jobs.map((job, index) => (index % 2 ? storage : other).queue.insertRun(job, run(jobScheduleId, 60_000)))
			const outcomes = await Promise.all(claims)
			assert.deepEqual(outcomes.toSorted(), ['accepted', ...Array<string>(11).fill('runTaken')])
			const { jobId } = jobs[outcomes.indexOf('accepted')]!
			assert.equal((await storage.schedules.findJobSchedule(jobScheduleId))?.decidedTime, 60_000)
			assert.deepEqual(
				(await storage.queue.claim({ count: 50, at: 2 })).map((job) => job.jobId),
				[jobId],
			)
		}
		await using storage = await place.open()
		assert.equal(await storage.queue.insertRun(newJob(), run(jobScheduleId, 60_000)), 'runTaken')
		assert.equal(await storage.queue.insertRun(newJob(), run(jobScheduleId, 120_000)), 'runChanged')
		assert.equal(await storage.queue.insertRun(newJob(), run(jobScheduleId, 120_000, { decidedTime: 60_000 })), 'accepted')
		assert.equal(await storage.queue.insertRun(newJob(), run(randomUUID(), 60_000)), 'runChanged')
		assert.equal((await storage.queue.claim({ count: 50, at: 2 })).length, 1)
	})

	test('runs that may not overlap start one at a time, also when they are claimed at once', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const other = await place.second(storage)
		const { jobScheduleId } = (await linkedSchedule(storage.schedules, 5)).jobSchedule
		const waiting = [11, 12, 13, 14]
		for (const [index, dueTime] of waiting.entries())
			await storage.schedules.wait(jobScheduleId, { read: waiting[index - 1] ?? 5, dueTime })
		const claim = (dueTime: number) =>
			(dueTime % 2 ? storage : other).queue.insertRun(newJob(), run(jobScheduleId, dueTime, { mayOverlap: false, decidedTime: null }))
		const outcomes = await Promise.all([11, 12, 13].map(claim))
		assert.deepEqual(outcomes.toSorted(), ['accepted', 'runOverlaps', 'runOverlaps'])
		const anew = run(jobScheduleId, 15, { mayOverlap: false, decidedTime: 14 })
		assert.equal(await storage.queue.insertRun(newJob(), anew), 'runOverlaps')
		assert.equal((await storage.schedules.runsOf(jobScheduleId)).hasOpenJob, true)
		const [job] = await storage.queue.claim({ count: 5, at: 2 })
		await storage.queue.finish({ jobId: job!.jobId, to: 'Completed', at: 3, records: [] })
		assert.equal((await storage.schedules.runsOf(jobScheduleId)).hasOpenJob, false)
		assert.equal(await storage.queue.insertRun(newJob(), anew), 'accepted')
	})

	test('a run waits once, and starts once; one that makes no job waits no more', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const { schedules, queue } = storage
		const { jobScheduleId } = (await linkedSchedule(schedules, 5)).jobSchedule
		assert.equal(await schedules.wait(jobScheduleId, { read: 5, dueTime: 6 }), true)
		assert.equal(await schedules.wait(jobScheduleId, { read: 6, dueTime: 7 }), true)
		assert.equal(await schedules.decide(jobScheduleId, { read: 7, decidedTime: 6 }), true)
		assert.equal(await schedules.wait(jobScheduleId, { read: 6, dueTime: 7 }), true)
		assert.deepEqual(await schedules.runsOf(jobScheduleId), { hasOpenJob: false, waiting: [6, 7] })
		assert.equal(await schedules.decide(jobScheduleId, { read: 7, decidedTime: 9 }), true)
		const waited = (dueTime: number) => run(jobScheduleId, dueTime, { decidedTime: null })
		const claims = await Promise.all([1, 2].map(() => queue.insertRun(newJob(), waited(6))))
		assert.deepEqual(claims.toSorted(), ['accepted', 'runTaken'])
		assert.equal(await queue.insertRun(newJob(), waited(8)), 'runChanged')
		const failure = { time: 10, dueTime: 7, message: 'There is no runbook.' }
		assert.equal(await schedules.decide(jobScheduleId, { read: 9, decidedTime: 9, failure }), true)
		assert.deepEqual(await schedules.runsOf(jobScheduleId), { hasOpenJob: true, waiting: [] })
		const { decidedTime, lastFailure } = (await schedules.findJobSchedule(jobScheduleId))!
		assert.deepEqual([decidedTime, lastFailure], [9, failure])
	})

	test('nothing is decided of what was read before a change, of a disabled schedule or of one that is gone', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const { schedules, queue } = storage
		const { schedule, jobSchedule } = await linkedSchedule(schedules, 5)
		const { jobScheduleId } = jobSchedule
		const nothingOf = async (read: number) => {
			const failure = { time: 60, dueTime: 20, message: 'There is no runbook.' }
			assert.equal(await queue.insertRun(newJob(), run(jobScheduleId, 60, { decidedTime: read })), 'runChanged')
			assert.equal(await schedules.wait(jobScheduleId, { read, dueTime: 60 }), false)
			assert.equal(await schedules.decide(jobScheduleId, { read, decidedTime: 60, failure }), false)
		}
		await schedules.wait(jobScheduleId, { read: 5, dueTime: 20 })
		await nothingOf(5)
		const { decidedTime, lastFailure } = (await schedules.findJobSchedule(jobScheduleId))!
		assert.deepEqual([decidedTime, lastFailure, (await schedules.runsOf(jobScheduleId)).waiting], [20, null, [20]])
		await schedules.update(schedule.scheduleId, { isEnabled: false }, { at: 30, anew: true })
		await nothingOf(20)
		await nothingOf(30)
		assert.equal(await queue.insertRun(newJob(), run(jobScheduleId, 20, { decidedTime: null })), 'runChanged')
		assert.equal((await schedules.findJobSchedule(jobScheduleId))?.decidedTime, 30)
		await schedules.delete(schedule.scheduleId)
		await nothingOf(30)
		assert.equal((await queue.claim({ count: 5, at: 61 })).length, 0)
	})

	test('a run that has its job already is decided with it', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const { schedules, queue } = storage
		const { jobScheduleId } = (await linkedSchedule(schedules, 5)).jobSchedule
		assert.equal(await queue.insertRun(newJob(), run(jobScheduleId, 60)), 'accepted')
		await schedules.decide(jobScheduleId, { read: 60, decidedTime: 30 })
		assert.equal(await queue.insertRun(newJob(), run(jobScheduleId, 60, { decidedTime: 30 })), 'runTaken')
		assert.equal((await schedules.findJobSchedule(jobScheduleId))?.decidedTime, 60)
	})

	test('of more open runs than are looked at in one step, those that ended hold up no run', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const { jobScheduleId } = (await linkedSchedule(storage.schedules, 0)).jobSchedule
		const count = RUNS_CLOSED_AT_ONCE + 20
		for (let due = 1; due <= count; due++) await storage.queue.insertRun(newJob(), run(jobScheduleId, due, { decidedTime: due - 1 }))
		const next = run(jobScheduleId, count + 1, { mayOverlap: false, decidedTime: count })
		assert.equal(await storage.queue.insertRun(newJob(), next), 'runOverlaps')
		for (const { jobId } of await storage.queue.claim({ count, at: 2 }))
			await storage.queue.finish({ jobId, to: 'Completed', at: 3, records: [] })
		assert.equal(await storage.queue.insertRun(newJob(), next), 'accepted')
	})

	test('a full queue claims nothing', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ queueLimit: 1 })
		const { jobScheduleId } = (await linkedSchedule(storage.schedules, 5)).jobSchedule
		const { jobScheduleId: other } = (await linkedSchedule(storage.schedules, 5, { name: 'other' })).jobSchedule
		const claims = await Promise.all([jobScheduleId, other].map((id) => storage.queue.insertRun(newJob(), run(id, 6))))
		assert.deepEqual(claims.toSorted(), ['accepted', 'queueFull'])
		await storage.queue.claim({ count: 1, at: 2 })
		assert.equal(await storage.queue.insertRun(newJob(), run(claims[0] === 'accepted' ? other : jobScheduleId, 6)), 'accepted')
	})
}
