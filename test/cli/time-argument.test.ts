import assert from 'node:assert/strict'
import { test } from 'uvu'
import { readDuration, readInstant } from '../../src/cli/time-argument.ts'
import { UsageError } from '../../src/cli/usage-error.ts'

const now = Date.parse('2026-11-21T12:00:00Z')
const ahead = (text: string) => readInstant(text, '--expires', { now, direction: 1 }).toISOString()

test('a duration counts from now, into the future or into the past', () => {
	assert.equal(ahead('30d'), '2026-12-21T12:00:00.000Z')
	assert.equal(ahead('12h'), '2026-11-22T00:00:00.000Z')
	assert.equal(readInstant('2h', '--started-after', { now, direction: -1 }).toISOString(), '2026-11-21T10:00:00.000Z')
	assert.deepEqual(
		['90s', '30m', '2w', '1y', '0s'].map((text) => readDuration(text, '--overlap')),
		[90, 1_800, 1_209_600, 31_536_000, 0],
	)
})

test('a date begins in UTC, a time has its own offset', () => {
	assert.equal(ahead('2027-01-31'), '2027-01-31T00:00:00.000Z')
	assert.equal(ahead('2027-01-31T18:00:00Z'), '2027-01-31T18:00:00.000Z')
	assert.equal(ahead('2027-01-31T18:00+02:00'), '2027-01-31T16:00:00.000Z')
})

test('what is no time is refused with examples of what is', () => {
	for (const text of [
		'',
		'tomorrow',
		'30',
		'1.5d',
		'30 d',
		'5x',
		'2027-02-31',
		'2027-13-01',
		'2027-1-1',
		'2027-01-31T18:00:00',
		'99999999y',
	])
		assert.throws(
			() => ahead(text),
			(error: Error) => error instanceof UsageError && error.message.startsWith(`--expires ${text}`),
			text,
		)
	assert.throws(() => readDuration('1', '--overlap'), UsageError)
})

test.run()
