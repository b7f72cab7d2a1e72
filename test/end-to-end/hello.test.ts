import assert from 'node:assert/strict'
import { test } from 'uvu'
import { startRunner } from '../support/runner.ts'

const runbook = `
import { defineRunbook, WebhookData, z } from 'runhook'
export default defineRunbook({
	parameters: z.object({ name: z.string().optional(), WebhookData: WebhookData.optional() }),
	run({ parameters, output }) {
		output(\`Hello, \${parameters.WebhookData?.RequestBody}!\`)
	},
})`

test('a POST to a webhook starts its runbook, whose output can be read', async () => {
	await using runner = await startRunner({ runbooks: { hello: runbook } })
	const jobId = await runner.start('hello', 'Ada')
	const job = await runner.untilJob(jobId)
	assert.equal(job.properties.status, 'Completed')
	assert.equal(await runner.output(jobId), 'Hello, Ada!\n')
})

test.run()
