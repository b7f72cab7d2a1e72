import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { test } from 'uvu'
import { planAction } from '../../src/jobs/control-job.ts'
import { isFinal, type JobStatus, jobStatuses, mayFollow } from '../../src/jobs/job-status.ts'
import { forAny } from '../support/properties.ts'

test('the statuses a job may go through are exactly these', () => {
	const table = jobStatuses.flatMap((from) => jobStatuses.filter((to) => mayFollow(from, to)).map((to) => `${from} > ${to}`))
	assert.deepEqual(table.sort(), [
		'Activating > Failed',
		'Activating > New',
		'Activating > Running',
		'Activating > Stopping',
		'New > Activating',
		'New > Stopped',
		'New > Suspended',
		'Running > Completed',
		'Running > Failed',
		'Running > New',
		'Running > Stopping',
		'Stopping > Stopped',
		'Suspended > New',
		'Suspended > Stopped',
	])
})

test('Completed, Failed and Stopped are final and nothing else', () => {
	assert.deepEqual(jobStatuses.filter(isFinal), ['Completed', 'Failed', 'Stopped'])
})

test('from every status a job can still end', () => {
	const canEnd = (status: JobStatus, seen: JobStatus[] = []): boolean =>
		isFinal(status) || jobStatuses.some((next) => mayFollow(status, next) && !seen.includes(next) && canEnd(next, [...seen, next]))
	for (const status of jobStatuses) assert.ok(canEnd(status), status)
})

test('for any walk of actions and changes a job stays within the table and never leaves a final status', () => {
	const steps = fc.array(fc.oneof(fc.constantFrom('stop' as const, 'suspend' as const, 'resume' as const), fc.constantFrom(...jobStatuses)))
	forAny(steps, (walk) => {
		let status: JobStatus = 'New'
		for (const step of walk) {
			const before: JobStatus = status
			if (step === 'stop' || step === 'suspend' || step === 'resume') {
				const plan = planAction(step, status)
				if (plan.kind === 'change') {
					assert.ok(mayFollow(status, plan.to), `${step}: ${status} > ${plan.to}`)
					status = plan.to
				}
			} else if (mayFollow(status, step)) status = step
			if (isFinal(before)) assert.equal(status, before)
		}
	})
})

test.run()
