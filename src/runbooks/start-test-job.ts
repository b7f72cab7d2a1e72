import type { Job } from '../jobs/job.ts'
import { isFinal } from '../jobs/job-status.ts'
import type { JobStore } from '../jobs/job-store.ts'
import type { Queue } from '../queue/queue.ts'
import { noDraft, type RunbookParts, type RunbookRefusal, withFiles } from './manage-runbook.ts'
import { valuesFor } from './start-by-request.ts'
import { startRunbook } from './start-runbook.ts'

export type TestOutcome = { kind: 'started'; job: Job } | { kind: 'queueFull' } | RunbookRefusal

type Parts = {
	managing: RunbookParts
	jobs: Pick<JobStore, 'get' | 'latestTest'>
	queue: Queue
}

/** Starts the draft of a runbook as a test job, one at a time of each runbook. Throws a StoreUnavailableError. */
export function startTestJob(
	{ managing, jobs, queue }: Parts,
	{
		name,
		parameters,
		startedBy,
		now,
	}: { name: string; parameters: Readonly<Record<string, unknown>>; startedBy: string | null; now: number },
): Promise<TestOutcome> {
	return withFiles(managing, name, async (files): Promise<TestOutcome> => {
		if (files.draft === undefined) return noDraft(files.name)
		const earlier = await jobs.latestTest(files.name)
		if (earlier && !isFinal(earlier.status)) {
			const message = `A test job of runbook '${files.name}' has not ended: ${earlier.status}. Stop it or wait for its end.`
			return { kind: 'conflict', message }
		}
		const draft = await managing.drafts.find(files.name, files.draft)
		if ('fault' in draft) return { kind: 'badRequest', message: `The draft of runbook '${files.name}' cannot be started: ${draft.fault}` }
		const { content } = draft
		const bound = valuesFor(content, parameters)
		if ('fault' in bound) return { kind: 'badRequest', message: bound.fault }
		await managing.drafts.keep(content)
		const started = await startRunbook(queue, {
			...{ content, parameters: bound.values, webhook: null, startedBy, now, isTest: true },
		})
		if (started.kind === 'queueFull') return started
		const job = started.kind === 'accepted' ? await jobs.get(started.jobId) : undefined
		if (!job) throw new Error('A test job was written and is not there.')
		return { kind: 'started', job }
	})
}
