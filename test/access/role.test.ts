import assert from 'node:assert/strict'
import { test } from 'uvu'
import { permits, type Role, readRole, roles, rolesWith } from '../../src/access/role.ts'

test('each role has what its like in Azure has, and no more', () => {
	const table: [Parameters<typeof permits>[1], Role[]][] = [
		['read', ['Reader', 'Operator', 'Contributor', 'Owner']],
		['jobs/read', ['Reader', 'Job Operator', 'Operator', 'Contributor', 'Owner']],
		['jobs/write', ['Job Operator', 'Operator', 'Contributor', 'Owner']],
		['jobs/stop/action', ['Job Operator', 'Operator', 'Contributor', 'Owner']],
		['jobs/runbookContent/action', ['Contributor', 'Owner']],
		['runbooks/read', ['Reader', 'Runbook Operator', 'Operator', 'Contributor', 'Owner']],
		['runbooks/content/read', ['Reader', 'Contributor', 'Owner']],
		['schedules/write', ['Operator', 'Contributor', 'Owner']],
		['schedules/delete', ['Contributor', 'Owner']],
		['variables/read', ['Reader', 'Contributor', 'Owner']],
		['webhooks/write', ['Contributor', 'Owner']],
		['webhooks/action', ['Contributor', 'Owner']],
		['accessTokens/read', ['Reader', 'Contributor', 'Owner']],
		['accessTokens/write', ['Owner']],
		['accessTokens/delete', ['Owner']],
	]
	for (const [action, allowed] of table) assert.deepEqual(rolesWith(action), allowed, action)
	assert.equal(permits('Reader', 'spread/write'), false)
	// Ends in the letters of read and is none.
	assert.equal(permits('Reader', 'thread/action'), false)
})

test('a role is read as people write it', () => {
	for (const role of roles) assert.equal(readRole(role.toUpperCase().replaceAll(' ', '')), role)
	assert.equal(readRole('Automation Job Operator'), 'Job Operator')
	for (const text of ['', 'Automation', 'Administrator', 'Job']) assert.equal(readRole(text), undefined, text)
})

test.run()
