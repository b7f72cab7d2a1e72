import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { test } from 'uvu'
import { headText, jobStreamId, recordText, sequenceOfStreamId } from '../../src/streams/job-stream.ts'
import { forAny } from '../support/properties.ts'

const jobId = '01890000-0000-7000-8000-00000000abcd'

test('the id of a record has the form of Azure: job id, .NET ticks and sequence of 20 digits each', () => {
	assert.equal(
		jobStreamId(jobId, { time: Date.parse('2026-03-04T05:06:07.089Z'), sequence: 12 }),
		`${jobId}_00639081975670890000_00000000000000000012`,
	)
})

test('for any records of a job their ids sort as they do, and give the sequence back', () => {
	const times = fc.integer({ min: 0, max: 4_102_444_800_000 })
	forAny(fc.tuple(times, fc.integer({ min: 1 }), times, fc.integer({ min: 1 })), ([time, sequence, later, more]) => {
		const one = jobStreamId(jobId, { time: Math.min(time, later), sequence })
		const other = jobStreamId(jobId, { time: Math.max(time, later), sequence: sequence + more })
		assert.ok(one < other)
		assert.equal(sequenceOfStreamId(jobId, one), sequence)
		assert.equal(sequenceOfStreamId(jobId.toUpperCase(), other), sequence + more)
	})
})

test('an id of another job or another form has no sequence', () => {
	const id = jobStreamId(jobId, { time: 0, sequence: 1 })
	for (const other of ['', 'x', id.slice(1), `${id}0`, id.replace('_', '-'), id.replace('abcd', 'abce'), jobId])
		assert.equal(sequenceOfStreamId(jobId, other), undefined, other)
})

test('people read a string as it is, progress in words and any other value as JSON on one line', () => {
	const table = [
		['Output', '"a\\nb"', 'a\nb'],
		['Output', '{"a":[1,null]}', '{"a":[1,null]}'],
		['Output', 'null', 'null'],
		['Progress', '{"activity":"Copying","status":"3 of 4","percentComplete":75}', 'Copying: 3 of 4 (75 %)'],
		['Progress', '{"activity":"Copying"}', 'Copying'],
		['Progress', '"cut …"', 'cut …'],
		['Warning', '"low"', 'low'],
	] as const
	for (const [streamType, json, expected] of table) assert.equal(recordText({ streamType, json }), expected)
})

test('the beginning of a text is read from the beginning of its JSON, wherever that was cut', () => {
	const text = `a "quoted"\n\\ é 😀 \u0001 end`
	const json = JSON.stringify(text)
	for (let length = 1; length <= json.length; length++) {
		const head = headText({ streamType: 'Output', json: json.slice(0, length) })
		assert.ok(text.startsWith(head.replace(/\uFFFD$/, '')), head)
	}
	assert.equal(headText({ streamType: 'Output', json }), text)
	assert.equal(headText({ streamType: 'Output', json: '{"a":"b' }), '{"a":"b')
	assert.equal(headText({ streamType: 'Progress', json: '{"activity":"Copying","percentComplete":5}' }), 'Copying (5 %)')
})

test.run()
