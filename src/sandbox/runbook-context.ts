import type { Azure } from '../runbooks/azure.ts'
import type { RunbookAssets, RunbookContext, RunbookState } from '../runbooks/define-runbook.ts'
import { type JobOutput, messageValue } from './job-output.ts'
import type { JobFacts } from './sandbox-protocol.ts'

/** What a runbook's `run` is given: its checked parameters, and functions that write to the streams of this job alone. */
export function runbookContext(parts: {
	job: JobFacts
	parameters: unknown
	output: JobOutput
	signal: AbortSignal
	azure: Azure
	state: RunbookState
	assets: RunbookAssets
}): RunbookContext<unknown> {
	const { job, parameters, output, signal, azure, state, assets } = parts
	return {
		parameters,
		job: Object.freeze({ ...job }),
		signal,
		azure,
		state,
		...assets,
		output: (value) => output.write('Output', value),
		warning: (message) => output.write('Warning', messageValue(message)),
		error: (message) => output.write('Error', messageValue(message)),
		verbose: (message) => output.write('Verbose', messageValue(message)),
		debug: (message) => output.write('Debug', messageValue(message)),
		progress: ({ activity, status, percentComplete }) => output.write('Progress', { activity, status, percentComplete }),
	}
}
