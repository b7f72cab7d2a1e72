import { hash } from 'node:crypto'
import type { Job } from '../jobs/job.ts'
import type { JobStore } from '../jobs/job-store.ts'
import { PARAMETER_LENGTH_MAX } from '../limits.ts'
import type { Queue } from '../queue/queue.ts'
import { bindParameters } from './bind-parameters.ts'
import type { RunbookContent } from './runbook.ts'
import type { RunbookCatalog } from './runbook-catalog.ts'
import { startRunbook } from './start-runbook.ts'

export type JobRequest = {
	/** What the caller calls the job. */
	name: string
	runbookName: string
	parameters: Readonly<Record<string, unknown>>
	startedBy: string | null
	now: number
	/** The trace that the request belongs to; the same request of another trace is the same. */
	traceparent?: string | undefined
}

/** `existed`: the job that the same request made before. */
export type RequestOutcome =
	| { kind: 'started' | 'existed'; job: Job }
	| { kind: 'conflict' | 'runbookNotFound' | 'invalid'; message: string }
	| { kind: 'queueFull' }

type Parts = { runbooks: Pick<RunbookCatalog, 'find' | 'missingText'>; jobs: Pick<JobStore, 'get'>; queue: Queue }

/**
 * Starts a job that the caller named. The same request again never makes a second one: the clients repeat a request
 * whose answer they did not see. Throws a StoreUnavailableError.
 */
export async function startByRequest({ runbooks, jobs, queue }: Parts, request: JobRequest): Promise<RequestOutcome> {
	const { name, runbookName, parameters, startedBy, now, traceparent } = request
	const requestHash = hashOf(request)
	// Looked at first: the job may exist although its runbook has gone or the queue is full by now.
	const existing = await jobs.get(name)
	if (existing) return existed(existing, { name, requestHash })
	const runbook = await runbooks.find(runbookName)
	if (!runbook) return { kind: 'runbookNotFound', message: runbooks.missingText(runbookName) }
	if ('fault' in runbook) return { kind: 'invalid', message: `Runbook '${runbook.name}' cannot be started: ${runbook.fault}` }
	const values = valuesFor(runbook.content, parameters)
	if ('fault' in values) return { kind: 'invalid', message: values.fault }
	const named = { name, requestHash }
	const started = await startRunbook(queue, {
		...{ content: runbook.content, parameters: values.values, webhook: null, startedBy, now, named, traceparent },
	})
	if (started.kind === 'queueFull') return started
	const job = await jobs.get(started.kind === 'accepted' ? started.jobId : name)
	if (!job) throw new Error(`Job '${name}' was written and is not there.`)
	return started.kind === 'accepted' ? { kind: 'started', job } : existed(job, named)
}

/** The bound values of a request, or what is wrong with them in the words that users know from Azure. */
export function valuesFor(
	content: RunbookContent,
	parameters: Readonly<Record<string, unknown>>,
): { values: Record<string, unknown> } | { fault: string } {
	const tooLong = tooLongText(parameters)
	if (tooLong !== undefined) return { fault: tooLong }
	const binding = bindParameters(content, parameters, { fromWebhook: false })
	return binding.kind === 'bound' ? { values: binding.values } : { fault: binding.message }
}

/** Azure's sentence where a value is longer than allowed; undefined where none is. */
export function tooLongText(parameters: Readonly<Record<string, unknown>>): string | undefined {
	const names = Object.entries(parameters)
		.filter(([, value]) => typeof value === 'string' && value.length > PARAMETER_LENGTH_MAX)
		.map(([name]) => name)
	if (names.length === 0) return undefined
	return `Job parameter values too long. Max allowed length:${PARAMETER_LENGTH_MAX}. Parameter names: ${names.map((name) => name.slice(0, 128)).join(', ')}`
}

function existed(job: Job, { name, requestHash }: { name: string; requestHash: string }): RequestOutcome {
	// A name can also be the jobId of a job that is called otherwise.
	if (job.requestHash === requestHash && job.name.toLowerCase() === name.toLowerCase()) return { kind: 'existed', job }
	return { kind: 'conflict', message: `There is a job '${name}' of another request already: choose another name.` }
}

function hashOf({ runbookName, parameters }: JobRequest): string {
	const sorted = Object.entries(parameters)
		.map(([name, value]) => [name.toLowerCase(), value] as const)
		.sort(([one], [other]) => (one < other ? -1 : 1))
	return hash('sha256', JSON.stringify([runbookName.toLowerCase(), sorted]))
}
