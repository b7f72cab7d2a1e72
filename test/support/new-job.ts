import { randomUUIDv7 } from 'node:crypto'
import type { NewJob } from '../../src/jobs/job.ts'

/** A job as it is put into the queue, of runbook `deploy` unless something else is given. */
export function newJob(given: Partial<NewJob> = {}): NewJob {
	const jobId = given.jobId ?? randomUUIDv7()
	return {
		jobId,
		name: jobId,
		runbookName: 'deploy',
		contentHash: 'hash',
		webhookId: null,
		webhookName: null,
		parameters: {},
		startedBy: null,
		isTest: false,
		requestHash: null,
		traceparent: null,
		priority: 0,
		concurrencyKey: null,
		keyConcurrency: null,
		creationTime: 1,
		...given,
	}
}
