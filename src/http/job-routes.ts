import { type Request, type RequestHandler, type Response, Router } from 'express'
import type { Clock } from '../clock.ts'
import { controlJob, type JobAction } from '../jobs/control-job.ts'
import type { Job } from '../jobs/job.ts'
import type { JobStatus } from '../jobs/job-status.ts'
import type { JobStore } from '../jobs/job-store.ts'
import { FOLLOWERS_MAX, STREAM_PAGE_SIZE } from '../limits.ts'
import { recordText, sequenceOfStreamId } from '../streams/job-stream.ts'
import type { StreamStore } from '../streams/stream-store.ts'
import type { StreamTail } from '../streams/stream-tail.ts'
import type { Authenticate } from './authenticate.ts'
import { drained } from './drained.ts'
import { sendError, sendJson } from './error-response.ts'
import { followStreams } from './follow-streams.ts'
import { jobBody, jobStatusBody, streamBody, streamItemBody } from './job-body.ts'

export type JobRouteParts = {
	jobs: JobStore
	streams: StreamStore
	tail: StreamTail
	authenticate: Authenticate
	/** Told the new status of a job after an action on it. */
	changed: (jobId: string, status: JobStatus) => void
	accountPath: string
	publicUrl: () => string
	clock: Clock
}

type WithJob = (request: Request, response: Response, job: Job) => Promise<void> | void

/** Read, stop, suspend and resume jobs; their output and streams, also live. The same router serves `/jobs` and the account's `…/jobs`. */
export function jobRoutes(parts: JobRouteParts): Router {
	const { jobs, streams, accountPath } = parts
	const router = Router()
	const managed = (handle: WithJob): RequestHandler => withJob(parts, handle)
	let followers = 0

	router.get('/:job', readJob(parts))
	router.get(
		'/:job/output',
		managed((_request, response, job) => sendOutput(parts, { response, job })),
	)
	router.get(
		'/:job/streams',
		managed(async (request, response, job) => {
			const { searchParams } = new URL(request.url, 'http://any')
			if (searchParams.has('$filter')) return sendError(response, 'BadRequest', '$filter is not supported here.')
			if (!searchParams.has('follow')) return listStreams(parts, { response, job, after: Number(searchParams.get('$skiptoken') ?? 0) })
			if (request.method === 'HEAD') return void response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' }).end()
			if (followers >= FOLLOWERS_MAX) return sendError(response, 'ServiceUnavailable', 'As many followers read as may. Try again later.')
			followers++
			await followStreams({ request, response, job }, { jobs, tail: parts.tail, accountPath }).finally(() => followers--)
		}),
	)
	router.get(
		'/:job/streams/:stream',
		managed(async (request, response, job) => {
			const sequence = sequenceOfStreamId(job.jobId, String(request.params.stream))
			const record = sequence === undefined ? undefined : await streams.get(job.jobId, sequence)
			if (record) sendJson(response, 200, streamBody(job, record, accountPath))
			else sendError(response, 'NotFound', 'The job has no such stream record.')
		}),
	)
	for (const action of ['stop', 'suspend', 'resume'] as const) router.post(`/:job/${action}`, managed(actOn(action, parts)))
	return router
}

/** In full for those who manage the account; status and times for the holder of the webhook's own token. */
function readJob({ jobs, authenticate, accountPath }: JobRouteParts): RequestHandler {
	return async (request, response) => {
		const caller = await authenticate(request)
		if (caller.kind === 'nobody')
			return sendError(
				response,
				'Unauthorized',
				'A bearer token is needed: the management token, or the token of the webhook that started the job.',
			)
		const segment = String(request.params.job)
		const job = await jobs.get(segment)
		if (!job || (caller.kind === 'webhook' && caller.webhook.webhookId !== job.webhookId)) return notFound(response, segment)
		sendJson(response, 200, caller.kind === 'manager' ? jobBody(job, { accountPath, segment }) : jobStatusBody(job))
	}
}

function withJob({ jobs, authenticate }: JobRouteParts, handle: WithJob): RequestHandler {
	return async (request, response) => {
		const caller = await authenticate(request)
		if (caller.kind === 'nobody') return sendError(response, 'Unauthorized', 'A management token is needed.')
		if (caller.kind === 'webhook')
			return sendError(response, 'Forbidden', "The token of a webhook shows the status of the webhook's jobs and nothing else.")
		const segment = String(request.params.job)
		const job = await jobs.get(segment)
		if (job) await handle(request, response, job)
		else notFound(response, segment)
	}
}

function actOn(action: JobAction, { jobs, changed, clock }: JobRouteParts): WithJob {
	return async (_request, response, job) => {
		const outcome = await controlJob(action, job, { jobs, now: clock.now(), changed })
		if (outcome.kind === 'done') response.status(200).end()
		else if (outcome.kind === 'refused') sendError(response, 'Conflict', outcome.message)
		else notFound(response, job.jobId)
	}
}

/** The Output stream as text, a line a record. */
async function sendOutput({ streams }: JobRouteParts, { response, job }: { response: Response; job: Job }): Promise<void> {
	const gone = new AbortController()
	response.on('close', () => gone.abort())
	const page = (after: number) => streams.list(job.jobId, { after, limit: STREAM_PAGE_SIZE, streamType: 'Output' })
	// Read before the head is sent: a store that refuses is answered with 503.
	let records = await page(0)
	response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
	while (records.length > 0 && !gone.signal.aborted) {
		const text = records.map((record) => `${recordText(record)}\n`).join('')
		if (!response.write(text)) await drained(response, gone.signal)
		records = records.length < STREAM_PAGE_SIZE ? [] : await page(records.at(-1)!.sequence)
	}
	response.end()
}

async function listStreams(
	{ streams, accountPath, publicUrl }: JobRouteParts,
	{ response, job, after }: { response: Response; job: Job; after: number },
): Promise<void> {
	if (!Number.isSafeInteger(after) || after < 0)
		return sendError(response, 'BadRequest', '$skiptoken is not one that this server gave out.')
	const records = await streams.list(job.jobId, { after, limit: STREAM_PAGE_SIZE })
	const next =
		records.length === STREAM_PAGE_SIZE
			? { nextLink: `${publicUrl()}${accountPath}/jobs/${job.jobId}/streams?$skiptoken=${records.at(-1)!.sequence}` }
			: {}
	sendJson(response, 200, { value: records.map((record) => streamItemBody(job, record, accountPath)), ...next })
}

function notFound(response: Response, segment: string): void {
	sendError(response, 'NotFound', `There is no job '${segment.slice(0, 128)}'.`)
}
