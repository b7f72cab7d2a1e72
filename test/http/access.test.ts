import assert from 'node:assert/strict'
import { test } from 'uvu'
import { isAudited } from '../../src/http/operation.ts'
import { accessTables, declaredOperations } from '../support/write-access-table.ts'

test('the table of docs/access.md is that of the operations', () => {
	const { written, due } = accessTables()
	assert.equal(written, due, 'Make it anew: node test/support/write-access-table.ts')
})

test('what changes something needs another action than reading, and what reads is let to a Reader', () => {
	const verbs = { get: 'read', put: 'write', patch: 'write', delete: 'delete', post: 'action' }
	const others = declaredOperations().filter(({ method, action }) => action.split('/').at(-1) !== verbs[method])
	// Azure counts it as an action.
	assert.deepEqual(
		others.map(({ operationId }) => operationId),
		['Job_GetRunbookContent'],
	)
	assert.equal(
		declaredOperations()
			.filter(isAudited)
			.some(({ action }) => /(^|\/)read$/.test(action)),
		false,
	)
})

test.run()
