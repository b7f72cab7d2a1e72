import type { Schedule } from './schedule.ts'

/** The link of one schedule and one runbook: at each due instant of the schedule one job of the runbook. */
export type JobSchedule = {
	/** A GUID that the caller chooses. */
	jobScheduleId: string
	scheduleId: number
	scheduleName: string
	runbookName: string
	/** Bound anew at each start. */
	parameters: Record<string, unknown>
	/** What was due up to here is decided. */
	decidedTime: number
	/** Why a run made no job, the last time that it happened. */
	lastFailure: RunFailure | null
	creationTime: number
}

export type NewJobSchedule = Pick<JobSchedule, 'jobScheduleId' | 'runbookName' | 'parameters'>

export type RunFailure = { time: number; dueTime: number; message: string }

/** A job schedule with its schedule, as the scheduler looks at them. */
export type ScheduledLink = { schedule: Schedule; jobSchedule: JobSchedule }
