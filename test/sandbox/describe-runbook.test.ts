import assert from 'node:assert/strict'
import { test } from 'uvu'
import { z } from 'zod'
import { defineRunbook } from '../../src/runbooks/define-runbook.ts'
import { describeRunbook } from '../../src/sandbox/describe-runbook.ts'

const run = () => undefined
const describe = (source: object) => describeRunbook(defineRunbook({ run, ...source }), [])

test('a runbook that declares nothing has the defaults', () => {
	const { timeoutSeconds, stopGraceSeconds, memoryMb, isolation, restartable, parameters } = describe({})
	assert.deepEqual([timeoutSeconds, stopGraceSeconds, memoryMb, isolation, restartable], [null, 10, 400, 'warm', true])
	assert.deepEqual(parameters, { type: 'object', properties: {}, required: [] })
})

test('a mistyped member is refused, because a limit of that name would be none', () => {
	assert.throws(() => describe({ timeoutSecond: 1, descripton: '' }), {
		message: /^defineRunbook has no member 'timeoutSecond', 'descripton'; it has description, parameters, run, timeoutSeconds, /,
	})
	assert.throws(() => describe({ permissions: { reads: [] } }), {
		message: /^permissions has no member 'reads'; it has read, write, childProcess, addons\.$/,
	})
})

test('a parameter that cannot be described is named', () => {
	assert.throws(() => describe({ parameters: z.object({ name: z.string(), since: z.date() }) }), {
		message: /^parameters cannot be described as JSON Schema \('since'\): Date/,
	})
	assert.throws(() => describe({ parameters: z.string() }), { message: /^parameters must describe an object/ })
})

test.run()
