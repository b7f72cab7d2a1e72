import assert from 'node:assert/strict'
import { test } from 'uvu'
import type { RunbookSchedule } from '../../src/runbooks/runbook-schedule.ts'
import { type DeclaredSchedule, declaredSchedules, planDeclared, withScheduleFault } from '../../src/schedules/declared-schedules.ts'
import type { JobSchedule } from '../../src/schedules/job-schedule.ts'
import type { NewSchedule, Schedule } from '../../src/schedules/schedule.ts'
import { newSchedule } from '../support/new-schedule.ts'
import { runbookContent } from '../support/runbook-content.ts'

const now = Date.parse('2026-03-28T12:00:30Z')
const start = Date.parse('2026-03-28T12:00:00Z')

function declare(runbookName: string, ...schedules: RunbookSchedule[]): DeclaredSchedule[] {
	const read = declaredSchedules(runbookContent({ count: { type: 'number' } }, { runbookName, schedules }))
	if ('fault' in read) throw new Error(read.fault)
	return read.declared
}

function kept(given: Partial<NewSchedule>): Schedule {
	const own = { origin: 'file', declaredBy: 'a', recurrence: { cron: '0 7 * * *' }, startTime: start } as const
	return { ...newSchedule({ ...own, ...given }), scheduleId: 1, creationTime: start, lastModifiedTime: start }
}

const link = (parameters: Record<string, unknown>): JobSchedule => ({
	...{
		jobScheduleId: 'id',
		scheduleId: 1,
		scheduleName: 'a',
		runbookName: 'a',
		parameters,
		decidedTime: 0,
		lastFailure: null,
		creationTime: 0,
	},
})
const nothing = { create: [], update: [], link: [], rebind: [], delete: [], refused: [] }
const plan = (found: Partial<Parameters<typeof planDeclared>[0]>) =>
	planDeclared({ declared: [], faulty: [], schedules: [], jobSchedules: [], now, ...found })

test('a schedule is called as its runbook unless it has a name; one that cannot be used is a fault of the file', () => {
	const cron = '0 7 * * *'
	assert.deepEqual(
		declare('a', { cron }, { cron }, { cron, name: 'mine' }).map(({ name }) => name),
		['a', 'a-2', 'mine'],
	)
	const table: [RunbookSchedule[], RegExp][] = [
		[[{ cron: '0 25 * * *' }], /^schedule: The cron expression '0 25 \* \* \*' is wrong at character 3/],
		[[{ cron }, { cron, timeZone: 'Mars' }], /^schedule\[1\]: timeZone must be an IANA name/],
		[[{ frequency: 'Day' }], /^schedule: startTime is mandatory with a frequency\.$/],
		[[{ cron, parameters: { count: 'x' } }], /^schedule\.parameters: Parameter 'count' must be a number/],
		[
			[
				{ cron, name: 'B' },
				{ cron, name: 'b' },
			],
			/^schedule\[1\]: there is another schedule 'b' in this file\.$/,
		],
	]
	for (const [schedules, expected] of table) {
		const { definition, files } = runbookContent({ count: { type: 'number' } }, { schedules })
		const { fault } = withScheduleFault('/runbooks/deploy.draft.ts', { definition, files }) as { fault: string }
		assert.match(fault, expected)
	}
	const fine = { ...runbookContent({}, { schedules: [{ cron }] }) }
	assert.equal(withScheduleFault('/runbooks/deploy.ts', fine), fine)
})

test('what is declared is made, followed and deleted, without a change nothing is done', () => {
	const declared = declare('a', { cron: '0 7 * * *', parameters: { count: 1 } })
	const { create } = plan({ declared })
	assert.deepEqual(create, [{ schedule: { ...kept({ name: 'a' }), ...unkept }, parameters: { count: 1 } }].map(withoutIds))
	const schedules = [kept({ name: 'a', isEnabled: false })]
	assert.deepEqual(plan({ declared, schedules, jobSchedules: [link({ count: 1 })] }), nothing)
	assert.deepEqual(plan({ declared, schedules }).link, [{ schedule: schedules[0], runbookName: 'a', parameters: { count: 1 } }])
	assert.deepEqual(plan({ declared, schedules, jobSchedules: [link({})] }), {
		...nothing,
		rebind: [{ jobSchedule: link({}), parameters: { count: 1 } }],
	})
	const changed = declare('a', { cron: '0 8 * * *', overlap: 'skip' })
	assert.deepEqual(plan({ declared: changed, schedules, jobSchedules: [link({})] }), {
		...nothing,
		update: [{ schedule: schedules[0], change: { recurrence: { cron: '0 8 * * *' }, overlap: 'skip' } }],
	})
	assert.deepEqual(plan({ schedules }), { ...nothing, delete: schedules })
	assert.deepEqual(plan({ schedules, faulty: ['A'] }), nothing)
})

test('a name is of one owner', () => {
	const both = [...declare('a', { cron: '0 7 * * *', name: 'x' }), ...declare('b', { cron: '0 7 * * *', name: 'X' })]
	const { create, refused } = plan({ declared: both })
	assert.deepEqual(
		[create.length, refused],
		[1, [{ scheduleName: 'X', runbookName: 'b', reason: "Runbook 'a' declares a schedule of this name already: choose another name." }]],
	)
	const ofApi = plan({ declared: declare('a', { cron: '0 7 * * *' }), schedules: [kept({ name: 'A', origin: 'api', declaredBy: null })] })
	assert.deepEqual(ofApi, {
		...nothing,
		refused: [{ scheduleName: 'a', runbookName: 'a', reason: 'A schedule of this name was created through the API: choose another name.' }],
	})
	const moved = plan({ declared: declare('b', { cron: '0 7 * * *', name: 'a' }), schedules: [kept({ name: 'a' })] })
	assert.deepEqual([moved.create.length, moved.delete.length], [1, 1])
})

test('a cron expression in place of a frequency, or of a start that is ahead, begins now; else where it began', () => {
	const declared = declare('a', { cron: '0 7 * * *' })
	const ahead = Date.parse('2035-01-01T00:00:00Z')
	const daily = { frequency: 'Day', interval: 1, advancedSchedule: null } as const
	const startOf = (existing: Partial<NewSchedule>) =>
		plan({ declared, schedules: [kept({ name: 'a', ...existing })], jobSchedules: [link({})] }).update[0]?.change.startTime
	assert.equal(startOf({ recurrence: daily, startTime: ahead }), start)
	assert.equal(startOf({ recurrence: daily, startTime: start - 86_400_000 }), start)
	assert.equal(startOf({ startTime: ahead }), start)
	assert.equal(startOf({ startTime: start - 86_400_000 }), undefined)
})

test('a schedule whose new declaration is refused for a fault stays as it was', () => {
	const schedules = [kept({ name: 'a' })]
	const passed = { cron: '0 7 * * *', startTime: '2026-01-01T00:00:00Z', expiryTime: '2025-01-01T00:00:00Z' }
	const [fine] = declare('a', { cron: '0 7 * * *' })
	const given = { ...fine!.given, startTime: Date.parse(passed.startTime), expiryTime: Date.parse(passed.expiryTime) }
	const refused = [{ scheduleName: 'a', runbookName: 'a', reason: 'expiryTime must not be before startTime.' }]
	assert.deepEqual(plan({ declared: [{ ...fine!, given }], schedules }), { ...nothing, refused })
	const moved = plan({ declared: [{ ...fine!, runbookName: 'b', given }], schedules })
	assert.deepEqual(moved, { ...nothing, delete: schedules, refused: [{ ...refused[0], runbookName: 'b' }] })
})

const unkept = { scheduleId: undefined, creationTime: undefined, lastModifiedTime: undefined }

/** As JSON, where what is undefined is absent. */
function withoutIds<Value>(value: Value): Value {
	return JSON.parse(JSON.stringify(value))
}

test.run()
