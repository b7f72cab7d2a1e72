import { type Compilable, type Kysely, type Selectable, sql } from 'kysely'
import type { JobSchedule } from '../schedules/job-schedule.ts'
import type { NewSchedule, Schedule } from '../schedules/schedule.ts'
import type { ScheduleStore } from '../schedules/schedule-store.ts'
import type { Tables } from './tables.ts'

/** `transact` runs queries as one transaction and resolves with the rows of each. */
type Transact = (queries: Compilable[]) => Promise<unknown[][]>

/** Schedules and their job schedules over any database. */
export function openScheduleStore(queries: Kysely<Tables>, transact: Transact): ScheduleStore {
	return { ...openSchedules(queries, transact), ...openJobSchedules(queries, transact), ...openRuns(queries, transact) }
}

type Schedules = Pick<ScheduleStore, 'list' | 'find' | 'create' | 'update' | 'delete'>
type JobSchedules = Pick<
	ScheduleStore,
	'listJobSchedules' | 'findJobSchedule' | 'createJobSchedule' | 'updateJobSchedule' | 'deleteJobSchedule'
>
type Runs = Pick<ScheduleStore, 'decide' | 'wait' | 'runsOf'>

function openSchedules(queries: Kysely<Tables>, transact: Transact): Schedules {
	const linksOf = (scheduleId: number) =>
		queries.selectFrom('job_schedules').select('job_schedule_id').where('schedule_id', '=', scheduleId)
	return {
		async list() {
			return (await queries.selectFrom('schedules').selectAll().orderBy('name_key').execute()).map(scheduleOfRow)
		},
		async find(name) {
			const row = await queries.selectFrom('schedules').selectAll().where('name_key', '=', name.toLowerCase()).executeTakeFirst()
			return row && scheduleOfRow(row)
		},
		async create(schedule, at) {
			const row = { ...rowOf(schedule), creation_time: at, last_modified_time: at } as Parameters<typeof values>[0]
			const values = (all: Omit<Selectable<Tables['schedules']>, 'schedule_id'>) => queries.insertInto('schedules').values(all)
			const inserted = values(row)
				.onConflict((conflict) => conflict.doNothing())
				.returningAll()
			const created = await inserted.executeTakeFirst()
			return created && scheduleOfRow(created)
		},
		async update(scheduleId, change, { at, anew }) {
			const set = { ...rowOf(change), last_modified_time: at }
			const begin = queries.updateTable('job_schedules').set({ decided_time: at }).where('schedule_id', '=', scheduleId)
			const forget = queries.deleteFrom('scheduled_runs').where('job_schedule_id', 'in', linksOf(scheduleId)).where('job_id', 'is', null)
			await transact([queries.updateTable('schedules').set(set).where('schedule_id', '=', scheduleId), ...(anew ? [begin, forget] : [])])
		},
		async delete(scheduleId) {
			await transact([
				queries.deleteFrom('scheduled_runs').where('job_schedule_id', 'in', linksOf(scheduleId)),
				queries.deleteFrom('job_schedules').where('schedule_id', '=', scheduleId),
				queries.deleteFrom('schedules').where('schedule_id', '=', scheduleId),
			])
		},
	}
}

function openJobSchedules(queries: Kysely<Tables>, transact: Transact): JobSchedules {
	const links = () =>
		queries
			.selectFrom('job_schedules')
			.innerJoin('schedules', 'schedules.schedule_id', 'job_schedules.schedule_id')
			.selectAll('job_schedules')
			.select('schedules.name as schedule_name')
	const find = async (jobScheduleId: string): Promise<JobSchedule | undefined> => {
		const row = await links().where('job_schedule_id', '=', jobScheduleId.toLowerCase()).executeTakeFirst()
		return row && jobScheduleOfRow(row)
	}
	return {
		async listJobSchedules() {
			return (await links().orderBy('job_schedule_id').execute()).map(jobScheduleOfRow)
		},
		findJobSchedule: find,
		async createJobSchedule(scheduleId, { jobScheduleId, runbookName, parameters }, at) {
			// Only while the schedule is there: it may be deleted at the same time.
			const { rows } = await sql`
				INSERT INTO job_schedules (job_schedule_id, schedule_id, runbook_name, parameters, decided_time, creation_time)
				SELECT ${jobScheduleId.toLowerCase()}, schedule_id, ${runbookName}, ${JSON.stringify(parameters)}, ${at}, ${at}
				FROM schedules WHERE schedule_id = ${scheduleId}
				ON CONFLICT (job_schedule_id) DO NOTHING RETURNING job_schedule_id`.execute(queries)
			return rows.length > 0 ? find(jobScheduleId) : undefined
		},
		async updateJobSchedule(jobScheduleId, { parameters }) {
			const update = queries.updateTable('job_schedules').where('job_schedule_id', '=', jobScheduleId)
			if (parameters !== undefined) await update.set({ parameters: JSON.stringify(parameters) }).execute()
		},
		async deleteJobSchedule(jobScheduleId) {
			const id = jobScheduleId.toLowerCase()
			await transact([
				queries.deleteFrom('scheduled_runs').where('job_schedule_id', '=', id),
				queries.deleteFrom('job_schedules').where('job_schedule_id', '=', id),
			])
		},
	}
}

function openRuns(queries: Kysely<Tables>, transact: Transact): Runs {
	const openOf = (jobScheduleId: string) =>
		queries.selectFrom('scheduled_runs').where('job_schedule_id', '=', jobScheduleId).where('is_open', '=', 1)
	return {
		async decide(jobScheduleId, { decidedTime, failure }) {
			const failed = failure === undefined ? {} : { last_failure: JSON.stringify(failure) }
			const update = queries.updateTable('job_schedules').set({ decided_time: decidedTime, ...failed })
			const noLonger = queries.deleteFrom('scheduled_runs').where('job_schedule_id', '=', jobScheduleId).where('job_id', 'is', null)
			await transact([
				update.where('job_schedule_id', '=', jobScheduleId),
				...(failure === undefined ? [] : [noLonger.where('due_time', '=', failure.dueTime)]),
			])
		},
		async wait(jobScheduleId, dueTime) {
			const note = sql<{ due_time: number }>`
				INSERT INTO scheduled_runs (job_schedule_id, due_time, is_open)
				SELECT job_schedule_id, ${dueTime}, 1 FROM job_schedules WHERE job_schedule_id = ${jobScheduleId}
				ON CONFLICT (job_schedule_id, due_time) DO NOTHING RETURNING due_time`
			const decide = queries.updateTable('job_schedules').set({ decided_time: dueTime }).where('job_schedule_id', '=', jobScheduleId)
			const [noted] = await transact([{ compile: () => note.compile(queries) }, decide])
			return noted!.length > 0
		},
		async runsOf(jobScheduleId) {
			const isRunning = sql<boolean>`EXISTS (SELECT 1 FROM jobs WHERE jobs.job_id = scheduled_runs.job_id AND end_time IS NULL)`
			const [open, waiting] = await transact([
				openOf(jobScheduleId).select('due_time').where('job_id', 'is not', null).where(isRunning).limit(1),
				openOf(jobScheduleId).select('due_time').where('job_id', 'is', null).orderBy('due_time'),
			])
			return { hasOpenJob: open!.length > 0, waiting: (waiting as { due_time: number }[]).map(({ due_time }) => due_time) }
		},
	}
}

function rowOf({ isEnabled, recurrence, ...schedule }: Partial<NewSchedule>) {
	const { name, description, startTime, expiryTime, timeZone, missed, overlap, origin, declaredBy } = schedule
	const row = {
		...{ name, description, missed, overlap, origin },
		name_key: name?.toLowerCase(),
		recurrence: recurrence && JSON.stringify(recurrence),
		start_time: startTime,
		expiry_time: expiryTime,
		time_zone: timeZone,
		is_enabled: isEnabled === undefined ? undefined : Number(isEnabled),
		declared_by: declaredBy,
	}
	return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as {
		[Name in keyof typeof row]?: NonNullable<(typeof row)[Name]>
	}
}

function scheduleOfRow(row: Selectable<Tables['schedules']>): Schedule {
	return {
		scheduleId: row.schedule_id,
		name: row.name,
		description: row.description,
		recurrence: JSON.parse(row.recurrence),
		startTime: row.start_time,
		expiryTime: row.expiry_time,
		timeZone: row.time_zone,
		missed: row.missed,
		overlap: row.overlap,
		isEnabled: row.is_enabled === 1,
		origin: row.origin,
		declaredBy: row.declared_by,
		creationTime: row.creation_time,
		lastModifiedTime: row.last_modified_time,
	}
}

function jobScheduleOfRow(row: Selectable<Tables['job_schedules']> & { schedule_name: string }): JobSchedule {
	return {
		jobScheduleId: row.job_schedule_id,
		scheduleId: row.schedule_id,
		scheduleName: row.schedule_name,
		runbookName: row.runbook_name,
		parameters: JSON.parse(row.parameters),
		decidedTime: row.decided_time,
		lastFailure: row.last_failure === null ? null : JSON.parse(row.last_failure),
		creationTime: row.creation_time,
	}
}
