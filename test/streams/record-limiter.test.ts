import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { test } from 'uvu'
import { type PendingRecord, RecordLimiter } from '../../src/streams/record-limiter.ts'
import { forAny } from '../support/properties.ts'

const bounds = { records: 5, bytes: 60, tailRecords: 3, tailBytes: 40 }

function passed(records: PendingRecord[], limits = bounds): PendingRecord[] {
	const limiter = new RecordLimiter(limits)
	return [...records.flatMap((record) => limiter.take(record)), ...limiter.end()]
}

const isOurs = ({ streamType, json }: PendingRecord) => streamType === 'Warning' && json.includes('The job wrote more than')

test('for any records the first ones pass in their order, one Warning follows, and the last ones are kept', () => {
	const record = (text: string, index: number): PendingRecord => ({ time: index, streamType: 'Output', json: JSON.stringify(text) })
	forAny(fc.array(fc.string({ unit: fc.constant('x'), maxLength: 30 }), { maxLength: 20 }), (texts) => {
		const records = texts.map(record)
		const kept = passed(records)
		const warning = kept.findIndex(isOurs)
		if (warning < 0) return assert.deepEqual(kept, records)
		const first = kept.slice(0, warning)
		const last = kept.slice(warning + 1)
		assert.deepEqual(first, records.slice(0, first.length))
		assert.deepEqual(last, records.slice(-last.length))
		assert.equal(last.some(isOurs), false)
		assert.ok(first.length <= bounds.records && (first.length === bounds.records || sum(first) >= bounds.bytes))
		assert.ok(last.length >= 1 && last.length <= bounds.tailRecords)
		assert.ok(last.length === 1 || sum(last) <= bounds.tailBytes)
		assert.equal(kept[warning]!.time, records[first.length]!.time)
	})
})

function sum(records: PendingRecord[]): number {
	return records.reduce((total, { json }) => total + json.length, 0)
}

test('as many records as may be written bring no Warning', () => {
	const records = Array.from({ length: 5 }, (_, index): PendingRecord => ({ time: index, streamType: 'Output', json: `${index}` }))
	assert.deepEqual(passed(records), records)
})

test('the Warning says what the bounds are', () => {
	const records = Array.from({ length: 7 }, (_, index): PendingRecord => ({ time: index, streamType: 'Output', json: `${index}` }))
	const kept = passed(records)
	assert.deepEqual(
		kept.map(({ json }) => json),
		[
			'0',
			'1',
			'2',
			'3',
			'4',
			'"The job wrote more than 5 records or 60 bytes: of what follows only the last 3 records are kept."',
			'5',
			'6',
		],
	)
})

test.run()
