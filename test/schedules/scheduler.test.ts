import assert from 'node:assert/strict'
import { test } from 'uvu'
import { Queue } from '../../src/queue/queue.ts'
import type { Runbook } from '../../src/runbooks/runbook.ts'
import type { NewSchedule } from '../../src/schedules/schedule.ts'
import { type Scheduler, startScheduler } from '../../src/schedules/scheduler.ts'
import type { Storage } from '../../src/storage/open-storage.ts'
import { clockAt } from '../support/clock-at.ts'
import { keptLog } from '../support/kept-log.ts'
import { linkedSchedule } from '../support/new-schedule.ts'
import { runbookContent } from '../support/runbook-content.ts'
import { sqlitePlace } from '../support/sqlite-place.ts'
import { until } from '../support/until.ts'

const MINUTE = 60_000
const noon = '2026-03-28T12:00:00Z'
const at = (time: string) => Date.parse(`2026-03-28T${time}Z`)

type Place = Awaited<ReturnType<typeof sqlitePlace>>
type Clock = ReturnType<typeof clockAt>

/** A scheduler on a clock that stands, over a store of its own or one that others use too. */
function schedulerOn(
	storage: Storage,
	clock: Clock,
	runbook: Runbook | undefined = deploy,
	scheduleStarted: (lateness: number) => void = () => undefined,
): Scheduler & ReturnType<typeof keptLog> {
	const log = keptLog()
	const scheduler = startScheduler({
		schedules: storage.schedules,
		runbooks: { find: async () => runbook },
		queue: new Queue(storage.queue),
		meter: { scheduleStarted },
		clock,
		log,
		alarm: (due, signal) => clock.sleep(Math.max(due - clock.now(), 1), signal),
	})
	return Object.assign(log, scheduler)
}

const deploy: Runbook = { name: 'deploy', file: '', content: runbookContent({ count: { type: 'number' } }) }

/** The runs of a store as times of day, with whether a job came of each. */
async function runsOf(storage: Storage): Promise<string[]> {
	const { jobs } = await storage.jobs.list({ after: undefined, limit: 500, filter: {} })
	return jobs.map(({ creationTime }) => new Date(creationTime).toISOString().slice(11, 19)).reverse()
}

/** Moves the clock in steps, and waits after each until everything was looked at. */
async function pass(storage: Storage, clock: Clock, milliseconds: number, step = 1_000): Promise<void> {
	for (let passed = 0; passed < milliseconds; passed += step) {
		clock.move(step)
		await settled(storage)
	}
}

/** What is under way on the store and behind it has been answered. */
async function settled(storage: Storage): Promise<void> {
	for (let turn = 0; turn < 12; turn++) await storage.schedules.list()
}

async function open(given: Partial<NewSchedule> = {}, parameters: Record<string, unknown> = {}) {
	const place: Place = await sqlitePlace()
	const clock = clockAt(noon)
	const storage = await place.open()
	const linked = await linkedSchedule(storage.schedules, clock.now(), { startTime: at('11:00:00'), ...given }, parameters)
	const close = async () => {
		await storage[Symbol.asyncDispose]()
		await place[Symbol.asyncDispose]()
	}
	return { clock, storage, ...linked, [Symbol.asyncDispose]: close }
}

test('each due instant makes one job, named by its id, with the values of the job schedule', async () => {
	await using opened = await open({}, { COUNT: '3' })
	const { clock, storage } = opened
	await using _ = schedulerOn(storage, clock)
	await settled(storage)
	assert.deepEqual(await runsOf(storage), [])
	await pass(storage, clock, 3 * MINUTE, 20_000)
	assert.deepEqual(await runsOf(storage), ['12:01:00', '12:02:00', '12:03:00'])
	const [job] = await storage.queue.claim({ count: 1, at: 1 })
	assert.deepEqual([job?.name, job?.startedBy, job?.parameters, job?.webhookId], [job?.jobId, null, { count: 3 }, null])
})

test('how late each run was is told', async () => {
	await using opened = await open()
	const { clock, storage } = opened
	const told: number[] = []
	await using _ = schedulerOn(storage, clock, deploy, (lateness) => told.push(lateness))
	await settled(storage)
	clock.move(80_000)
	await until('the run has started', () => told.length > 0)
	assert.deepEqual(told, [20_000])
})

test('two schedulers on one store make each run once', async () => {
	await using opened = await open()
	const { clock, storage } = opened
	await using one = schedulerOn(storage, clock)
	await using other = schedulerOn(storage, clock)
	await settled(storage)
	await pass(storage, clock, 5 * MINUTE, 30_000)
	assert.equal((await runsOf(storage)).length, 5)
	assert.equal(one.lines.length + other.lines.length, 5)
})

test('what was missed while the runner was away: skip, once, all', async () => {
	for (const [missed, expected] of [
		['skip', []],
		['once', ['12:10:30']],
		['all', Array<string>(10).fill('12:10:30')],
	] as const) {
		await using opened = await open({ missed, recurrence: { frequency: 'Minute', interval: 1, advancedSchedule: null } })
		const { clock, storage, jobSchedule } = opened
		clock.move(10.5 * MINUTE)
		// On time is the newest, unless it is more than a minute late.
		await storage.schedules.update(opened.schedule.scheduleId, { expiryTime: at('12:10:00') }, { at: at('12:00:00'), anew: false })
		if (missed === 'skip') clock.move(MINUTE)
		await using scheduler = schedulerOn(storage, clock)
		await until('it is decided', async () => {
			const found = await storage.schedules.findJobSchedule(jobSchedule.jobScheduleId)
			return found!.decidedTime === at('12:10:00')
		})
		await settled(storage)
		assert.deepEqual(await runsOf(storage), expected, missed)
		const left = scheduler.lines.find(({ message }) => message === 'Runs of a schedule were left out')
		assert.equal(left?.fields.count, missed === 'skip' ? 10 : missed === 'once' ? 9 : undefined)
	}
})

test('overlap: skip leaves a run out, queue keeps it until the one before it has ended', async () => {
	for (const [overlap, expected] of [
		['skip', ['12:01:00', '12:04:00']],
		['queue', ['12:01:00', '12:03:31', '12:03:32', '12:04:00']],
	] as const) {
		await using opened = await open({ overlap })
		const { clock, storage } = opened
		await using _ = schedulerOn(storage, clock)
		const end = async () => {
			const [job] = await storage.queue.claim({ count: 1, at: 1 })
			if (job) await storage.queue.finish({ jobId: job.jobId, to: 'Completed', at: 2, records: [] })
		}
		await settled(storage)
		await pass(storage, clock, 3.5 * MINUTE, 10_000)
		assert.deepEqual(await runsOf(storage), ['12:01:00'], overlap)
		await end()
		await pass(storage, clock, 1_000)
		await end()
		await pass(storage, clock, 1_000)
		await end()
		await pass(storage, clock, 28_000)
		assert.deepEqual(await runsOf(storage), expected, overlap)
	}
})

test('a clock that is set back repeats no run, and one that was far ahead holds up none', async () => {
	await using opened = await open({ recurrence: { cron: '0 * * * *' } })
	const { clock, storage } = opened
	await using scheduler = schedulerOn(storage, clock)
	// Sleepers on this clock sleep on where an alarm, which has a timer beside it, would ring.
	const setBack = (milliseconds: number) => {
		clock.move(-milliseconds)
		scheduler.wake()
	}
	await settled(storage)
	await pass(storage, clock, 125 * MINUTE, 5 * MINUTE)
	assert.deepEqual(await runsOf(storage), ['13:00:00', '14:00:00'])
	setBack(70 * MINUTE)
	await pass(storage, clock, 70 * MINUTE, 5 * MINUTE)
	assert.equal((await runsOf(storage)).length, 2)
	const year = 366 * 24 * 60 * MINUTE
	clock.move(year)
	await settled(storage)
	assert.equal((await runsOf(storage)).length, 3)
	setBack(year)
	await settled(storage)
	await pass(storage, clock, 60 * MINUTE, 5 * MINUTE)
	assert.deepEqual((await runsOf(storage)).at(-1), '15:00:00')
})

test('a change is seen at once, and begins anew', async () => {
	await using opened = await open()
	const { clock, storage, schedule } = opened
	await using scheduler = schedulerOn(storage, clock)
	await settled(storage)
	const update = async (change: Partial<NewSchedule>) => {
		await storage.schedules.update(schedule.scheduleId, change, { at: clock.now(), anew: true })
		scheduler.wake()
		await settled(storage)
	}
	await update({ isEnabled: false })
	await pass(storage, clock, 5 * MINUTE, MINUTE)
	await update({ isEnabled: true })
	assert.deepEqual(await runsOf(storage), [])
	await update({ recurrence: { cron: '*/10 * * * * *' } })
	await pass(storage, clock, 20_000, 2_000)
	assert.deepEqual(await runsOf(storage), ['12:05:10', '12:05:20'])
	await storage.schedules.delete(schedule.scheduleId)
	scheduler.wake()
	await pass(storage, clock, 2 * MINUTE, MINUTE)
	assert.equal((await runsOf(storage)).length, 2)
})

test('a change of another runner counts from its instant on, and is followed soon', async () => {
	await using opened = await open()
	const { clock, storage, schedule } = opened
	await using _ = schedulerOn(storage, clock)
	await settled(storage)
	clock.move(58_000)
	await settled(storage)
	// Nobody tells this scheduler.
	await storage.schedules.update(schedule.scheduleId, { recurrence: { cron: '2,4 * * * * *' } }, { at: clock.now(), anew: true })
	await pass(storage, clock, 5_000)
	assert.deepEqual(await runsOf(storage), ['12:01:02'])
	await pass(storage, clock, 2_000)
	assert.deepEqual(await runsOf(storage), ['12:01:02', '12:01:04'])
})

test('a runbook that cannot be started is said, kept as the last failure, and holds up no later run', async () => {
	for (const [runbook, reason] of [
		[undefined, "There is no runbook 'deploy'."],
		[{ name: 'deploy', file: '', fault: 'It is broken.' }, "Runbook 'deploy' cannot be started: It is broken."],
		[{ name: 'deploy', file: '', content: runbookContent() }, "Runbook 'deploy' has no parameter 'count': it has none."],
	] as [Runbook | undefined, string][]) {
		await using opened = await open({}, { count: '1' })
		const { clock, storage, jobSchedule } = opened
		const parts = { find: async () => runbook }
		const log = keptLog()
		await using _ = startScheduler({
			...{ schedules: storage.schedules, runbooks: parts, queue: new Queue(storage.queue), clock, log },
			alarm: (due, signal) => clock.sleep(Math.max(due - clock.now(), 1), signal),
		})
		await settled(storage)
		await pass(storage, clock, 2 * MINUTE, MINUTE)
		const told = { scheduleName: 'every minute', runbookName: 'deploy', reason }
		assert.deepEqual(
			log.lines.map(({ level, fields }) => [level, fields]),
			['12:01', '12:02'].map((time) => ['warn', { ...told, dueTime: `2026-03-28T${time}:00.000Z` }]),
		)
		const { lastFailure } = (await storage.schedules.findJobSchedule(jobSchedule.jobScheduleId))!
		assert.deepEqual(lastFailure, { time: at('12:02:00'), dueTime: at('12:02:00'), message: reason })
		assert.deepEqual(await runsOf(storage), [])
	}
})

test.run()
