import type { JobStore } from '../jobs/job-store.ts'
import type { Queue } from '../queue/queue.ts'
import { webhookDataName } from '../runbooks/bind-parameters.ts'
import type { RunbookContent } from '../runbooks/runbook.ts'
import type { RunbookCatalog } from '../runbooks/runbook-catalog.ts'
import { startRunbook } from '../runbooks/start-runbook.ts'
import { fixedParameters } from './call-webhook.ts'
import type { Delivery } from './delivery.ts'
import { waitingOf } from './waiting-rules.ts'
import { callability, type Webhook } from './webhook.ts'
import { webhookData } from './webhook-data.ts'

type Parts = {
	queue: Queue
	runbooks: Pick<RunbookCatalog, 'find'>
	jobs: Pick<JobStore, 'get'>
	contentOf: (contentHash: string) => Promise<RunbookContent | undefined>
}

/** Which runbook a delivery is sent to again: as it is now, or as it was when the delivery made its job. */
type ReplayContent = 'newest' | 'same'

export type Replay = {
	webhook: Webhook
	delivery: Delivery
	content: ReplayContent
	now: number
	/** The trace of the request for it: what the sender's call belonged to has ended long ago. */
	traceparent: string | undefined
}

export type ReplayOutcome = { kind: 'started'; jobId: string } | { kind: 'conflict'; message: string } | { kind: 'queueFull' }

/**
 * Makes a job of a delivery that was kept, whatever was answered to it then: what guards the webhook against strangers is not asked again,
 * and a delivery that made a job makes another one. Throws a StoreUnavailableError.
 */
export async function replayDelivery(
	parts: Parts,
	{ webhook, delivery, content: which, now, traceparent }: Replay,
): Promise<ReplayOutcome> {
	if (delivery.body === null) return conflict('Its body was not read, so there is nothing to send again.')
	if (callability(webhook, now) !== 'callable') return conflict(`Webhook '${webhook.name}' has expired or is disabled.`)
	const content = which === 'same' ? await contentThen(parts, delivery) : await contentNow(parts, webhook)
	if (typeof content === 'string') return conflict(content)
	const binding = fixedParameters(webhook, content)
	if (binding.kind === 'refused') return conflict(`The fixed parameter values no longer fit. ${binding.message}`)
	const receiver = webhookDataName(content.definition.parameters)
	const data = webhookData(webhook.name, Object.entries(delivery.headers).flat(), Buffer.from(delivery.body))
	const parameters = receiver ? { ...binding.values, [receiver]: data } : binding.values
	const headers = Object.fromEntries(Object.entries(delivery.headers).map(([name, value]) => [name.toLowerCase(), value]))
	// It is asked for by the operator: where its key is used up it waits, whatever a call would do.
	const waiting = waitingOf(webhook, headers, Buffer.from(delivery.body))
	const started = await startRunbook(parts.queue, { content, parameters, webhook, startedBy: null, now, traceparent, waiting })
	if (started.kind === 'nameTaken') throw new Error('The id of a new job was taken.')
	return started.kind === 'queueFull' ? started : { kind: 'started', jobId: started.jobId }
}

async function contentNow({ runbooks }: Parts, { runbookName }: Webhook): Promise<RunbookContent | string> {
	const runbook = await runbooks.find(runbookName)
	if (!runbook) return `There is no runbook '${runbookName}'.`
	return 'fault' in runbook ? `Runbook '${runbook.name}' cannot be started: ${runbook.fault}` : runbook.content
}

async function contentThen({ jobs, contentOf }: Parts, { jobId }: Delivery): Promise<RunbookContent | string> {
	if (jobId === null) return 'It made no job, so there is no runbook that it ran: replay it with the newest.'
	const job = await jobs.get(jobId)
	const content = job && (await contentOf(job.contentHash))
	return content ?? 'The runbook as it was then is no longer kept: replay it with the newest.'
}

function conflict(message: string): ReplayOutcome {
	return { kind: 'conflict', message }
}
