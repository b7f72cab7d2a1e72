import assert from 'node:assert/strict'
import { test } from 'uvu'
import { readSchedule, type ScheduleOptions } from '../../src/cli/schedule-options.ts'
import { recurrenceText, type ScheduleBody } from '../../src/cli/schedule-text.ts'

const now = Date.parse('2026-11-21T12:00:00Z')

const cases: [ScheduleOptions, string][] = [
	[{ cron: '0 7 * * 1-5', timeZone: 'Asia/Tokyo' }, '0 7 * * 1-5 (Asia/Tokyo)'],
	[{ frequency: 'OneTime' }, 'once (UTC)'],
	[{ frequency: 'Day', interval: '1' }, 'every day at 13:00 (UTC)'],
	[{ frequency: 'Week', weekDays: 'Monday,Friday', timeZone: 'Europe/Madrid' }, 'every week on Monday, Friday at 14:00 (Europe/Madrid)'],
	[{ frequency: 'Day', timeZone: '+05:30' }, 'every day at 18:30 (+05:30)'],
	[{ frequency: 'Day', timeZone: 'Romance Standard Time' }, 'every day (Romance Standard Time)'],
	[{ frequency: 'Minute', interval: '15' }, 'every 15 minutes (UTC)'],
	[{ frequency: 'Month', monthDays: '1,-1' }, 'every month on day 1, the last day at 13:00 (UTC)'],
	[{ frequency: 'Month', monthlyOccurrences: '2:Tuesday,-1:Friday' }, 'every month on the second Tuesday, the last Friday at 13:00 (UTC)'],
]
for (const [options, expected] of cases)
	test(`options are read and told as: ${expected}`, () => {
		const {
			timeZone = 'UTC',
			cron,
			frequency = null,
			interval,
			advancedSchedule,
			startTime,
		} = readSchedule({ start: '1h', ...options }, now)
		const body = { properties: { timeZone, cron, frequency, interval, advancedSchedule, startTime } } as unknown as ScheduleBody
		assert.equal(recurrenceText(body), expected)
	})

test('times are read from now', () => {
	const { startTime, expiryTime, isEnabled } = readSchedule({ cron: '* * * * *', start: '1h', expires: '2d', disabled: true }, now)
	assert.deepEqual([startTime, expiryTime, isEnabled], ['2026-11-21T13:00:00.000Z', '2026-11-23T12:00:00.000Z', false])
})

test.run()
