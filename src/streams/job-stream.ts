/** Azure Automation's kinds of job stream records. */
export const streamTypes = ['Output', 'Warning', 'Error', 'Verbose', 'Debug', 'Progress'] as const
export type StreamType = (typeof streamTypes)[number]

/** One record of a job's streams. */
export type JobStreamRecord = {
	/** 1 for a job's first record, without gaps; goes on over the job's tries. */
	sequence: number
	/** Milliseconds since 1970, UTC. */
	time: number
	streamType: StreamType
	/** The value as JSON text: it is passed on as it is, never read and written again. */
	json: string
}

/** What people read of a record: a string as it is, a Progress record in words, any other value as JSON on one line. */
export function recordText({ streamType, json }: Pick<JobStreamRecord, 'streamType' | 'json'>): string {
	const value: unknown = JSON.parse(json)
	if (typeof value === 'string') return value
	return streamType === 'Progress' ? progressText(value as Record<string, unknown>) : json
}

/** The beginning of what people read of a record, from the beginning of its JSON. */
export function headText({ streamType, json }: Pick<JobStreamRecord, 'streamType' | 'json'>): string {
	try {
		return recordText({ streamType, json })
	} catch {
		// It was cut: of a string the end of an escape may be missing, and its quotation mark is.
		if (!json.startsWith('"')) return json
		const whole = /^(?:[^\\]|\\(?:[^u]|u[0-9a-fA-F]{4}))*/.exec(json)![0]
		return (JSON.parse(`${whole}"`) as string).toWellFormed()
	}
}

function progressText({ activity, status, percentComplete }: Record<string, unknown>): string {
	const percent = percentComplete === undefined ? '' : ` (${percentComplete} %)`
	return `${activity}${status === undefined ? '' : `: ${status}`}${percent}`
}

/** .NET counts in ticks of 100 ns since the year 1. */
const ticksOf1970 = 621_355_968_000_000_000n

/** The id of a record in Azure's form: job id, time in .NET ticks, sequence, both of 20 digits, so that ids sort. */
export function jobStreamId(jobId: string, { time, sequence }: Pick<JobStreamRecord, 'time' | 'sequence'>): string {
	const ticks = BigInt(time) * 10_000n + ticksOf1970
	return `${jobId}_${digits(ticks)}_${digits(BigInt(sequence))}`
}

/** The sequence in an id that {@link jobStreamId} made for this job; undefined for any other text. */
export function sequenceOfStreamId(jobId: string, id: string): number | undefined {
	const match = /^(.{36})_\d{20}_(\d{20})$/.exec(id)
	return match && match[1]!.toLowerCase() === jobId.toLowerCase() ? Number(match[2]) : undefined
}

function digits(value: bigint): string {
	return value.toString().padStart(20, '0')
}
