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
