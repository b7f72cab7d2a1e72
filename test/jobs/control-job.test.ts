import assert from 'node:assert/strict'
import { test } from 'uvu'
import { controlJob, type JobAction, planAction } from '../../src/jobs/control-job.ts'
import type { Job } from '../../src/jobs/job.ts'
import type { JobStatus } from '../../src/jobs/job-status.ts'
import type { JobStore, StatusChange } from '../../src/jobs/job-store.ts'

type ControlledJobs = Pick<JobStore, 'get' | 'changeStatus'>

const running = 'A running TypeScript job cannot be suspended.'

test('an action on a job leads to what the contract says', () => {
	const table: [JobAction, JobStatus, JobStatus | 'nothing' | string][] = [
		['stop', 'New', 'Stopped'],
		['stop', 'Activating', 'Stopping'],
		['stop', 'Running', 'Stopping'],
		['stop', 'Stopping', 'nothing'],
		['stop', 'Suspended', 'Stopped'],
		['stop', 'Completed', 'The job has already ended: Completed.'],
		['stop', 'Failed', 'The job has already ended: Failed.'],
		['stop', 'Stopped', 'The job has already ended: Stopped.'],
		['suspend', 'New', 'Suspended'],
		['suspend', 'Activating', running],
		['suspend', 'Running', running],
		['suspend', 'Stopping', running],
		['suspend', 'Suspended', 'nothing'],
		['suspend', 'Completed', 'The job has already ended: Completed.'],
		['resume', 'Suspended', 'New'],
		['resume', 'New', 'The job is not suspended: New.'],
		['resume', 'Running', 'The job is not suspended: Running.'],
		['resume', 'Stopped', 'The job has already ended: Stopped.'],
	]
	for (const [action, status, expected] of table) {
		const plan = planAction(action, status)
		assert.equal(plan.kind === 'change' ? plan.to : plan.kind === 'refused' ? plan.message : plan.kind, expected, `${action} ${status}`)
	}
})

/** A store of one job that somebody else moves on before each of our changes. */
function movingJob(...statuses: JobStatus[]): { job: Job; jobs: ControlledJobs; changes: StatusChange[] } {
	const job = { jobId: 'a', status: statuses[0]! } as Job
	const changes: StatusChange[] = []
	return {
		job,
		changes,
		jobs: {
			get: async () => (statuses[0] ? { ...job, status: statuses[0] } : undefined),
			async changeStatus(change) {
				changes.push(change)
				if (statuses.length > 1 || statuses[0] === undefined) statuses.shift()
				return statuses[0] === change.from && changes.length > 1
			},
		},
	}
}

test('a job that moved in between is looked at again, and its new status decides', async () => {
	const { job, jobs, changes } = movingJob('New', 'Activating', 'Running')
	const told: string[] = []
	const outcome = await controlJob('stop', job, { jobs, now: 5, changed: (jobId, status) => told.push(jobId, status) })
	assert.deepEqual(outcome, { kind: 'done' })
	assert.deepEqual(
		changes.map(({ from, to }) => `${from} > ${to}`),
		['New > Stopped', 'Activating > Stopping', 'Running > Stopping'],
	)
	assert.deepEqual(told, ['a', 'Stopping'])
})

test('a job that ended in between is refused, and nobody is told of a change', async () => {
	const { job, jobs } = movingJob('Running', 'Completed')
	const outcome = await controlJob('stop', job, { jobs, now: 5, changed: () => assert.fail('nothing changed') })
	assert.deepEqual(outcome, { kind: 'refused', message: 'The job has already ended: Completed.' })
})

test('a job that is gone meanwhile is not found', async () => {
	const jobs: ControlledJobs = { get: async () => undefined, changeStatus: async () => false }
	assert.deepEqual(await controlJob('stop', { jobId: 'a', status: 'New' } as Job, { jobs, now: 5, changed: () => undefined }), {
		kind: 'notFound',
	})
})

test('a job that never holds still is an error, not an endless loop', async () => {
	const jobs: ControlledJobs = { get: async () => ({ jobId: 'a', status: 'Running' }) as Job, changeStatus: async () => false }
	await assert.rejects(
		controlJob('stop', { jobId: 'a', status: 'New' } as Job, { jobs, now: 5, changed: () => undefined }),
		/changed its status 10 times/,
	)
})

test.run()
