import assert from 'node:assert/strict'
import { test } from 'uvu'
import { mayPass } from '../../src/runbooks/azure-may-pass.ts'

test('what may pass is a status that passes, or no answer', () => {
	const statuses = [400, 401, 403, 404, 408, 409, 429, 500, 501, 502, 503, 504]
	const passing = statuses.filter((statusCode) => mayPass({ code: 'ECONNRESET', statusCode, message: '' }))
	assert.deepEqual(passing, [408, 429, 500, 502, 503, 504])
	const codes = ['RequestTimeout', 'REQUEST_SEND_ERROR', 'ECONNREFUSED', 'Aborted', 'Error', 'AuthenticationError']
	const unanswered = codes.filter((code) => mayPass({ code, message: '' }))
	assert.deepEqual(unanswered, ['RequestTimeout', 'REQUEST_SEND_ERROR', 'ECONNREFUSED'])
})

test.run()
