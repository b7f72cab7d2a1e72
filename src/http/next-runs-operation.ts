import { z } from 'zod'
import { SCHEDULE_RUNS_MAX } from '../limits.ts'
import { noSuchSchedule } from '../schedules/manage-schedule.ts'
import { nextRun } from '../schedules/next-run.ts'
import type { Schedule } from '../schedules/schedule.ts'
import type { ScheduleStore } from '../schedules/schedule-store.ts'
import { countMember } from './list-request.ts'
import { type Operation, operation, worded } from './operation.ts'
import { timeSchema, timeText } from './wire.ts'

type Parts = { schedules: Pick<ScheduleStore, 'find'> }

const query = z.object({
	$top: countMember(SCHEDULE_RUNS_MAX).default(10).describe(`How many; 10 unless told, at most ${SCHEDULE_RUNS_MAX}.`),
})
const runsSchema = z.object({ value: z.array(z.object({ startTime: timeSchema })) }).meta({ id: 'ScheduleNextRuns' })

/** Beyond Azure: the runs of a schedule that come. */
export function nextRunsOperation({ schedules }: Parts): Operation {
	return operation(
		{
			operationId: 'Schedule_ListNextRuns',
			action: 'schedules/read',
			method: 'get',
			path: '/schedules/{schedule}/nextRuns',
			summary: 'List the next runs of a schedule, the soonest first; none where it is disabled.',
			query,
			answers: { 200: { description: 'The runs.', schema: runsSchema } },
		},
		async ({ names, query: { $top }, now }) => {
			const schedule = await schedules.find(names.schedule!)
			if (!schedule) return worded(noSuchSchedule(names.schedule!))
			return { status: 200, json: { value: nextRuns(schedule, now, $top).map((run) => ({ startTime: timeText(run) })) } }
		},
	)
}

function nextRuns(schedule: Schedule, after: number, count: number): number[] {
	const runs: number[] = []
	for (let run = schedule.isEnabled ? nextRun(schedule, after) : null; run !== null && runs.length < count; run = nextRun(schedule, run))
		runs.push(run)
	return runs
}
