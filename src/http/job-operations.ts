import type { Response } from 'express'
import { z } from 'zod'
import type { AssetStore } from '../assets/asset-store.ts'
import type { Clock } from '../clock.ts'
import { controlJob } from '../jobs/control-job.ts'
import type { Job } from '../jobs/job.ts'
import type { JobStatus } from '../jobs/job-status.ts'
import { STREAM_PAGE_SIZE } from '../limits.ts'
import { lookUpWaits } from '../queue/why-waited.ts'
import type { ExplainWaiting } from '../queue/why-waiting.ts'
import type { RunbookContent } from '../runbooks/runbook.ts'
import type { JobRequest, RequestOutcome } from '../runbooks/start-by-request.ts'
import { recordText } from '../streams/job-stream.ts'
import { readTraceparent } from '../traceparent.ts'
import { callerName } from './caller-name.ts'
import { drained } from './drained.ts'
import { followMember, isFollowAsked } from './event-stream.ts'
import { readFilter } from './filter.ts'
import { followList } from './follow-list.ts'
import { jobAssetOperation } from './job-asset-operation.ts'
import { jobBody, jobItemBody, jobItemSchema, jobSchema, jobStatusBody, jobStatusSchema } from './job-body.ts'
import { jobContentOperation } from './job-content-operation.ts'
import { jobFilterFields, jobFilterOf } from './job-filter.ts'
import { faultySkipToken, filteredPageQuery, numberKeyOf, page, pageSchema } from './list-request.ts'
import { type Operation, operation, type Reply, refuse, written } from './operation.ts'
import { type JobOfCall, type StreamParts, streamOperations } from './stream-operations.ts'
import { chosenNamePattern, chosenNameRule, parametersSchema } from './wire.ts'

export type JobParts = StreamParts & {
	assets: Pick<AssetStore, 'uses'>
	startByRequest: (request: JobRequest) => Promise<RequestOutcome>
	contentOf: (contentHash: string) => Promise<RunbookContent | undefined>
	/** Jobs with why those do not run that wait. */
	explain: ExplainWaiting
	/** Told the new status of a job after an action on it. */
	changed: (jobId: string, status: JobStatus) => void
	clock: Clock
}

const putSchema = z
	.object({
		properties: z.object({
			runbook: z.object({ name: z.string('is mandatory') }, 'is mandatory'),
			parameters: parametersSchema,
			runOn: z.string().nullish().describe('Hybrid worker groups are not supported: empty or absent.'),
		}),
	})
	.meta({ id: 'JobCreate' })

/** Start, list, read, stop, suspend and resume jobs; their output and streams. The same operations serve `/jobs` and the account's `…/jobs`. */
export function jobOperations(parts: JobParts): Operation[] {
	const { jobs, accountPath, explain } = parts
	const jobOf: JobOfCall = async (names) => {
		const job = await jobs.get(names.job!)
		return job ? { job } : { missing: noSuchJob(names.job!) }
	}
	return [
		listOperation(parts),
		createOperation(parts),
		operation(
			{
				operationId: 'Job_Get',
				action: 'jobs/read',
				method: 'get',
				path: '/jobs/{job}',
				summary: "Get a job by its name or jobId; in full, or its status and times with the token of the job's own webhook.",
				forWebhookToken: true,
				answers: { 200: { description: 'The job.', schema: z.union([jobSchema, jobStatusSchema]) } },
			},
			async ({ names, caller }) => {
				const job = await jobs.get(names.job!)
				if (!job || (caller.kind === 'webhook' && caller.webhook.webhookId !== job.webhookId)) return noSuchJob(names.job!)
				if (caller.kind === 'webhook') return { status: 200, json: jobStatusBody(job) }
				const [explained] = await explain([job])
				const runbookLimitOf = async () => (await parts.contentOf(job.contentHash))?.definition.concurrency
				const waits = await lookUpWaits({ jobs, runbookLimitOf }, job)
				return { status: 200, json: jobBody(explained!, { accountPath, segment: names.job! }, waits) }
			},
		),
		operation(
			{
				operationId: 'Job_GetOutput',
				action: 'jobs/output/read',
				method: 'get',
				path: '/jobs/{job}/output',
				summary: 'Get the Output stream of a job as text, a line a record.',
				answers: { 200: { description: 'The text.', mediaType: 'text/plain' } },
			},
			async ({ names, response }) => {
				const found = await jobOf(names)
				return 'missing' in found ? found.missing : sendOutput(parts, { response, job: found.job })
			},
		),
		jobContentOperation(parts),
		jobAssetOperation(parts),
		...(['stop', 'suspend', 'resume'] as const).map((action) => actionOperation(action, parts)),
		...streamOperations(parts, {
			kind: 'job',
			path: '/jobs/{job}',
			operations: { list: 'JobStream_ListByJob', get: 'JobStream_Get' },
			action: 'jobs/streams/read',
			jobOf,
			ownPath: (job) => `${accountPath}/jobs/${job.jobId}`,
		}),
	]
}

const listQuery = filteredPageQuery.extend({ follow: followMember })

function listOperation({ jobs, explain, accountPath, publicUrl, clock }: JobParts): Operation {
	const followers = { count: 0 }
	return operation(
		{
			operationId: 'Job_ListByAutomationAccount',
			action: 'jobs/read',
			method: 'get',
			path: '/jobs',
			summary: 'List jobs, the newest first, or follow a page live; jobs that arrive meanwhile move none from page to page.',
			query: listQuery,
			answers: { 200: { description: 'A page of jobs, or the events.', schema: pageSchema(jobItemSchema) } },
		},
		async ({ request, response, query }) => {
			const read = readFilter(query.$filter, jobFilterFields)
			if (read.kind === 'refused') return refuse('BadRequest', read.message)
			const after = numberKeyOf(query)
			if (after === 'faulty') return refuse('BadRequest', faultySkipToken)
			const filter = jobFilterOf(read.terms)
			const look = async () => {
				const listed = filter ? await jobs.list({ after, limit: query.$top, filter }) : { jobs: [], next: undefined }
				const items = (await explain(listed.jobs)).map((job) => jobItemBody(job, { accountPath, segment: job.name }))
				return page(items, listed.next?.toString(), { request, base: `${publicUrl()}${accountPath}/jobs` })
			}
			return isFollowAsked(query.follow) ? followList({ request, response, look, followers, clock }) : { status: 200, json: await look() }
		},
	)
}

function createOperation({ startByRequest, explain, accountPath, publicUrl }: JobParts): Operation {
	return operation(
		{
			operationId: 'Job_Create',
			action: 'jobs/write',
			method: 'put',
			path: '/jobs/{job}',
			summary: 'Start a runbook. The same request again answers with the job that it made; another one of the same name is refused.',
			body: putSchema,
			audited: ({ properties: { runbook } }) => ({ runbook: runbook.name }),
			answers: { 201: { description: 'The job.', schema: jobSchema } },
		},
		async ({ request, names, body, caller, now }) => {
			const name = names.job!
			if (!chosenNamePattern.test(name)) return refuse('BadRequest', `The name of a job has ${chosenNameRule}.`)
			const { runbook, parameters, runOn } = body.properties
			if (runOn) return refuse('BadRequest', 'Hybrid worker groups are not supported.')
			const traceparent = readTraceparent(request.headers.traceparent)
			const given = { name, runbookName: runbook.name, parameters: parameters ?? {} }
			const outcome = await startByRequest({ ...given, startedBy: callerName(caller), now, traceparent })
			switch (outcome.kind) {
				case 'started':
				case 'existed': {
					const [job] = await explain([outcome.job])
					const json = jobBody(job!, { accountPath, segment: name })
					return written(json, { isNew: true, publicUrl })
				}
				case 'conflict':
					return refuse('Conflict', outcome.message)
				case 'runbookNotFound':
					return refuse('NotFound', outcome.message)
				case 'invalid':
					return refuse('BadRequest', outcome.message)
				case 'queueFull':
					return refuse('ServiceUnavailable', 'As many jobs wait as may. Try again later.')
			}
		},
	)
}

function actionOperation(action: 'stop' | 'suspend' | 'resume', { jobs, changed }: JobParts): Operation {
	return operation(
		{
			operationId: `Job_${action[0]!.toUpperCase()}${action.slice(1)}`,
			action: `jobs/${action}/action`,
			method: 'post',
			path: `/jobs/{job}/${action}`,
			summary: `${action[0]!.toUpperCase()}${action.slice(1)} a job.`,
			answers: { 200: { description: 'It is done, or on its way.' } },
		},
		async ({ names, now }) => {
			const job = await jobs.get(names.job!)
			return job ? actOn(action, job, { jobs, changed, now }) : noSuchJob(names.job!)
		},
	)
}

/** Carries an action on a job out and words what came of it. */
export async function actOn(
	action: 'stop' | 'suspend' | 'resume',
	job: Job,
	parts: Pick<JobParts, 'jobs' | 'changed'> & { now: number },
): Promise<Reply> {
	const outcome = await controlJob(action, job, parts)
	if (outcome.kind === 'done') return { status: 200 }
	return outcome.kind === 'refused' ? refuse('Conflict', outcome.message) : noSuchJob(job.jobId)
}

/** The Output stream as text, a line a record. */
async function sendOutput({ streams }: JobParts, { response, job }: { response: Response; job: Job }): Promise<Reply> {
	const gone = new AbortController()
	response.on('close', () => gone.abort())
	const pageAfter = (after: number) => streams.list(job.jobId, { after, limit: STREAM_PAGE_SIZE, streamType: 'Output' })
	// Read before the head is sent: a store that refuses is answered with 503.
	let records = await pageAfter(0)
	response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
	while (records.length > 0 && !gone.signal.aborted) {
		const text = records.map((record) => `${recordText(record)}\n`).join('')
		if (!response.write(text)) await drained(response, gone.signal)
		records = await pageAfter(records.at(-1)!.sequence)
	}
	response.end()
	return 'sent'
}

function noSuchJob(segment: string): Reply {
	return refuse('NotFound', `There is no job '${segment.slice(0, 128)}'.`)
}
