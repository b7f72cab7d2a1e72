import assert from 'node:assert/strict'
import { test } from 'uvu'
import { planInterrupted } from '../../src/worker/interrupted-job.ts'
import { runbookContent } from '../support/runbook-content.ts'

const restartable = runbookContent()
const notRestartable = runbookContent({}, { restartable: false })

test('an interrupted job is started again until its three tries are used up', () => {
	for (const tryCount of [0, 1, 2]) assert.deepEqual(planInterrupted({ status: 'Running', tryCount }, restartable), { kind: 'again' })
	assert.deepEqual(planInterrupted({ status: 'Activating', tryCount: 1 }, undefined), { kind: 'again' })
	const exception = 'The job was tried three times but it failed'
	assert.deepEqual(planInterrupted({ status: 'Running', tryCount: 3 }, restartable), { kind: 'end', to: 'Failed', exception })
})

test('a job that must not be started again fails at once, one that was being stopped ends Stopped', () => {
	const plan = planInterrupted({ status: 'Running', tryCount: 1 }, notRestartable)
	assert.equal(plan.kind === 'end' && plan.to, 'Failed')
	assert.match(plan.kind === 'end' ? plan.exception : '', /restartable: false/)
	const stopped = { kind: 'end', to: 'Stopped', exception: 'The job was stopped.' }
	for (const content of [restartable, notRestartable])
		assert.deepEqual(planInterrupted({ status: 'Stopping', tryCount: 3 }, content), stopped)
})

test.run()
