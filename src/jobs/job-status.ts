/** Azure Automation's statuses of a job, those that this runner sets. */
export const jobStatuses = ['New', 'Activating', 'Running', 'Completed', 'Failed', 'Stopping', 'Stopped', 'Suspended'] as const
export type JobStatus = (typeof jobStatuses)[number]

/**
 * Which status may follow which; nothing else moves a job.
 * Back to New go a resumed job and one that was interrupted with its runner; straight to Failed one that may not be tried again.
 */
const followers: Record<JobStatus, readonly JobStatus[]> = {
	New: ['Activating', 'Stopped', 'Suspended'],
	Activating: ['Running', 'Stopping', 'Failed', 'New'],
	Running: ['Completed', 'Failed', 'Stopping', 'New'],
	Stopping: ['Stopped'],
	Suspended: ['New', 'Stopped'],
	Completed: [],
	Failed: [],
	Stopped: [],
}

export function mayFollow(from: JobStatus, to: JobStatus): boolean {
	return followers[from].includes(to)
}

/** Whether a job of this status has ended for good. */
export function isFinal(status: JobStatus): boolean {
	return followers[status].length === 0
}
