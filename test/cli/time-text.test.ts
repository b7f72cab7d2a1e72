import assert from 'node:assert/strict'
import { test } from 'uvu'
import { durationText, fromNow, localTime, localTimeFromNow, localTimeWithZone } from '../../src/cli/time-text.ts'

const now = Date.parse('2026-11-21T12:00:00Z')

test('a time is shown in the time zone of the reader', () => {
	const time = new Date(2027, 0, 31, 4, 5, 9)
	assert.equal(localTime(time), '2027-01-31 04:05:09')
	assert.equal(localTime(null), '')
	assert.equal(localTime(new Date('no date')), '')
})

test('a time says its zone where it stands beside others', () => {
	const text = localTimeWithZone(new Date('2027-01-31T13:05:09Z'))
	// Read back, it is the same instant, whatever the zone of the reader.
	assert.match(text, /^\d{4}-\d\d-\d\d \d\d:\d\d:09 (UTC|[+-]\d\d:\d\d)$/)
	const [day, time, zone] = text.split(' ')
	assert.equal(Date.parse(`${day}T${time}${zone === 'UTC' ? 'Z' : zone}`), Date.parse('2027-01-31T13:05:09Z'))
	assert.equal(localTimeWithZone(null), '')
})

test('how far a time is, is said in the largest unit of which there are two', () => {
	const at = (text: string) => fromNow(new Date(text), now)
	assert.equal(at('2026-12-21T11:59:59Z'), 'in 30 days')
	assert.equal(at('2026-11-21T11:55:00Z'), '5 minutes ago')
	assert.equal(at('2026-11-22T13:00:00Z'), 'in 25 hours')
	assert.equal(at('2035-12-31T00:00:00Z'), 'in 9 years')
	assert.equal(at('2026-11-21T12:00:01Z'), 'in 1 second')
	assert.equal(fromNow(undefined, now), '')
	assert.equal(localTimeFromNow(undefined, now), '')
	assert.match(localTimeFromNow(new Date('2027-03-21T12:00:00Z'), now), /^2027-03-2\d \d\d:\d\d:00 \(in 4 months\)$/)
})

test('a duration is as exact as it is short', () => {
	const took = (seconds: number) => durationText(new Date(now), new Date(now + seconds * 1000))
	assert.deepEqual([0.42, 9.96, 12.4, 185, 7_800].map(took), ['0.4 s', '10 s', '12 s', '3 min 5 s', '2 h 10 min'])
	assert.equal(durationText(new Date(now), null), '')
})

test.run()
