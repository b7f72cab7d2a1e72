import { EventSourceParserStream } from 'eventsource-parser/stream'
import type { Runner } from '../support/runner.ts'

type Record = { properties: { streamType: string; streamText: string } }

/** Gives every record of a job to `line` as it comes, and resolves with the job's last status. Rejects when the signal aborts. */
export async function followJob(
	runner: Runner,
	jobId: string,
	{ line, signal }: { line: (streamType: string, text: string) => void; signal: AbortSignal },
): Promise<string> {
	const response = await runner.manage(`/jobs/${jobId}/streams?follow`, { signal })
	if (!response.ok || !response.body) throw new Error(`The streams of job ${jobId} cannot be read: ${response.status}.`)
	const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
	for await (const { event, data } of events) {
		if (event === 'end') return (JSON.parse(data) as { status: string }).status
		const { streamType, streamText } = (JSON.parse(data) as Record).properties
		line(streamType, streamText.trimEnd())
	}
	throw new Error(`The streams of job ${jobId} broke off.`)
}
