import { randomUUIDv7 } from 'node:crypto'
import type { NewJob } from '../jobs/job.ts'
import type { Queue } from '../queue/queue.ts'
import type { RunbookContent } from './runbook.ts'

export type StartOutcome = { kind: 'accepted'; jobId: string } | { kind: 'queueFull' } | { kind: 'nameTaken' }

export type StartRequest = {
	content: RunbookContent
	/** Bound values, by declared name. */
	parameters: Record<string, unknown>
	webhook: { webhookId: number; name: string } | null
	startedBy: string | null
	now: number
	/** What the caller calls the job, with the hash of its request; else the job is called by its id. */
	named?: { name: string; requestHash: string }
	/** Whether it runs a draft. */
	isTest?: boolean
	/** The trace it belongs to. */
	traceparent?: string | undefined
	/** How it waits; unless told as any other. */
	waiting?: Pick<NewJob, 'priority' | 'concurrencyKey' | 'keyConcurrency'>
}

/** Writes a job as New and puts it in the queue, in one durable commit; it exists when this resolves. Throws a StoreUnavailableError. */
export async function startRunbook(queue: Queue, request: StartRequest): Promise<StartOutcome> {
	const job = newJob(request)
	const outcome = await queue.put(job)
	return outcome === 'accepted' ? { kind: 'accepted', jobId: job.jobId } : { kind: outcome }
}

/** The job that a request makes, with an id of its own. */
export function newJob({
	content,
	parameters,
	webhook,
	startedBy,
	now,
	named,
	isTest = false,
	traceparent,
	waiting,
}: StartRequest): NewJob {
	const jobId = randomUUIDv7()
	return {
		jobId,
		name: named?.name ?? jobId,
		runbookName: content.runbookName,
		contentHash: content.contentHash,
		webhookId: webhook?.webhookId ?? null,
		webhookName: webhook?.name ?? null,
		parameters,
		startedBy,
		isTest,
		requestHash: named?.requestHash ?? null,
		traceparent: traceparent ?? null,
		creationTime: now,
		...(waiting ?? { priority: 0, concurrencyKey: null, keyConcurrency: null }),
	}
}
