import type { Job } from '../jobs/job.ts'
import { isFinal } from '../jobs/job-status.ts'
import { type JobStreamRecord, jobStreamId, recordText } from '../streams/job-stream.ts'

/** A UTC instant with milliseconds and Z, as every answer has it. */
function timeText(time: number | null): string | null {
	return time === null ? null : new Date(time).toISOString()
}

/** A job in Azure Automation's envelope. `segment` is what the caller asked for: the id ends in it. */
export function jobBody(job: Job, { accountPath, segment }: { accountPath: string; segment: string }) {
	return {
		id: `${accountPath}/jobs/${encodeURIComponent(segment)}`,
		name: job.name,
		type: 'Microsoft.Automation/AutomationAccounts/Jobs',
		properties: {
			jobId: job.jobId,
			runbook: { name: job.runbookName },
			status: job.status,
			statusDetails: job.statusDetails,
			provisioningState: provisioningState(job),
			startedBy: job.startedBy,
			runOn: null,
			...times(job),
			lastModifiedTime: timeText(job.lastModifiedTime),
			lastStatusModifiedTime: timeText(job.lastStatusModifiedTime),
			exception: job.exception,
			parameters: parameterTexts(job.parameters),
		},
	}
}

/** What the caller of a webhook may know of its job. */
export function jobStatusBody(job: Job) {
	return { jobId: job.jobId, status: job.status, ...times(job) }
}

function times({ creationTime, startTime, endTime }: Job) {
	return { creationTime: timeText(creationTime), startTime: timeText(startTime), endTime: timeText(endTime) }
}

/** Azure's coarser word for how far a job is. */
function provisioningState({ status }: Job): string {
	if (status === 'Failed' || status === 'Suspended') return status
	return isFinal(status) ? 'Succeeded' : 'Processing'
}

/** On the wire every value is a string: what was none is its JSON text. */
function parameterTexts(parameters: Record<string, unknown>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(parameters).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
	)
}

const SUMMARY_LENGTH = 83

/** A stream record as lists show it: a summary, no text and no value. */
export function streamItemBody(job: Job, record: JobStreamRecord, accountPath: string) {
	const id = jobStreamId(job.jobId, record)
	const text = recordText(record)
	const summary = text.length > SUMMARY_LENGTH ? `${text.slice(0, SUMMARY_LENGTH)}...` : text
	return {
		id: `${accountPath}/jobs/${job.jobId}/streams/${id}`,
		properties: { jobStreamId: id, summary, time: timeText(record.time), streamType: record.streamType },
	}
}

/** A stream record in full. */
export function streamBody(job: Job, record: JobStreamRecord, accountPath: string) {
	const { id, properties } = streamItemBody(job, record, accountPath)
	return { id, properties: { ...properties, streamText: `${recordText(record)}\r\n`, value: { value: JSON.parse(record.json) } } }
}
