import { z } from 'zod'
import type { Job, JobSummary } from '../jobs/job.ts'
import { isFinal } from '../jobs/job-status.ts'
import type { Wait } from '../queue/why-waited.ts'
import { nullableTimeSchema, parameterTexts, runbookReferenceSchema, timeSchema, timeText, typeOf } from './wire.ts'

const itemProperties = z.object({
	jobId: z.string(),
	runbook: runbookReferenceSchema,
	webhook: z.object({ name: z.string() }).nullable().describe('The webhook that started it.'),
	status: z.string().describe('New, Activating, Running, Completed, Failed, Stopping, Stopped or Suspended.'),
	statusDetails: z.string().describe('Of a job that waits: what it waits for. None where there is nothing to say.'),
	provisioningState: z.string(),
	runOn: z.null(),
	creationTime: timeSchema,
	startTime: nullableTimeSchema,
	endTime: nullableTimeSchema,
	lastModifiedTime: timeSchema,
})

const envelope = { id: z.string(), name: z.string().describe('What the caller named it; equal to jobId otherwise.'), type: z.string() }

/** A job as lists have it. */
export const jobItemSchema = z.object({ ...envelope, properties: itemProperties }).meta({ id: 'JobListItem' })

export const jobSchema = z
	.object({
		...envelope,
		properties: itemProperties.extend({
			startedBy: z.string().nullable(),
			lastStatusModifiedTime: timeSchema,
			claimTime: nullableTimeSchema.describe('When it was taken the last time; null while it waits.'),
			queuedTime: nullableTimeSchema.describe('Since when it had waited for that: it was created, resumed, or given back by a runner.'),
			tryCount: z.int().describe('How often it was taken.'),
			waits: z
				.array(z.object({ seconds: z.number(), reason: z.string() }))
				.describe('What it waited for before it was taken the last time, in the order of time; of a read job alone.'),
			exception: z.string().nullable().describe('Why it failed or was stopped.'),
			parameters: z.record(z.string(), z.string()),
			priority: z.int().describe('Of the jobs that wait the higher one goes first.'),
			concurrencyKey: z.string().nullable().describe('<webhook>/<value>: jobs of the same key share slots.'),
		}),
	})
	.meta({ id: 'Job' })

/** What the caller of a webhook may know of its job. */
export const jobStatusSchema = z
	.object({ jobId: z.string(), status: z.string(), creationTime: timeSchema, startTime: nullableTimeSchema, endTime: nullableTimeSchema })
	.meta({ id: 'JobStatus' })

type Place = {
	accountPath: string
	/** What the caller asked for: the id ends in it. */
	segment: string
}

/** A job in Azure Automation's envelope. */
export function jobBody(job: Job, place: Place, waits: readonly Wait[] = []): z.infer<typeof jobSchema> {
	const { properties, ...rest } = jobItemBody(job, place)
	return {
		...rest,
		properties: {
			...properties,
			startedBy: job.startedBy,
			lastStatusModifiedTime: timeText(job.lastStatusModifiedTime),
			claimTime: timeText(job.claimTime),
			queuedTime: timeText(job.queuedTime),
			tryCount: job.tryCount,
			waits: waits.map(({ milliseconds, reason }) => ({ seconds: milliseconds / 1_000, reason })),
			exception: job.exception,
			parameters: parameterTexts(job.parameters),
			priority: job.priority,
			concurrencyKey: job.concurrencyKey,
		},
	}
}

export function jobItemBody(job: JobSummary, { accountPath, segment }: Place): z.infer<typeof jobItemSchema> {
	return {
		id: `${accountPath}/jobs/${encodeURIComponent(segment)}`,
		name: job.name,
		type: typeOf('Jobs'),
		properties: {
			jobId: job.jobId,
			runbook: { name: job.runbookName },
			webhook: job.webhookName === null ? null : { name: job.webhookName },
			status: job.status,
			statusDetails: job.statusDetails,
			provisioningState: provisioningState(job),
			runOn: null,
			...times(job),
			lastModifiedTime: timeText(job.lastModifiedTime),
		},
	}
}

export function jobStatusBody(job: Job): z.infer<typeof jobStatusSchema> {
	return { jobId: job.jobId, status: job.status, ...times(job) }
}

function times({ creationTime, startTime, endTime }: JobSummary) {
	return { creationTime: timeText(creationTime), startTime: timeText(startTime), endTime: timeText(endTime) }
}

/** Azure's coarser word for how far a job is. */
function provisioningState({ status }: JobSummary): string {
	if (status === 'Failed' || status === 'Suspended') return status
	return isFinal(status) ? 'Succeeded' : 'Processing'
}

/** A test job of a draft: Azure has it flat, without an envelope. */
export const testJobSchema = z
	.object({
		creationTime: timeSchema,
		status: z.string(),
		statusDetails: z.string(),
		runOn: z.null(),
		startTime: nullableTimeSchema,
		endTime: nullableTimeSchema,
		exception: z.string().nullable(),
		lastModifiedTime: timeSchema,
		lastStatusModifiedTime: timeSchema,
		parameters: z.record(z.string(), z.string()),
		logActivityTrace: z.number(),
	})
	.meta({ id: 'TestJob' })

export function testJobBody(job: Job): z.infer<typeof testJobSchema> {
	return {
		...times(job),
		creationTime: timeText(job.creationTime),
		status: job.status,
		statusDetails: job.statusDetails,
		runOn: null,
		exception: job.exception,
		lastModifiedTime: timeText(job.lastModifiedTime),
		lastStatusModifiedTime: timeText(job.lastStatusModifiedTime),
		parameters: parameterTexts(job.parameters),
		logActivityTrace: 0,
	}
}
