import type { Request, Response } from 'express'
import { repeatedly, systemClock } from '../clock.ts'
import type { Job } from '../jobs/job.ts'
import { isFinal } from '../jobs/job-status.ts'
import type { JobStore } from '../jobs/job-store.ts'
import { FOLLOW_ACCESS_INTERVAL } from '../limits.ts'
import { jobStreamId, sequenceOfStreamId } from '../streams/job-stream.ts'
import type { StreamTail } from '../streams/stream-tail.ts'
import { drained } from './drained.ts'
import { eventHeaders, keepOpen } from './event-stream.ts'
import { streamBody } from './stream-body.ts'

type Follower = { request: Request; response: Response; job: Job; isLetInStill: () => Promise<boolean> }

/**
 * Sends a job's streams as server-sent events until the job has ended and all is sent, or the follower is let in no more: then the answer ends
 * without the event `end`. Goes on after Last-Event-ID.
 */
export async function followStreams(
	{ request, response, job, isLetInStill }: Follower,
	{ jobs, tail, owner }: { jobs: Pick<JobStore, 'get'>; tail: StreamTail; owner: string },
): Promise<void> {
	using open = keepOpen(response)
	const { gone } = open
	response.writeHead(200, eventHeaders)
	response.flushHeaders()
	const look = async () => {
		if (!(await isLetInStill())) gone.abort()
	}
	await using _looking = repeatedly(look, { clock: systemClock, interval: FOLLOW_ACCESS_INTERVAL })
	let status = job.status
	const ended = async () => {
		status = (await jobs.get(job.jobId))?.status ?? status
		return isFinal(status)
	}
	try {
		const after = sequenceOfStreamId(job.jobId, String(request.headers['last-event-id'] ?? '')) ?? 0
		for await (const records of tail.follow(job.jobId, { after, ended, signal: gone.signal })) {
			for (const record of records) {
				const event = `event: stream\nid: ${jobStreamId(job.jobId, record)}\ndata: ${JSON.stringify(streamBody(job.jobId, record, owner))}\n\n`
				if (gone.signal.aborted) return
				if (!response.write(event)) await drained(response, gone.signal)
			}
		}
		if (!gone.signal.aborted) response.end(`event: end\ndata: ${JSON.stringify({ status })}\n\n`)
	} finally {
		response.end()
	}
}
