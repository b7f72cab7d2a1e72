// Next runs over time zones and both changes of the clocks, against the rules written once more in the plainest words.
import assert from 'node:assert/strict'
import { constantFrom, integer, record } from 'fast-check'
import { createTask } from 'node-cron'
import { test } from 'uvu'
import { newestRuns, nextRun } from '../../src/schedules/next-run.ts'
import type { Frequency, Timing } from '../../src/schedules/schedule.ts'
import { instantOf, offsetAt, wallTimeAt } from '../../src/schedules/time-zone.ts'
import { forAny } from '../support/properties.ts'

const DAY = 86_400_000
const zones = ['Europe/Madrid', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Chatham', 'Asia/Kathmandu', 'UTC', 'America/Santiago']
const start = Date.parse('2026-01-01T00:00:00Z')
const days = Array.from({ length: 366 }, (_, day) => start + day * DAY)
const changes = new Map(zones.map((zone) => [zone, days.filter((at) => offsetAt(zone, at) !== offsetAt(zone, at + DAY))]))

function cron(expression: string, timeZone = 'UTC'): Timing {
	return { recurrence: { cron: expression }, timeZone, startTime: Date.parse('2020-01-01T00:00:00Z'), expiryTime: null }
}

/** An instant near a change of the clocks, when there is one in that year. */
const moments = record({
	zone: constantFrom(...zones),
	minute: integer({ min: 0, max: 366 * 1440 - 1 }),
	near: constantFrom(true, true, false),
}).map(({ zone, minute, near }) => {
	const ofZone = changes.get(zone)!
	const change = ofZone[minute % Math.max(ofZone.length, 1)]
	return { zone, at: near && change !== undefined ? change - 6 * 3_600_000 + (minute % 2_160) * 60_000 : start + minute * 60_000 }
})

test('for any instant and zone, local times and instants fit each other', () => {
	forAny(moments, ({ zone, at }) => {
		const local = at + offsetAt(zone, at)
		const first = instantOf(zone, local)
		assert.ok(first <= at && at - first <= 3_600_000)
		assert.equal(first + offsetAt(zone, first), local)
		const wall = wallTimeAt(zone, at)
		assert.ok(instantOf(zone, wall) <= at)
		assert.ok(instantOf(zone, wall + 1) > at)
	})
})

const expressions = ['30 2 * * *', '15 1,2 * * *', '0 */3 * * *', '*/20 0-4 * * *', '45 * * * *', '*/10 * * * *', '5 2 * * 0', '59 1 L * *']

/** By looking at every minute of some days: the rules once more, in the plainest words. */
function runsByLooking(timing: Timing, from: number, to: number): number[] {
	const { timeZone } = timing
	const { cron: expression } = timing.recurrence as { cron: string }
	const task = createTask(expression, () => undefined, { timezone: 'UTC' })
	const everyHour = expression.split(' ')[1] === '*'
	const due = new Set<number>()
	const seen = new Set<number>()
	let clock = from - 4 * 3_600_000
	let latest = -Infinity
	for (; clock <= to; clock += 60_000) {
		const local = clock + offsetAt(timeZone, clock)
		const skipped = clock > from - 4 * 3_600_000 ? local - 60_000 - latest : 0
		for (let gone = 1; !everyHour && gone <= skipped / 60_000; gone++) if (task.match(new Date(local - gone * 60_000))) due.add(clock)
		if (task.match(new Date(local)) && (everyHour || !seen.has(local))) due.add(clock)
		seen.add(local)
		latest = everyHour ? local : Math.max(latest, local)
	}
	void task.destroy()
	return [...due].filter((at) => at > from && at <= to).sort((one, other) => one - other)
}

test('for any expression, zone and instant, the next runs are those that looking at every minute finds', () => {
	const cases = record({ moment: moments, expression: constantFrom(...expressions) })
	forAny(cases, ({ moment: { zone, at }, expression }) => {
		const timing = cron(expression, zone)
		const to = at + 12 * 3_600_000
		const expected = runsByLooking(timing, at, to)
		const found: number[] = []
		for (let next = nextRun(timing, at); next !== null && next <= to; next = nextRun(timing, next)) found.push(next)
		assert.deepEqual(found, expected)
		assert.deepEqual(newestRuns(timing, { after: at, until: to, limit: 500 }), expected)
		assert.deepEqual(newestRuns(timing, { after: at, until: to, limit: 3 }), expected.slice(-3))
	})
})

const dayFields = [
	'* * *',
	'31 * *',
	'L * *',
	'L-2 * *',
	'15W * *',
	'LW * *',
	'* * 5L',
	'* * 7#2',
	'13 * 5',
	'29 2 *',
	'1-7 */2 Mon',
	'? Jun ?',
]

test('for any expression of days, the next run in UTC is one that node-cron matches, and it matches none between', () => {
	const cases = record({ days: constantFrom(...dayFields), time: constantFrom('0 0', '59 23'), day: integer({ min: 0, max: 3_000 }) })
	forAny(cases, ({ days, time, day }) => {
		const timing = cron(`${time} ${days}`)
		const after = Date.parse('2024-01-01T12:00:00Z') + day * DAY
		const next = nextRun(timing, after)!
		const task = createTask(`${time} ${days}`, () => undefined, { timezone: 'UTC' })
		assert.ok(task.match(new Date(next)))
		const first = Math.floor(after / DAY) * DAY + (next % DAY)
		for (let at = first; at < next && at < first + 400 * DAY; at += DAY) if (at > after) assert.ok(!task.match(new Date(at)))
		void task.destroy()
	})
})

test('for any frequency, zone and instant, runs go forward, and backward the same ones are found', () => {
	const cases = record({
		moment: moments,
		frequency: constantFrom<Frequency>('Minute', 'Hour', 'Day', 'Week', 'Month'),
		interval: integer({ min: 1, max: 5 }),
	})
	forAny(cases, ({ moment: { zone, at }, frequency, interval }) => {
		const timing = { recurrence: { frequency, interval, advancedSchedule: null }, startTime: at, timeZone: zone, expiryTime: null }
		const found: number[] = []
		for (let next = nextRun(timing, 0); found.length < 6; next = nextRun(timing, next!)) found.push(next!)
		assert.equal(found[0], at)
		assert.ok(found.every((run, index) => index === 0 || run > found[index - 1]!))
		assert.deepEqual(newestRuns(timing, { after: found[0]! - 1, until: found[5]!, limit: 9 }), found)
		assert.deepEqual(newestRuns(timing, { after: 0, until: found[5]! - 1, limit: 2 }), [found[3], found[4]])
	})
})

test.run()
