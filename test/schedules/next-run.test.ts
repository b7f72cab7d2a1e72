import assert from 'node:assert/strict'
import { test } from 'uvu'
import { newestRuns, nextRun } from '../../src/schedules/next-run.ts'
import type { AdvancedSchedule, Frequency, Timing } from '../../src/schedules/schedule.ts'
import { offsetAt } from '../../src/schedules/time-zone.ts'

function cron(expression: string, timeZone = 'UTC', start = '2020-01-01T00:00:00Z'): Timing {
	return { recurrence: { cron: expression }, timeZone, startTime: Date.parse(start), expiryTime: null }
}

function every(
	frequency: Frequency,
	interval: number | null,
	{ start, timeZone = 'UTC', advanced = null }: { start: string; timeZone?: string; advanced?: AdvancedSchedule | null },
): Timing {
	return { recurrence: { frequency, interval, advancedSchedule: advanced }, timeZone, startTime: Date.parse(start), expiryTime: null }
}

/** The next runs after an instant, as clocks in the zone show them, with the offset. */
function runs(timing: Timing, after: string, count: number): string[] {
	const found: string[] = []
	for (let at: number | null = Date.parse(after); found.length < count; ) {
		at = nextRun(timing, at)
		if (at === null) break
		const offset = offsetAt(timing.timeZone, at)
		const text = new Date(at + offset).toISOString().slice(0, 19)
		found.push(`${text.replace(/:00$/, '')} ${offset < 0 ? '-' : '+'}${Math.abs(offset) / 3_600_000}`)
	}
	return found
}

test('the decided cases at both changes of the clocks', () => {
	const madrid = 'Europe/Madrid'
	const table: [string, Timing, string, string[]][] = [
		[
			'a skipped local time runs at the first instant after the gap',
			cron('30 2 * * *', madrid),
			'2026-03-28T12:00:00Z',
			['2026-03-29T03:00 +2', '2026-03-30T02:30 +2'],
		],
		[
			'several skipped local times are one run there',
			cron('0,20,40 2,3 * * *', madrid),
			'2026-03-29T00:00:00Z',
			['2026-03-29T03:00 +2', '2026-03-29T03:20 +2', '2026-03-29T03:40 +2', '2026-03-30T02:00 +2'],
		],
		[
			'a doubled local time runs once, the first time',
			cron('30 2 * * *', madrid),
			'2026-10-24T12:00:00Z',
			['2026-10-25T02:30 +2', '2026-10-26T02:30 +1'],
		],
		['asked in the second of the two hours, it is tomorrow', cron('30 2 * * *', madrid), '2026-10-25T01:10:00Z', ['2026-10-26T02:30 +1']],
		[
			'an expression of every hour runs in both of a doubled hour',
			cron('30 * * * *', madrid),
			'2026-10-24T23:45:00Z',
			['2026-10-25T02:30 +2', '2026-10-25T02:30 +1', '2026-10-25T03:30 +1'],
		],
		[
			'an expression of every hour has nothing to make up for a skipped one',
			cron('30 * * * *', madrid),
			'2026-03-29T00:00:00Z',
			['2026-03-29T01:30 +1', '2026-03-29T03:30 +2'],
		],
		[
			'an expression of some hours is of the wall clock',
			cron('0 */2 * * *', madrid),
			'2026-03-28T23:30:00Z',
			['2026-03-29T03:00 +2', '2026-03-29T04:00 +2'],
		],
		[
			'Hour counts in real time when clocks go forward',
			every('Hour', 12, { start: '2026-03-28T06:00:00Z', timeZone: madrid }),
			'2026-03-28T12:00:00Z',
			['2026-03-28T19:00 +1', '2026-03-29T08:00 +2', '2026-03-29T20:00 +2'],
		],
		[
			'Minute counts in real time when clocks go back',
			every('Minute', 30, { start: '2026-10-25T00:00:00Z', timeZone: madrid }),
			'2026-10-25T00:00:00Z',
			['2026-10-25T02:30 +2', '2026-10-25T02:00 +1', '2026-10-25T02:30 +1', '2026-10-25T03:00 +1'],
		],
		[
			'Day keeps the local time of its start',
			every('Day', 1, { start: '2026-03-28T06:00:00Z', timeZone: madrid }),
			'2026-03-28T00:00:00Z',
			['2026-03-28T07:00 +1', '2026-03-29T07:00 +2', '2026-03-30T07:00 +2'],
		],
		...(['Day', 'Week', 'Month'] as const).map((frequency): [string, Timing, string, string[]] => [
			`${frequency} from the second of two doubled hours begins at its start`,
			every(frequency, 1, { start: '2026-10-25T01:30:00Z', timeZone: madrid }),
			'2026-10-01T00:00:00Z',
			['2026-10-25T02:30 +1', { Day: '2026-10-26T02:30 +1', Week: '2026-11-01T02:30 +1', Month: '2026-11-25T02:30 +1' }[frequency]],
		]),
		[
			'Week from the second of two doubled hours, of another day',
			every('Week', 1, { start: '2026-10-25T01:30:00Z', timeZone: madrid, advanced: { weekDays: ['Monday'] } }),
			'2026-10-01T00:00:00Z',
			['2026-10-26T02:30 +1'],
		],
		[
			'Day at a skipped local time',
			every('Day', 1, { start: '2026-03-08T06:30:00Z', timeZone: 'America/New_York' }),
			'2026-03-08T00:00:00Z',
			['2026-03-08T01:30 -5', '2026-03-09T01:30 -4'],
		],
		[
			'Lord Howe changes by half an hour: the gap',
			cron('15 2 * * *', 'Australia/Lord_Howe'),
			'2026-10-03T00:00:00Z',
			['2026-10-04T02:30 +11', '2026-10-05T02:15 +11'],
		],
		[
			'Lord Howe changes by half an hour: the doubled half hour',
			cron('45 1 * * *', 'Australia/Lord_Howe'),
			'2026-04-04T00:00:00Z',
			['2026-04-05T01:45 +11', '2026-04-06T01:45 +10.5'],
		],
		[
			'midnight does not exist in Santiago when its clocks go forward',
			cron('0 0 * * *', 'America/Santiago'),
			'2026-09-05T12:00:00Z',
			['2026-09-06T01:00 -3', '2026-09-07T00:00 -3'],
		],
		[
			'a day that Apia never had runs at the beginning of the next',
			cron('0 12 * * *', 'Pacific/Apia', '2011-01-01T00:00:00Z'),
			'2011-12-29T00:00:00Z',
			['2011-12-29T12:00 -10', '2011-12-31T00:00 +14', '2011-12-31T12:00 +14'],
		],
	]
	for (const [title, timing, after, expected] of table) assert.deepEqual(runs(timing, after, expected.length), expected, title)
})

test('days, weeks and months as Azure has them', () => {
	const start = '2026-01-31T09:30:00Z'
	const lastFriday: AdvancedSchedule = { monthlyOccurrences: [{ occurrence: -1, day: 'Friday' }] }
	const table: [string, Timing, string, string[]][] = [
		['every third day', every('Day', 3, { start }), start, ['2026-02-03T09:30 +0', '2026-02-06T09:30 +0']],
		['a week has the day of its start', every('Week', 1, { start }), start, ['2026-02-07T09:30 +0']],
		[
			'every second week, counted from Monday',
			every('Week', 2, { start: '2026-01-07T08:00:00Z', advanced: { weekDays: ['Monday', 'Sunday'] } }),
			'2026-01-01T00:00:00Z',
			['2026-01-11T08:00 +0', '2026-01-19T08:00 +0', '2026-01-25T08:00 +0', '2026-02-02T08:00 +0'],
		],
		[
			'a month without the day of the start takes its last one',
			every('Month', 1, { start }),
			'2026-01-01T00:00:00Z',
			['2026-01-31T09:30 +0', '2026-02-28T09:30 +0', '2026-03-31T09:30 +0', '2026-04-30T09:30 +0'],
		],
		[
			'a month without a day that is named has no run',
			every('Month', 1, { start, advanced: { monthDays: [31, 30] } }),
			'2026-02-01T00:00:00Z',
			['2026-03-30T09:30 +0', '2026-03-31T09:30 +0', '2026-04-30T09:30 +0'],
		],
		[
			'-1 is the last day, also of a leap year',
			every('Month', 1, { start, advanced: { monthDays: [-1] } }),
			'2028-01-31T09:30:00Z',
			['2028-02-29T09:30 +0', '2028-03-31T09:30 +0'],
		],
		[
			'every year on the 29th of February',
			every('Month', 12, { start: '2024-02-29T00:00:00Z', advanced: { monthDays: [29] } }),
			'2024-03-01T00:00:00Z',
			['2028-02-29T00:00 +0', '2032-02-29T00:00 +0'],
		],
		['the last Friday', every('Month', 1, { start, advanced: lastFriday }), start, ['2026-02-27T09:30 +0', '2026-03-27T09:30 +0']],
		[
			'the fifth Sunday comes in some months only',
			every('Month', 1, { start, advanced: { monthlyOccurrences: [{ occurrence: 5, day: 'Sunday' }] } }),
			start,
			['2026-03-29T09:30 +0', '2026-05-31T09:30 +0'],
		],
		['once', every('OneTime', null, { start }), '2026-01-01T00:00:00Z', ['2026-01-31T09:30 +0']],
		['and no more', every('OneTime', null, { start }), start, []],
		['a leap day on a Monday', cron('0 0 29 2 1'), '2026-01-01T00:00:00Z', ['2044-02-29T00:00 +0']],
		['a day that never comes', cron('0 0 L-30 2 *'), '2026-01-01T00:00:00Z', []],
		['with seconds', cron('*/20 0 7 * * *'), '2026-01-01T07:00:20Z', ['2026-01-01T07:00:40 +0', '2026-01-02T07:00 +0']],
		['Windows names of zones', cron('0 7 * * 1-5', 'Romance Standard Time'), '2026-07-03T12:00:00Z', ['2026-07-06T07:00 +2']],
	]
	for (const [title, timing, after, expected] of table) assert.deepEqual(runs(timing, after, Math.max(expected.length, 1)), expected, title)
})

test('a run that is far ahead, and that none comes before the expiry, is found without looking at each day', () => {
	const start = '2026-01-31T09:30:00Z'
	const sparse = [
		every('Month', 1_000, { start }),
		every('Day', 1_000, { start }),
		every('Week', 1_000, { start, advanced: { weekDays: ['Monday'] } }),
		{ ...cron('0 0 29 2 1'), expiryTime: Date.parse('2026-12-31T00:00:00Z') },
	]
	const before = process.cpuUsage()
	const found = sparse.map((timing) => {
		for (let again = 0; again < 1_000; again++) nextRun(timing, Date.parse('2026-06-01T00:00:00Z'))
		return runs(timing, '2026-06-01T00:00:00Z', 1)
	})
	assert.deepEqual(found, [['2109-05-31T09:30 +0'], ['2028-10-27T09:30 +0'], ['2045-03-27T09:30 +0'], []])
	assert.ok(process.cpuUsage(before).user < 1_000_000, 'it takes more than a quarter of a millisecond each')
})

test('no run is due before the start or after the expiry', () => {
	const timing = { ...cron('0 * * * *', 'UTC', '2026-01-01T10:00:00Z'), expiryTime: Date.parse('2026-01-01T12:00:00Z') }
	assert.deepEqual(runs(timing, '2020-01-01T00:00:00Z', 9), ['2026-01-01T10:00 +0', '2026-01-01T11:00 +0', '2026-01-01T12:00 +0'])
	const all = newestRuns(timing, { after: 0, until: Date.parse('2027-01-01T00:00:00Z'), limit: 9 })
	assert.equal(all.length, 3)
	assert.deepEqual(newestRuns(timing, { after: all[0]!, until: all[2]! - 1, limit: 9 }), [all[1]])
})

test.run()
