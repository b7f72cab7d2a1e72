import type { Job } from '../jobs/job.ts'
import { JOB_TRIES_MAX } from '../limits.ts'
import type { HeldJob, QueueStore } from '../queue/queue-store.ts'
import type { RunbookContent } from '../runbooks/runbook.ts'
import type { EndStore } from './job-end.ts'

export type InterruptedPlan = { kind: 'again' } | { kind: 'end'; to: 'Failed' | 'Stopped'; exception: string }

/** What becomes of a job whose run ended without its doing: its runner died, or no process could be started for it. */
export function planInterrupted(job: Pick<Job, 'status' | 'tryCount'>, content: RunbookContent | undefined): InterruptedPlan {
	if (job.status === 'Stopping') return { kind: 'end', to: 'Stopped', exception: 'The job was stopped.' }
	if (content && !content.definition.restartable)
		return {
			kind: 'end',
			to: 'Failed',
			exception:
				'The job was interrupted with its runner, and its runbook declares that it must not be started again (restartable: false).',
		}
	// Azure's sentence for a job that was taken up three times.
	if (job.tryCount >= JOB_TRIES_MAX) return { kind: 'end', to: 'Failed', exception: 'The job was tried three times but it failed' }
	return { kind: 'again' }
}

/** Carries the plan out. */
export async function settleInterrupted(
	{ jobId, heldBy }: HeldJob,
	plan: InterruptedPlan,
	{ store, at }: { store: QueueStore & EndStore; at: number },
): Promise<void> {
	if (plan.kind === 'again') await store.giveBack(jobId, { at, countTry: true, heldBy })
	else await store.finish({ jobId, heldBy, to: plan.to, at, exception: plan.exception, records: [] })
}
