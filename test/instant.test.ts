import assert from 'node:assert/strict'
import { test } from 'uvu'
import { hasOffset, timeOf } from '../src/instant.ts'

test('a time is read with its offset, and as UTC without one', () => {
	const instant = Date.UTC(2027, 0, 31, 7)
	for (const text of ['2027-01-31T07:00Z', '2027-01-31t08:00:00.0000000+01:00', '2027-01-31T02:00:00-0500', '2027-01-31T07:00:00'])
		assert.equal(timeOf(text), instant, text)
	assert.equal(timeOf('2027-01-31'), Date.UTC(2027, 0, 31))
	assert.deepEqual(['2027-01-31T08:00+01:00', '2027-01-31T07:00', '2027-01-31'].map(hasOffset), [true, false, false])
})

test('a day or an hour that no calendar and no clock has is no time', () => {
	for (const text of ['2027-02-29', '2027-02-30T08:00:00Z', '2027-13-01', '2027-01-31T24:00:00Z', '2027-01-31T08:60Z', '31.1.2027', ''])
		assert.ok(Number.isNaN(timeOf(text)), text)
})

test.run()
