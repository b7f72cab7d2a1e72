import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import { SecretMask } from '../../src/assets/secret-mask.ts'
import { EXCEPTION_LENGTH_MAX } from '../../src/limits.ts'
import { exceptionText } from '../../src/sandbox/exception-text.ts'
import { forAny } from '../support/properties.ts'

test('an error is told with its stack, without the frames of the runner and of Node', () => {
	const error = new TypeError('broken')
	error.stack = [
		'TypeError: broken',
		'    at Object.run (file:///somewhere/runbooks/hello.ts:3:9)',
		`    at run (${new URL('../../src/sandbox/sandbox-host.ts', import.meta.url).href}:1:1)`,
		'    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)',
	].join('\n')
	assert.equal(exceptionText(error), 'TypeError: broken\n    at Object.run (file:///somewhere/runbooks/hello.ts:3:9)')
	error.message = 'broken at second sight'
	assert.match(exceptionText(error), /^TypeError: broken at second sight\n {4}at Object\.run/)
	error.stack = 5 as never
	assert.equal(exceptionText(error), 'TypeError: broken at second sight')
})

test('what is thrown and is no error is told whole, up to the longest exception', () => {
	const password = 'p'.repeat(20_000)
	assert.equal(exceptionText({ password }), `The runbook threw what is no Error: {\n  password: '${password}'\n}`)
	const cut = exceptionText({ password: 'q'.repeat(100_000) })
	assert.equal(cut.length, EXCEPTION_LENGTH_MAX)
	const mask = new SecretMask()
	mask.add(['q'.repeat(100_000)])
	assert.equal(mask.text(cut), "The runbook threw what is no Error: {\n  password: '***")
})

test('causes are told, a ring of them once', () => {
	const inner = new Error('inner', { cause: 'disk' })
	const outer = new Error('outer', { cause: inner })
	for (const error of [inner, outer]) error.stack = `Error: ${error.message}`
	assert.equal(exceptionText(outer), `Error: outer\nCaused by: Error: inner\nCaused by: The runbook threw what is no Error: 'disk'`)
	inner.cause = outer
	assert.equal(exceptionText(outer), 'Error: outer\nCaused by: Error: inner')
})

test('what the permissions refuse is told with what an author declares', () => {
	const denied = (permission: string, resource?: string) =>
		exceptionText(Object.assign(new Error('Access to this API has been restricted.'), { code: 'ERR_ACCESS_DENIED', permission, resource }))
	assert.match(denied('FileSystemRead', '/etc/hosts'), /\nDeclare it in the runbook: permissions: \{ read: \["\/etc\/hosts"\] \}\.$/)
	assert.match(denied('ChildProcess'), /\nDeclare it in the runbook: permissions: \{ childProcess: true \}\.$/)
	assert.doesNotMatch(denied('Inspector'), /Declare/)
})

test('for any thrown value there is a text of bounded length', () => {
	forAny(fc.anything({ withNullPrototype: true, withBigInt: true, withSparseArray: true }), (value) => {
		const text = exceptionText(value)
		assert.ok(text.length > 0 && text.length <= EXCEPTION_LENGTH_MAX)
	})
	assert.equal(exceptionText(new Error('x'.repeat(10 * EXCEPTION_LENGTH_MAX))).length, EXCEPTION_LENGTH_MAX)
	const hostile = new Proxy(
		{},
		{
			get: () => {
				throw new Error('hands off')
			},
			getPrototypeOf: () => {
				throw new Error('hands off')
			},
		},
	)
	assert.match(exceptionText(hostile), /^The runbook threw /)
})

test.run()
