import assert from 'node:assert/strict'
import { test } from 'uvu'
import { withFile } from '../../src/webhooks/applied-files.ts'

test('a file is applied again while none came after it, one that was superseded is not, and the oldest are forgotten', () => {
	assert.deepEqual(withFile([], 'a', 3), ['a'])
	assert.deepEqual(withFile(['a'], 'a', 3), ['a'])
	assert.deepEqual(withFile(['a'], 'b', 3), ['a', 'b'])
	assert.equal(withFile(['a', 'b'], 'a', 3), undefined)
	assert.deepEqual(withFile(['a', 'b', 'c'], 'd', 3), ['b', 'c', 'd'])
})

test.run()
