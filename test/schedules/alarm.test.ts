import assert from 'node:assert/strict'
import { test } from 'uvu'
import { type Clock, systemClock } from '../../src/clock.ts'
import { cronAlarm } from '../../src/schedules/alarm.ts'
import { clockAt } from '../support/clock-at.ts'

const never = new AbortController().signal

test('it rings at the whole second, not before', async () => {
	const at = Date.now() + 700
	await cronAlarm(systemClock)(at, never)
	assert.ok(Date.now() >= Math.ceil(at / 1_000) * 1_000)
})

test('it rings at once for an instant that has passed', async () => {
	await cronAlarm(systemClock)(Date.now() - 5_000, never)
	await cronAlarm(systemClock)(0, never)
})

test('it rings by its timer where the clock was set back after it was set', async () => {
	const stands = clockAt('2026-03-28T12:00:00Z')
	const sleep: Clock['sleep'] = (ms) => Promise.resolve(assert.equal(ms, 6_000))
	await cronAlarm({ now: stands.now, sleep })(stands.now() + 5_000, never)
})

test('it is set off by its signal, and holds up nothing then', async () => {
	const closing = new AbortController()
	const ringing = cronAlarm(systemClock)(Date.now() + 3_600_000, closing.signal)
	closing.abort()
	await assert.rejects(ringing, { name: 'AbortError' })
})

test.run()
