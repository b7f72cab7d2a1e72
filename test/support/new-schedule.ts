import { randomUUID } from 'node:crypto'
import type { JobSchedule } from '../../src/schedules/job-schedule.ts'
import type { NewSchedule, Schedule } from '../../src/schedules/schedule.ts'
import type { ScheduleStore } from '../../src/schedules/schedule-store.ts'

/** A schedule of the API, every minute from 1970 on unless something else is given. */
export function newSchedule(given: Partial<NewSchedule> = {}): NewSchedule {
	return {
		name: 'every minute',
		description: null,
		recurrence: { frequency: 'Minute', interval: 1, advancedSchedule: null },
		startTime: 0,
		expiryTime: null,
		timeZone: 'UTC',
		missed: 'once',
		overlap: 'allow',
		isEnabled: true,
		origin: 'api',
		declaredBy: null,
		...given,
	}
}

/** A schedule with one job schedule of runbook `deploy`, made at an instant. */
export async function linkedSchedule(
	schedules: ScheduleStore,
	at: number,
	given: Partial<NewSchedule> = {},
	parameters: Record<string, unknown> = {},
): Promise<{ schedule: Schedule; jobSchedule: JobSchedule }> {
	const schedule = (await schedules.create(newSchedule(given), at))!
	const link = { jobScheduleId: randomUUID(), runbookName: 'deploy', parameters }
	return { schedule, jobSchedule: (await schedules.createJobSchedule(schedule.scheduleId, link, at))! }
}
