import { z } from 'zod'
import { headText, type JobStreamRecord, jobStreamId, recordText } from '../streams/job-stream.ts'
import { timeSchema, timeText } from './wire.ts'

const itemProperties = z.object({
	jobStreamId: z.string().describe('Opaque; ids sort as their records came.'),
	summary: z.string().nullable().describe('The beginning of the text.'),
	time: timeSchema,
	streamType: z.string().describe('Output, Warning, Error, Verbose, Debug or Progress.'),
})

/** A record as lists have it: a summary, no text and no value. */
export const streamItemSchema = z.object({ id: z.string(), properties: itemProperties }).meta({ id: 'JobStreamListItem' })

export const streamSchema = z
	.object({
		id: z.string(),
		properties: itemProperties.extend({
			streamText: z.string().describe('The whole text, ending in a line break.'),
			value: z.object({ value: z.unknown() }).describe('The value that the runbook gave.'),
		}),
	})
	.meta({ id: 'JobStream' })

const SUMMARY_LENGTH = 83

/** `owner` is the path of the job or test job. */
export function streamItemBody(jobId: string, record: JobStreamRecord, owner: string): z.infer<typeof streamItemSchema> {
	const id = jobStreamId(jobId, record)
	const text = headText(record)
	const summary = text.length > SUMMARY_LENGTH ? `${text.slice(0, SUMMARY_LENGTH)}...` : text
	return {
		id: `${owner}/streams/${id}`,
		properties: { jobStreamId: id, summary, time: timeText(record.time), streamType: record.streamType },
	}
}

/** A stream record in full. */
export function streamBody(jobId: string, record: JobStreamRecord, owner: string): z.infer<typeof streamSchema> {
	const { id, properties } = streamItemBody(jobId, record, owner)
	return { id, properties: { ...properties, streamText: `${recordText(record)}\r\n`, value: { value: JSON.parse(record.json) } } }
}
