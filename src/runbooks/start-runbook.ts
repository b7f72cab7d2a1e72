import { randomUUIDv7 } from 'node:crypto'
import type { NewJob } from '../jobs/job.ts'
import type { Queue } from '../queue/queue.ts'
import type { RunbookContent } from './runbook.ts'

export type StartOutcome = { kind: 'accepted'; jobId: string } | { kind: 'queueFull' }

export type StartRequest = {
	content: RunbookContent
	/** Bound values, by declared name. */
	parameters: Record<string, unknown>
	webhook: { webhookId: number; name: string } | null
	startedBy: string | null
	now: number
}

/** Writes a job as New and puts it in the queue, in one durable commit; it exists when this resolves. Throws a StoreUnavailableError. */
export async function startRunbook(queue: Queue, { content, parameters, webhook, startedBy, now }: StartRequest): Promise<StartOutcome> {
	const jobId = randomUUIDv7()
	const job: NewJob = {
		jobId,
		name: jobId,
		runbookName: content.runbookName,
		contentHash: content.contentHash,
		webhookId: webhook?.webhookId ?? null,
		webhookName: webhook?.name ?? null,
		parameters,
		startedBy,
		creationTime: now,
	}
	const outcome = await queue.put(job)
	return outcome === 'accepted' ? { kind: 'accepted', jobId } : { kind: 'queueFull' }
}
