import assert from 'node:assert/strict'
import { test } from 'uvu'
import { parseSchedule, readSchedule } from '../../src/schedules/read-schedule.ts'
import { isTimeZone, offsetAt } from '../../src/schedules/time-zone.ts'
import { windowsTimeZones } from '../../src/schedules/windows-time-zones.ts'

const now = Date.parse('2026-01-15T12:34:56Z')

function read(given: object) {
	const parsed = parseSchedule(given)
	return 'fault' in parsed ? parsed : readSchedule(parsed.given, now)
}

test('times are cut to the minute, words are taken in any case, what is absent has a default', () => {
	assert.deepEqual(read({ frequency: 'day', interval: '2', startTime: '2026-02-01T08:00:59.999+01:00', expiryTime: null }), {
		recurrence: { frequency: 'Day', interval: 2, advancedSchedule: null },
		startTime: Date.parse('2026-02-01T07:00:00Z'),
		expiryTime: null,
		timeZone: 'UTC',
		missed: 'once',
		overlap: 'allow',
	})
	assert.deepEqual(read({ cron: '0 7 * * *', timeZone: 'romance standard time', missed: 'ALL', overlap: 'Queue' }), {
		recurrence: { cron: '0 7 * * *' },
		startTime: Date.parse('2026-01-15T12:34:00Z'),
		expiryTime: null,
		timeZone: 'romance standard time',
		missed: 'all',
		overlap: 'queue',
	})
})

test('empty lists of days are as none, and no end is no end', () => {
	const given = {
		...{ frequency: 'Week', startTime: '2026-02-01T08:00:00Z', expiryTime: '9999-12-31T23:59:00+00:00' },
		advancedSchedule: { weekDays: ['friday'], monthDays: [], monthlyOccurrences: null },
	}
	const { recurrence, expiryTime } = read(given) as { recurrence: object; expiryTime: number | null }
	assert.deepEqual(recurrence, { frequency: 'Week', interval: 1, advancedSchedule: { weekDays: ['Friday'] } })
	assert.equal(expiryTime, null)
})

test('what cannot be used is refused with what is allowed', () => {
	const start = { startTime: '2026-02-01T08:00:00Z' }
	const table: [object, RegExp][] = [
		[{}, /^frequency is mandatory: OneTime, Minute, Hour, Day, Week, Month; or cron in its place\.$/],
		[{ frequency: 'Yearly', ...start }, /^frequency must be one of OneTime, .*, not 'Yearly'\.$/],
		[{ frequency: 'Day' }, /^startTime is mandatory with a frequency\.$/],
		[{ frequency: 'Day', startTime: '2026-02-01T08:00:00' }, /^startTime must be a time with its offset, such as /],
		[{ frequency: 'Day', startTime: '2026-02-31T08:00:00+99:00' }, /^startTime must be a time/],
		[{ frequency: 'Day', startTime: '2027-02-30T08:00:00Z' }, /^startTime must be a time/],
		[{ frequency: 'Day', startTime: '2027-02-20T24:00:00Z' }, /^startTime must be a time/],
		[{ frequency: 'Day', startTime: '0001-01-01T00:00:00+00:00' }, /^startTime must be a time from the years 1970 to 9999\.$/],
		[{ frequency: 'Day', ...start, expiryTime: '1969-12-31T23:59:00Z' }, /^expiryTime must be a time from the years 1970 to 9999\.$/],
		[{ frequency: 'Day', startTime: '9999-12-31T23:59:00-01:00' }, /^startTime must be a time from the years 1970 to 9999\.$/],
		[{ frequency: 'Day', interval: 0, ...start }, /^interval must be a whole number from 1 to 1000\.$/],
		[{ frequency: 'Day', interval: 1.5, ...start }, /^interval must be a whole number/],
		[{ frequency: 'Day', interval: 'often', ...start }, /^interval must be a whole number/],
		[{ frequency: 'Day', advancedSchedule: { weekDays: ['Monday'] }, ...start }, /^advancedSchedule\.weekDays is not for Day: /],
		[{ frequency: 'Week', advancedSchedule: { weekDays: ['Caturday'] }, ...start }, /^advancedSchedule\.weekDays\.0 must be one of Sunday/],
		[{ frequency: 'Month', advancedSchedule: { monthDays: [0] }, ...start }, /^advancedSchedule\.monthDays\.0 must be a day of the month/],
		[
			{ frequency: 'Month', advancedSchedule: { monthlyOccurrences: [{ occurrence: 6, day: 'Monday' }] }, ...start },
			/occurrence must be 1 to 5, or -1 for the last one\.$/,
		],
		[
			{ frequency: 'Month', advancedSchedule: { monthDays: [1], monthlyOccurrences: [{ occurrence: 1, day: 'Monday' }] }, ...start },
			/either monthDays or monthlyOccurrences/,
		],
		[
			{ frequency: 'Month', interval: 12, advancedSchedule: { monthDays: [30] }, startTime: '2026-02-01T00:00:00Z' },
			/^No day ever comes that it names\.$/,
		],
		[{ frequency: 'Day', ...start, expiryTime: '2026-01-31T00:00:00Z' }, /^expiryTime must not be before startTime\.$/],
		[{ cron: '0 7 * *' }, /^The cron expression '0 7 \* \*' has 4 fields/],
		[{ cron: '0 7 * * *', frequency: 'Day' }, /^A schedule has either cron or frequency/],
		[{ cron: '0 7 * * *', timeZone: 'Mars/Olympus' }, /^timeZone must be an IANA name such as 'Europe\/Madrid' or a name of Windows/],
		[{ cron: '0 7 * * *', missed: 'twice' }, /^missed must be one of skip, once, all, not 'twice'\.$/],
		[{ cron: '0 7 * * *', overlap: 1 }, /^overlap must be one of allow, skip, queue\.$/],
	]
	for (const [given, expected] of table) assert.match((read(given) as { fault: string }).fault, expected)
})

test("every one of Windows' names leads to a zone", () => {
	for (const [name, iana] of windowsTimeZones) assert.ok(isTimeZone(iana), `${name}: ${iana}`)
	assert.equal(offsetAt('Nepal Standard Time', 0), 5.5 * 3_600_000)
	assert.equal(offsetAt('Nepal Standard Time', now), 5.75 * 3_600_000)
	assert.throws(() => offsetAt('nowhere', 0), /There is no time zone 'nowhere'\./)
})

test.run()
