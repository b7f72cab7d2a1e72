/** A record of a job's streams, as the REST API has it. */
export type StreamRecord = {
	id?: string
	properties: { jobStreamId?: string; time: string; streamType: string; summary?: string | null; streamText?: string; value?: unknown }
}

/** What people read of a record. */
export function textOf({ properties: { streamText, summary } }: StreamRecord): string {
	return (streamText ?? summary ?? '').replace(/\r?\n$/, '')
}
