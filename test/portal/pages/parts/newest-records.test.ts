import assert from 'node:assert/strict'
import { test } from 'uvu'
import { newestRecords } from '../../../../src/portal/pages/parts/newest-records.ts'

const records = (count: number, streamText: string) => Array.from({ length: count }, () => ({ properties: { streamText } }))

test('a page keeps the newest two thousand records, and of long ones as many as have four million characters', () => {
	const [many, long, one] = [records(2_001, 'a'), records(6, 'a'.repeat(1_000_000)), records(1, 'a'.repeat(5_000_000))]
	assert.deepEqual(newestRecords([]), [])
	assert.deepEqual(newestRecords(many.slice(1)), many.slice(1))
	assert.deepEqual(newestRecords(many), many.slice(1))
	assert.deepEqual(newestRecords(long), long.slice(2))
	assert.deepEqual(newestRecords(one), one)
})

test.run()
