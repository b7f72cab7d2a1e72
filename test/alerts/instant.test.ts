import assert from 'node:assert/strict'
import { constant, date, oneof } from 'fast-check'
import { test } from 'uvu'
import { instantOf } from '../../src/alerts/instant.ts'
import { forAny } from '../support/properties.ts'

const instants: [text: unknown, instant: string | null][] = [
	['2019-03-22T13:58:24.3713213Z', '2019-03-22T13:58:24.371Z'],
	['2021-11-16T08:27:36.1836909+00:00', '2021-11-16T08:27:36.183Z'],
	['2017-08-03T15:17:37.804-04:00', '2017-08-03T19:17:37.804Z'],
	['2017-08-03T15:17:37+0530', '2017-08-03T09:47:37.000Z'],
	['2017-08-03t15:17:37z', '2017-08-03T15:17:37.000Z'],
	['2017-08-03 15:17:37', '2017-08-03T15:17:37.000Z'],
	['2017-08-03T15:17', '2017-08-03T15:17:00.000Z'],
	['2022-11-01', '2022-11-01T00:00:00.000Z'],
	[' 2022-11-01T00:00:00Z ', '2022-11-01T00:00:00.000Z'],
	['3/22/2019 1:36:31 PM', '2019-03-22T13:36:31.000Z'],
	['3/22/2019 1:36:31\u202fPM', '2019-03-22T13:36:31.000Z'],
	['3/22/2019 12:00:00 AM', '2019-03-22T00:00:00.000Z'],
	['12/2/2019 12:30 pm', '2019-12-02T12:30:00.000Z'],
	['06/25/2017 19:59:39', '2017-06-25T19:59:39.000Z'],
	['06/25/2017', '2017-06-25T00:00:00.000Z'],
	['Wed, 21 Aug 2019 16:17:47 GMT', '2019-08-21T16:17:47.000Z'],
	['0001-01-01T00:00:00Z', null],
	['0001-01-01T00:00:00+01:00', null],
	['1/1/0001 12:00:00 AM', null],
	['2019-13-01T00:00:00Z', null],
	['25/12/2019 10:00:00', null],
	['2019-03-22T13:58:24Zx', null],
	['yesterday', null],
	['2019', null],
	[1553263104, null],
	['', null],
	[null, null],
	[{}, null],
]

for (const [text, instant] of instants)
	test(`${JSON.stringify(text)} is ${instant ?? 'no instant'}`, () => {
		assert.equal(instantOf(text), instant)
	})

test('for any instant, its ISO text is read as it stands, and without a zone as UTC', () => {
	const years = date({ min: new Date('0002-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
	forAny(oneof(years, constant(new Date(0))), (value) => {
		const text = value.toISOString()
		assert.equal(instantOf(text), text)
		assert.equal(instantOf(text.replace('Z', '')), text)
	})
})

test.run()
