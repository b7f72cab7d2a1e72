import { isDeepStrictEqual } from 'node:util'
import { JOB_SCHEDULES_MAX } from '../limits.ts'
import type { RunbookCatalog } from '../runbooks/runbook-catalog.ts'
import { valuesFor } from '../runbooks/start-by-request.ts'
import type { JobSchedule } from './job-schedule.ts'
import { declaredInFile, noSuchSchedule, type ScheduleParts, type ScheduleRefusal } from './manage-schedule.ts'

type Request = {
	jobScheduleId: string
	scheduleName: string
	runbookName: string
	parameters: Record<string, string>
	runOn: string | undefined
}

/** Links a schedule and a runbook. The same request again answers with the link that it made. */
export async function createJobSchedule(
	{ schedules, changed, runbooks, now }: ScheduleParts & { runbooks: Pick<RunbookCatalog, 'find'> },
	{ jobScheduleId, scheduleName, runbookName, parameters, runOn }: Request,
): Promise<{ jobSchedule: JobSchedule } | ScheduleRefusal> {
	if (runOn) return { kind: 'badRequest', message: 'Hybrid worker groups are not supported.' }
	const existing = await schedules.findJobSchedule(jobScheduleId)
	if (existing) return isSame(existing, { scheduleName, runbookName, parameters }) ? { jobSchedule: existing } : taken(jobScheduleId)
	const schedule = await schedules.find(scheduleName)
	if (!schedule) return noSuchSchedule(scheduleName)
	if (schedule.origin === 'file') return declaredInFile(schedule)
	const runbook = await runbooks.find(runbookName)
	if (!runbook) return { kind: 'notFound', message: `There is no runbook '${runbookName}'.` }
	if ('fault' in runbook) return { kind: 'badRequest', message: `Runbook '${runbook.name}' cannot be started: ${runbook.fault}` }
	const values = valuesFor(runbook.content, parameters)
	if ('fault' in values) return { kind: 'badRequest', message: values.fault }
	if ((await schedules.listJobSchedules()).length >= JOB_SCHEDULES_MAX)
		return { kind: 'badRequest', message: `There are ${JOB_SCHEDULES_MAX} job schedules: no more are kept.` }
	const created = await schedules.createJobSchedule(schedule.scheduleId, { jobScheduleId, runbookName, parameters }, now)
	if (!created) return taken(jobScheduleId)
	changed()
	return { jobSchedule: created }
}

export async function deleteJobSchedule(
	{ schedules, changed }: ScheduleParts,
	jobScheduleId: string,
): Promise<ScheduleRefusal | undefined> {
	const existing = await schedules.findJobSchedule(jobScheduleId)
	if (!existing) return noSuchJobSchedule(jobScheduleId)
	const schedule = await schedules.find(existing.scheduleName)
	if (schedule?.origin === 'file') return declaredInFile(schedule)
	await schedules.deleteJobSchedule(jobScheduleId)
	changed()
	return undefined
}

function isSame(existing: JobSchedule, asked: Pick<Request, 'scheduleName' | 'runbookName' | 'parameters'>): boolean {
	return (
		existing.scheduleName.toLowerCase() === asked.scheduleName.toLowerCase() &&
		existing.runbookName.toLowerCase() === asked.runbookName.toLowerCase() &&
		isDeepStrictEqual({ ...existing.parameters }, { ...asked.parameters })
	)
}

function taken(jobScheduleId: string): ScheduleRefusal {
	return { kind: 'conflict', message: `There is a job schedule '${jobScheduleId}' of another request already: choose another id.` }
}

export function noSuchJobSchedule(jobScheduleId: string): ScheduleRefusal {
	return { kind: 'notFound', message: `There is no job schedule '${jobScheduleId.slice(0, 128)}'.` }
}
