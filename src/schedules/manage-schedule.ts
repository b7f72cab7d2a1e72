import { isDeepStrictEqual } from 'node:util'
import { SCHEDULES_MAX } from '../limits.ts'
import { nextRun } from './next-run.ts'
import { type GivenSchedule, type ReadSchedule, readSchedule } from './read-schedule.ts'
import type { NewSchedule, Schedule } from './schedule.ts'
import type { ScheduleStore } from './schedule-store.ts'

export type ScheduleRefusal = { kind: 'badRequest' | 'notFound' | 'conflict'; message: string }
export type ScheduleOutcome = { kind: 'created' | 'kept'; schedule: Schedule } | ScheduleRefusal

export type ScheduleParts = {
	schedules: ScheduleStore
	/** Told that something was made, changed or deleted, so that the scheduler looks at it soon. */
	changed: () => void
	now: number
}

type Switches = { description: string | null | undefined; isEnabled: boolean | undefined }

/** Creates a schedule; of one that is there, sets all of it. What says when runs are due begins anew where it changes. */
export async function putSchedule(
	parts: ScheduleParts,
	name: string,
	{ given, description, isEnabled }: Switches & { given: GivenSchedule },
): Promise<ScheduleOutcome> {
	const { schedules, now, changed } = parts
	const existing = await schedules.find(name)
	// 400 and not 409: the official client takes a 409 here for success.
	if (existing?.origin === 'file') return { ...declaredInFile(existing), kind: 'badRequest' }
	const read = readSchedule(given, startUnlessTold(existing, now))
	if ('fault' in read) return { kind: 'badRequest', message: read.fault }
	if (!existing) {
		const fault = pastFault(read, now)
		if (fault) return fault
		if ((await schedules.list()).length >= SCHEDULES_MAX)
			return { kind: 'badRequest', message: `There are ${SCHEDULES_MAX} schedules: no more are kept.` }
		const asked: NewSchedule = {
			...read,
			name,
			description: description ?? null,
			isEnabled: isEnabled ?? true,
			origin: 'api',
			declaredBy: null,
		}
		const created = await schedules.create(asked, now)
		if (!created) return { kind: 'badRequest', message: `Schedule '${name}' was taken by another request at the same time.` }
		changed()
		return { kind: 'created', schedule: created }
	}
	const change = changeOf(existing, { ...read, description, isEnabled })
	const fault = changesTiming(change) ? pastFault(read, now) : undefined
	return fault ?? applyChange(parts, existing, change)
}

/** Enables, disables or describes a schedule. One of a runbook's file can be enabled and disabled alone. */
export async function patchSchedule(parts: ScheduleParts, name: string, switches: Switches): Promise<ScheduleOutcome> {
	const existing = await parts.schedules.find(name)
	if (!existing) return noSuchSchedule(name)
	const change = changeOf(existing, switches)
	if (existing.origin === 'file' && 'description' in change) return declaredInFile(existing)
	return applyChange(parts, existing, change)
}

/** Deletes a schedule with its job schedules. */
export async function deleteSchedule({ schedules, changed }: ScheduleParts, name: string): Promise<ScheduleRefusal | undefined> {
	const existing = await schedules.find(name)
	if (!existing) return noSuchSchedule(name)
	if (existing.origin === 'file') return declaredInFile(existing)
	await schedules.delete(existing.scheduleId)
	changed()
	return undefined
}

/** Where a cron expression begins that names no start: where it began, when it is put again; else now. */
export function startUnlessTold(existing: Schedule | undefined, now: number): number {
	return existing && 'cron' in existing.recurrence && existing.startTime <= now ? existing.startTime : now
}

/** The members of a schedule that are to be others. */
export function changeOf(existing: Schedule, wanted: Partial<NewSchedule> | Partial<ReadSchedule & Switches>): Partial<NewSchedule> {
	const entries = Object.entries(wanted).filter(
		([member, value]) => value !== undefined && !isDeepStrictEqual(value, existing[member as keyof Schedule]),
	)
	return Object.fromEntries(entries) as Partial<NewSchedule>
}

/** Whether what was due before a change no longer counts. */
export function changesTiming(change: Partial<NewSchedule>): boolean {
	return ['recurrence', 'startTime', 'expiryTime', 'timeZone', 'isEnabled'].some((member) => member in change)
}

async function applyChange(
	{ schedules, changed, now }: ScheduleParts,
	existing: Schedule,
	change: Partial<NewSchedule>,
): Promise<ScheduleOutcome> {
	if (Object.keys(change).length === 0) return { kind: 'kept', schedule: existing }
	await schedules.update(existing.scheduleId, change, { at: now, anew: changesTiming(change) })
	changed()
	return { kind: 'kept', schedule: (await schedules.find(existing.name)) ?? existing }
}

/** A schedule that has nothing to come is a mistake at the time that it is set. */
function pastFault(read: ReadSchedule, now: number): ScheduleRefusal | undefined {
	if (nextRun(read, now) !== null) return undefined
	const message =
		'frequency' in read.recurrence && read.recurrence.frequency === 'OneTime'
			? 'startTime has passed: a OneTime schedule has to start at a whole minute that is ahead.'
			: 'No run comes between now and expiryTime.'
	return { kind: 'badRequest', message }
}

export function declaredInFile({ name, declaredBy }: Schedule): ScheduleRefusal {
	return { kind: 'conflict', message: `Schedule '${name}' is declared in the file of runbook '${declaredBy}': change it there.` }
}

export function noSuchSchedule(name: string): ScheduleRefusal {
	return { kind: 'notFound', message: `There is no schedule '${name.slice(0, 128)}'.` }
}
