import assert from 'node:assert/strict'
import { test } from 'uvu'
import { z } from 'zod'
import { defineRunbook, isDefinedRunbook } from '../../src/runbooks/define-runbook.ts'
import { WebhookData } from '../../src/runbooks/received-webhook-data.ts'

// Types are checked by `tsc --noEmit`: an expected error that does not come is one.
defineRunbook({
	parameters: z.object({ count: z.number(), WebhookData: WebhookData.optional() }),
	run({ parameters, output, progress, job }) {
		parameters.count.toFixed()
		parameters.WebhookData?.header('x-request-id')
		// @ts-expect-error: no such parameter
		parameters.cuont
		// @ts-expect-error: a number is no string
		parameters.count.trim()
		// @ts-expect-error: a Progress record has an activity
		progress({ percentComplete: 1 })
		// @ts-expect-error: the job is read-only knowledge of these members
		job.secret
		output(parameters)
	},
})
// @ts-expect-error: run is missing
assert.throws(() => defineRunbook({}), /^TypeError: defineRunbook: run must be a function\.$/)

test('a declaration that cannot be used is refused with a sentence that names the member', () => {
	const run = () => undefined
	const refused = (source: object, message: RegExp) => assert.throws(() => defineRunbook({ run, ...source }), message)
	refused({ timeoutSeconds: 0 }, /timeoutSeconds must be a whole number from 1 to 86000, not 0\./)
	refused({ timeoutSeconds: 86_001 }, /timeoutSeconds/)
	refused({ stopGraceSeconds: 121 }, /stopGraceSeconds must be a whole number from 0 to 120, not 121\./)
	refused({ memoryMb: 1.5 }, /memoryMb/)
	refused({ concurrency: 0 }, /concurrency/)
	refused({ isolation: 'cold' }, /isolation must be 'warm' or 'fresh', not "cold"\./)
	refused({ parameters: {} }, /parameters must be a schema/)
	refused({ schedule: '0 7 * * *' }, /schedule must be an object such as \{ cron: '0 7 \* \* 1-5', timeZone: 'Europe\/Madrid' \}\./)
	refused({ schedule: { corn: '' } }, /schedule has no member 'corn'; it has name, description, cron, frequency/)
	refused({ schedule: [{ cron: '0 7 * * *' }, { name: 'a/b' }] }, /schedule\[1\]\.name must have 1 to 128 characters/)
	refused({ schedule: { isEnabled: 'no' } }, /schedule\.isEnabled must be true or false/)
	refused({ schedule: { parameters: [] } }, /schedule\.parameters must be an object/)
	refused({ schedule: { parameters: { big: 1n } } }, /schedule must be JSON: /)
	refused({ schedule: Array(21).fill({ cron: '0 7 * * *' }) }, /schedule has 21 entries: at most 20 are allowed\./)
})

test('a runbook is known by its mark, also one of another copy of the package', () => {
	assert.equal(isDefinedRunbook(defineRunbook({ run() {} })), true)
	assert.equal(isDefinedRunbook({ run() {}, [Symbol.for('runhook.runbook')]: true }), true)
	for (const other of [null, undefined, 1, 'text', {}, { run() {} }]) assert.equal(isDefinedRunbook(other), false)
})

test.run()
