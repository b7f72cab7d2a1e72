// What becomes of each machine a runbook works on, and how failures are told.
import type { RunbookContext } from 'runhook'
import type { Machine, Unresolved } from './find-machines.ts'

/** What became of one machine, as it stands in the last Output record. */
export type Outcome<Result extends string> = {
	Name: string
	ResourceGroup: string | null
	Id: string | null
	Result: Result | Miss
	Seconds: number
	Error?: string
}

/** Results of a machine on which the work was not done. */
type Miss = (typeof failures)[number] | 'Cancelled'

const failures = ['Failed', 'NotFound', 'Ambiguous', 'TimedOut', 'Refused'] as const

/** Whether the job has to count this as a failure. A machine that was left out because the job was stopped is none. */
export function isFailure({ Result }: Outcome<string>): boolean {
	return failures.some((failure) => failure === Result)
}

/** Thrown by the work on a machine to end it TimedOut; the message says what goes on after how many seconds. */
export class TookTooLong extends Error {
	override name = 'TookTooLong'
}

/** Thrown by the work on a machine to end it Refused; the message says why it must not be done. */
export class Refusal extends Error {
	override name = 'Refusal'
}

type Attempt<Result> = {
	/** What `work` does to the machine, for people: 'starting'. */
	doing: string
	timeoutSeconds: number
	/** Ends early when the signal aborts. */
	work(machine: Machine, signal: AbortSignal): Promise<Result>
}

/** Does the work on one machine and writes its failure to the Error stream. Never rejects: one machine must not keep the others waiting. */
export async function attempt<Result extends string>(
	{ azure, error, signal }: Pick<RunbookContext<unknown>, 'azure' | 'error' | 'signal'>,
	machine: Machine | Unresolved,
	{ doing, timeoutSeconds, work }: Attempt<Result>,
): Promise<Outcome<Result>> {
	const begin = performance.now()
	const end = (result: Result | Miss, failure?: string) => outcome(machine, { result, seconds: secondsSince(begin), failure })
	if (signal.aborted) return end('Cancelled')
	if ('error' in machine) {
		error(machine.result === 'Ambiguous' ? machine.error : `${machine.name}: ${machine.error}`)
		return end(machine.result, machine.error)
	}
	const deadline = AbortSignal.timeout(timeoutSeconds * 1000)
	try {
		return end(await work(machine, AbortSignal.any([signal, deadline])))
	} catch (thrown) {
		if (signal.aborted) return end('Cancelled')
		const { result, text } = explain(thrown)
		error(`${machine.name}: ${text}`)
		return end(result, text)
	}

	function explain(thrown: unknown): { result: Miss; text: string } {
		if (thrown instanceof TookTooLong) return { result: 'TimedOut', text: thrown.message }
		if (thrown instanceof Refusal) return { result: 'Refused', text: thrown.message }
		if (deadline.aborted) return { result: 'TimedOut', text: `still ${doing} after ${timeoutSeconds} s.` }
		const { code, statusCode, message } = azure.failure(thrown)
		return { result: statusCode === 404 ? 'NotFound' : 'Failed', text: `${code}: ${message}` }
	}
}

/** Whole seconds since an instant of `performance.now()`. */
export function secondsSince(begin: number): number {
	return Math.round((performance.now() - begin) / 1000)
}

type Ending<Result extends string> = { result: Result | Miss; seconds: number; failure: string | undefined }

function outcome<Result extends string>(machine: Machine | Unresolved, { result, seconds, failure }: Ending<Result>): Outcome<Result> {
	const place = 'id' in machine ? { ResourceGroup: machine.resourceGroup, Id: machine.id } : { ResourceGroup: null, Id: null }
	return { Name: machine.name, ...place, Result: result, Seconds: seconds, ...(failure && { Error: failure }) }
}
