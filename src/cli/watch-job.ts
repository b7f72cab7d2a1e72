import { type Account, bodyOf } from './api-client.ts'
import { exitCodes } from './failure.ts'
import { followJob } from './follow-job.ts'
import { exitCodeOf } from './job-end.ts'
import { RecordPrinter } from './record-printer.ts'
import { harmless, type OutputMode, type Terminal } from './terminal.ts'

type Job = { properties: { status: string; exception?: string | null } }

/**
 * Shows a job's records until it has ended, then the job itself (for programs as one more line). Resolves with the exit code.
 * Ctrl+C ends the watching alone.
 */
export async function watchJob(
	account: Account,
	jobId: string,
	{ terminal, mode }: { terminal: Terminal; mode: OutputMode },
): Promise<number> {
	const interrupted = new AbortController()
	const interrupt = () => interrupted.abort()
	process.once('SIGINT', interrupt)
	const printer = new RecordPrinter(terminal, mode)
	try {
		const onWaiting = (statusDetails: string) => mode === 'table' && terminal.note(terminal.paintNote('dim', harmless(statusDetails)))
		for await (const record of followJob(account, jobId, { signal: interrupted.signal, onWaiting })) printer.record(record)
	} catch (error) {
		if (!interrupted.signal.aborted) throw error
	} finally {
		process.off('SIGINT', interrupt)
		printer.end()
	}
	if (interrupted.signal.aborted) {
		terminal.note(`No longer watched; the job goes on. Take it up again: runhook job watch ${jobId}`)
		return exitCodes.interrupted
	}
	const job = bodyOf(await account.client.job.get(...account.names, jobId)) as Job
	if (mode === 'json') terminal.print(JSON.stringify(job))
	else sayEnd(terminal, `Job ${jobId}`, job.properties)
	return exitCodeOf(job.properties.status)
}

/** Says how a job ended, and why if it did not complete. */
export function sayEnd(terminal: Terminal, what: string, { status, exception }: { status: string; exception?: string | null }): void {
	const format = status === 'Completed' ? 'green' : status === 'Failed' ? 'red' : 'yellow'
	terminal.note(terminal.paintNote(format, `${what}: ${status}`))
	if (exception) terminal.note(terminal.paintNote(format, harmless(exception)))
}
