import { EXCEPTION_LENGTH_MAX } from '../limits.ts'
import type { Outcome } from '../sandbox/sandbox-work.ts'
import type { JobEnd } from './job-end.ts'

/** What ended a run from outside, if anything did. */
export type Stopped = { because: 'nothing' | 'shutdown' } | { because: 'stop' | 'timeout'; text: string }

/** The last status of a job from how its process came out of it and what ended it. */
export function endOf(outcome: Outcome, stopped: Stopped): Pick<JobEnd, 'to' | 'exception' | 'statusDetails'> {
	if (stopped.because === 'stop') return { to: 'Stopped', exception: stopped.text }
	if (stopped.because === 'timeout') return { to: 'Stopped', exception: stopped.text, statusDetails: stopped.text }
	if (outcome.kind === 'completed') return { to: 'Completed' }
	const exception = outcome.kind === 'failed' ? outcome.exception : "The runbook's process was ended from outside."
	return { to: 'Failed', exception: exception.slice(0, EXCEPTION_LENGTH_MAX) }
}
