import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'uvu'
import { readArmError, reportsFailedOperation } from '../../src/azure/arm-error.ts'

test('an error is read from under `error`, and from the top', () => {
	deepEqual(readArmError('{"error":{"code":"A","message":"b"}}'), { code: 'A', message: 'b' })
	deepEqual(readArmError('{"code":"A","message":"b"}'), { code: 'A', message: 'b' })
})

test('the limit that was met is read from the details', () => {
	const body = { code: 'A', message: 'b', details: [{ code: 'TooManyRequests', target: 'HighCostGet30Min' }] }
	deepEqual(readArmError(JSON.stringify(body)), { code: 'A', message: 'b', target: 'HighCostGet30Min' })
})

for (const body of [undefined, null, '', '<html>', '[]', 'null', '{}', '{"error":null}', '{"error":"text"}', '{"error":{"code":1}}']) {
	test(`a body without an error has none: ${body}`, () => {
		equal(readArmError(body), undefined)
	})
}

test('only a status that says failed reports a failed operation', () => {
	equal(reportsFailedOperation('{"status":"Failed"}'), true)
	equal(reportsFailedOperation('{"status" : "failed"}'), true)
	equal(reportsFailedOperation('{"status":"Succeeded"}'), false)
	equal(reportsFailedOperation('{"properties":{"status":"Failed"}}'), false)
	equal(reportsFailedOperation(undefined), false)
})

test.run()
