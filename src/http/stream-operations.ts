import type { z } from 'zod'
import type { Job } from '../jobs/job.ts'
import type { JobStore } from '../jobs/job-store.ts'
import { FOLLOWERS_MAX } from '../limits.ts'
import { type StreamType, sequenceOfStreamId, streamTypes } from '../streams/job-stream.ts'
import type { StreamStore } from '../streams/stream-store.ts'
import type { StreamTail } from '../streams/stream-tail.ts'
import { answerHead, followMember, isFollowAsked } from './event-stream.ts'
import { type FilterFields, readFilter, textsOf, timeOperators, timeRange } from './filter.ts'
import { followStreams } from './follow-streams.ts'
import { faultySkipToken, filteredPageQuery, numberKeyOf, page, pageSchema } from './list-request.ts'
import { type Call, type Operation, operation, type Reply, refuse } from './operation.ts'
import { streamBody, streamItemBody, streamItemSchema, streamSchema } from './stream-body.ts'

export type StreamParts = {
	jobs: JobStore
	streams: StreamStore
	tail: StreamTail
	accountPath: string
	publicUrl: () => string
}

/** Finds the job that a call is about; or says why there is none. */
export type JobOfCall = (names: Record<string, string>) => Promise<{ job: Job } | { missing: Reply }>

type Owner = {
	kind: 'job' | 'test job'
	/** Where the job or test job is, with names in braces. */
	path: string
	operations: { list: string; get: string }
	action: `${string}/read`
	jobOf: JobOfCall
	/** The path of the records' owner in their ids. */
	ownPath: (job: Job) => string
}

const query = filteredPageQuery.extend({ follow: followMember })

const fields: FilterFields = {
	'properties/streamType': { operators: ['eq'], kind: 'text', values: [...streamTypes, 'Any'] },
	'properties/time': { operators: timeOperators, kind: 'time' },
}

/** The streams of jobs, or of test jobs: a list, one record, and live. */
export function streamOperations(parts: StreamParts, { kind, path, operations, action, jobOf, ownPath }: Owner): Operation[] {
	const followers = { count: 0 }
	return [
		operation(
			{
				operationId: operations.list,
				action,
				method: 'get',
				path: `${path}/streams`,
				summary: `List the stream records of a ${kind}, or follow them live.`,
				query,
				answers: { 200: { description: 'A page of records, or the events.', schema: pageSchema(streamItemSchema) } },
			},
			async (call) => {
				const found = await jobOf(call.names)
				if ('missing' in found) return found.missing
				const { job } = found
				return isFollowAsked(call.query.follow)
					? follow(parts, call, { job, owner: ownPath(job), followers })
					: listRecords(parts, call, { job, owner: ownPath(job) })
			},
		),
		operation(
			{
				operationId: operations.get,
				action,
				method: 'get',
				path: `${path}/streams/{jobStreamId}`,
				summary: 'Get one stream record in full.',
				answers: { 200: { description: 'The record.', schema: streamSchema } },
			},
			async ({ names }) => {
				const found = await jobOf(names)
				if ('missing' in found) return found.missing
				const { job } = found
				const sequence = sequenceOfStreamId(job.jobId, names.jobStreamId!)
				const record = sequence === undefined ? undefined : await parts.streams.get(job.jobId, sequence)
				if (!record) return refuse('NotFound', 'The job has no such stream record.')
				return { status: 200, json: streamBody(job.jobId, record, ownPath(job)) }
			},
		),
	]
}

type ListCall = Call<z.infer<typeof query>, undefined>

async function listRecords(parts: StreamParts, { request, query: asked }: ListCall, of: { job: Job; owner: string }): Promise<Reply> {
	const filter = readFilter(asked.$filter, fields)
	if (filter.kind === 'refused') return refuse('BadRequest', filter.message)
	const after = numberKeyOf(asked)
	if (after === 'faulty') return refuse('BadRequest', faultySkipToken)
	const types = new Set(textsOf(filter.terms, 'properties/streamType').filter((type) => type !== 'Any'))
	if (types.size > 1) return { status: 200, json: { value: [] } }
	const [streamType] = [...types] as StreamType[]
	const time = timeRange(filter.terms, 'properties/time')
	const { job, owner } = of
	const range = { after: after ?? 0, limit: asked.$top + 1, time, ...(streamType ? { streamType } : {}) }
	const records = await parts.streams.listHeads(job.jobId, range)
	const shown = records.slice(0, asked.$top)
	const next = records.length > shown.length ? String(shown.at(-1)!.sequence) : undefined
	const items = shown.map((record) => streamItemBody(job.jobId, record, owner))
	return { status: 200, json: page(items, next, { request, base: `${parts.publicUrl()}${owner}/streams` }) }
}

type Followed = { job: Job; owner: string; followers: { count: number } }

async function follow({ jobs, tail }: StreamParts, { request, response, isLetInStill }: ListCall, followed: Followed): Promise<Reply> {
	const { job, owner, followers } = followed
	if (request.method === 'HEAD') return answerHead(response)
	if (followers.count >= FOLLOWERS_MAX) return refuse('ServiceUnavailable', 'As many followers read as may. Try again later.')
	followers.count++
	await followStreams({ request, response, job, isLetInStill }, { jobs, tail, owner }).finally(() => followers.count--)
	return 'sent'
}
