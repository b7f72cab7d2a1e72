import type { JobSchedule, NewJobSchedule, RunFailure } from './job-schedule.ts'
import type { NewSchedule, Schedule } from './schedule.ts'

/** What this folder needs kept. Every method may throw a StoreUnavailableError: then nothing was changed. Names compare without regard to case. */
export type ScheduleStore = {
	/** All schedules, by name. */
	list(): Promise<Schedule[]>
	find(name: string): Promise<Schedule | undefined>
	/** undefined when the name is taken. */
	create(schedule: NewSchedule, at: number): Promise<Schedule | undefined>
	/**
	 * Changes what is given. With `anew` the schedule begins again at `at`: what was due before is not made up for,
	 * and runs that wait are forgotten.
	 */
	update(scheduleId: number, change: Partial<NewSchedule>, options: { at: number; anew: boolean }): Promise<void>
	/** Forgets a schedule, its job schedules and what waits; the jobs stay, and the runs that made them go with them. */
	delete(scheduleId: number): Promise<void>

	/** All job schedules, by id. */
	listJobSchedules(): Promise<JobSchedule[]>
	findJobSchedule(jobScheduleId: string): Promise<JobSchedule | undefined>
	/** undefined when the id is taken, or the schedule is gone. What is due from `at` on is its own. */
	createJobSchedule(scheduleId: number, link: NewJobSchedule, at: number): Promise<JobSchedule | undefined>
	updateJobSchedule(jobScheduleId: string, change: Partial<Pick<NewJobSchedule, 'parameters'>>): Promise<void>
	deleteJobSchedule(jobScheduleId: string): Promise<void>

	/**
	 * Notes up to where it is decided what is due; and, of a run that made no job, why: that run no longer waits. Resolves with false, and
	 * notes nothing, when the schedule is not enabled, or what is decided is no longer what was read: a decision is made of what was read.
	 */
	decide(jobScheduleId: string, decided: { read: number; decidedTime: number; failure?: RunFailure }): Promise<boolean>
	/** Notes a run that waits for the one before it, unless that run exists, and decides up to it; false as above. */
	wait(jobScheduleId: string, run: { read: number; dueTime: number }): Promise<boolean>
	/** Whether a job of it has not ended, and the due instants that wait, the earliest first. */
	runsOf(jobScheduleId: string): Promise<{ hasOpenJob: boolean; waiting: number[] }>
}
