import { type Kysely, type Selectable, type SelectQueryBuilder, sql } from 'kysely'
import type { JobSchedule } from '../schedules/job-schedule.ts'
import type { NewSchedule, Schedule } from '../schedules/schedule.ts'
import type { ScheduleStore } from '../schedules/schedule-store.ts'
import type { Transact } from './queries.ts'
import type { Tables } from './tables.ts'

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
	/** What its runs are decided under: none may be claimed or noted while its schedule is changed. */
	const keysOf = async (scheduleId: number) => (await linksOf(scheduleId).execute()).map(({ job_schedule_id }) => job_schedule_id)
	return {
		async list() {
			return (await queries.selectFrom('schedules').selectAll().orderBy('name_key').execute()).map(scheduleOfRow)
		},
		async find(name) {
			const row = await queries.selectFrom('schedules').selectAll().where('name_key', '=', name.toLowerCase()).executeTakeFirst()
			return row && scheduleOfRow(row)
		},
		async create(schedule, at) {
			const row = { ...rowOf(schedule), creation_time: at, last_modified_time: at }
			const inserted = queries.insertInto('schedules').values(row)
			const created = await inserted
				.onConflict((conflict) => conflict.doNothing())
				.returningAll()
				.executeTakeFirst()
			return created && scheduleOfRow(created)
		},
		async update(scheduleId, change, { at, anew }) {
			const set = { ...changedColumns(change), last_modified_time: at }
			const begin = queries.updateTable('job_schedules').set({ decided_time: at }).where('schedule_id', '=', scheduleId)
			const update = queries.updateTable('schedules').set(set).where('schedule_id', '=', scheduleId)
			await transact([update, ...(anew ? [begin, forgetWaiting(queries, linksOf(scheduleId))] : [])], await keysOf(scheduleId))
		},
		async delete(scheduleId) {
			const gone = [
				forgetWaiting(queries, linksOf(scheduleId)),
				queries.deleteFrom('job_schedules').where('schedule_id', '=', scheduleId),
				queries.deleteFrom('schedules').where('schedule_id', '=', scheduleId),
			]
			await transact(gone, await keysOf(scheduleId))
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
			await transact([forgetWaiting(queries, [id]), queries.deleteFrom('job_schedules').where('job_schedule_id', '=', id)], [id])
		},
	}
}

function openRuns(queries: Kysely<Tables>, transact: Transact): Runs {
	const openOf = (jobScheduleId: string) => queries.selectFrom('scheduled_runs').where('open_job_schedule_id', '=', jobScheduleId)
	/** The job schedule, while nothing else was decided than what was read, and its schedule is enabled. */
	const standing = (jobScheduleId: string, read: number) =>
		queries
			.selectFrom('job_schedules')
			.select('job_schedule_id')
			.where('job_schedule_id', '=', jobScheduleId)
			.where('decided_time', '=', read)
			.where('schedule_id', 'in', queries.selectFrom('schedules').select('schedule_id').where('is_enabled', '=', 1))
	const decideIn = (links: ReturnType<typeof standing>, set: { decided_time: number; last_failure?: string }) =>
		queries.updateTable('job_schedules').set(set).where('job_schedule_id', 'in', links).returning('job_schedule_id')
	return {
		async decide(jobScheduleId, { read, decidedTime, failure }) {
			const failed = failure === undefined ? {} : { last_failure: JSON.stringify(failure) }
			const links = standing(jobScheduleId, read)
			const noLonger = failure === undefined ? [] : [forgetWaiting(queries, links).where('due_time', '=', failure.dueTime)]
			const results = await transact([...noLonger, decideIn(links, { decided_time: decidedTime, ...failed })], [jobScheduleId])
			return results.at(-1)!.length > 0
		},
		async wait(jobScheduleId, { read, dueTime }) {
			const links = standing(jobScheduleId, read)
			const note = sql`
				INSERT INTO scheduled_runs (job_schedule_id, due_time, open_job_schedule_id)
				SELECT job_schedule_id, ${dueTime}, job_schedule_id FROM (${links}) AS link WHERE true
				ON CONFLICT (job_schedule_id, due_time) DO NOTHING`
			const noting = [{ compile: () => note.compile(queries) }, decideIn(links, { decided_time: dueTime })]
			const [, decided] = await transact(noting, [jobScheduleId])
			return decided!.length > 0
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

/** Found by what is open: what has been may be a million runs. */
function forgetWaiting(
	queries: Kysely<Tables>,
	jobScheduleIds: string[] | SelectQueryBuilder<Tables, 'job_schedules', { job_schedule_id: string }>,
) {
	return queries.deleteFrom('scheduled_runs').where('open_job_schedule_id', 'in', jobScheduleIds).where('job_id', 'is', null)
}

function rowOf(schedule: NewSchedule) {
	return {
		name: schedule.name,
		name_key: schedule.name.toLowerCase(),
		description: schedule.description,
		recurrence: JSON.stringify(schedule.recurrence),
		start_time: schedule.startTime,
		expiry_time: schedule.expiryTime,
		time_zone: schedule.timeZone,
		missed: schedule.missed,
		overlap: schedule.overlap,
		is_enabled: Number(schedule.isEnabled),
		origin: schedule.origin,
		declared_by: schedule.declaredBy,
	}
}

function changedColumns(change: Partial<NewSchedule>) {
	return {
		name: change.name,
		name_key: change.name?.toLowerCase(),
		description: change.description,
		recurrence: change.recurrence && JSON.stringify(change.recurrence),
		start_time: change.startTime,
		expiry_time: change.expiryTime,
		time_zone: change.timeZone,
		missed: change.missed,
		overlap: change.overlap,
		is_enabled: change.isEnabled === undefined ? undefined : Number(change.isEnabled),
		origin: change.origin,
		declared_by: change.declaredBy,
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
