import type { JobStreamRecord, StreamType } from './job-stream.ts'

/** Records after a sequence (0 = from the first), of one type and from a range of times (inclusive) if given. */
export type StreamPage = { after: number; limit: number; streamType?: StreamType; time?: { from: number | null; to: number | null } }

/** What this folder needs kept. Every method may throw a StoreUnavailableError: then nothing was changed. */
export type StreamStore = {
	/** Keeps records of a job, unless `heldBy` names a node that no longer has it. Writing the same ones again changes nothing. */
	append(jobId: string, records: JobStreamRecord[], heldBy?: string | null): Promise<void>
	/** Records in their order; no more of them at once than a bound of bytes allows, but one at least. */
	list(jobId: string, page: StreamPage): Promise<JobStreamRecord[]>
	/** The same, with no more than the beginning of each record's JSON. */
	listHeads(jobId: string, page: StreamPage): Promise<JobStreamRecord[]>
	/** One record; undefined when the job has none of that sequence. */
	get(jobId: string, sequence: number): Promise<JobStreamRecord | undefined>
}
