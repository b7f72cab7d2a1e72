// What the command line and the process that tests a runbook say to each other, over Node's IPC channel.
import type { PendingRecord } from '../streams/record-limiter.ts'
import type { JobEnd } from './job-end.ts'

/** What is to be run. The first message; the second one, if there is any, stops the run. */
export type TestOrder = {
	kind: 'test'
	/** The runbook's file, absolute. */
	file: string
	parameters: Record<string, string>
	/** A recorded webhook call, absolute; the parameters are then the webhook's fixed ones. */
	request: string | undefined
}
export type TestStop = { kind: 'stop' }

/** What came of it: a refusal before it ran, or records and then an end. */
export type TestReport =
	| { kind: 'refused'; message: string }
	| { kind: 'record'; record: PendingRecord }
	| ({ kind: 'end' } & Pick<JobEnd, 'to' | 'exception'>)
