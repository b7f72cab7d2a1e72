import { exitCodes } from './failure.ts'

/** Whether nothing more comes of a job by itself; a Suspended one waits for somebody to resume it. */
export function hasEnded(status: string): boolean {
	return ['Completed', 'Failed', 'Stopped', 'Suspended'].includes(status)
}

/** The exit code of a command that watched a job to its end. */
export function exitCodeOf(status: string): number {
	if (status === 'Completed') return exitCodes.done
	return status === 'Failed' ? exitCodes.failed : exitCodes.stopped
}

/** More about a job's status; undefined where there is nothing to say. */
export function detailsOf(statusDetails: string | null | undefined): string | undefined {
	return statusDetails === 'None' ? undefined : (statusDetails ?? undefined)
}
