import type { Selectable } from 'kysely'
import { DiskFullError } from '../../errors.ts'
import type { DiskRoom } from '../../health/check-disk.ts'
import type { Job, NewJob } from '../../jobs/job.ts'
import { isFinal, type JobStatus, mayFollow } from '../../jobs/job-status.ts'
import type { JobStore, StatusChange } from '../../jobs/job-store.ts'
import type {
	ClaimedJob,
	DeliveryKey,
	DeliveryOutcome,
	InsertOutcome,
	QueueStore,
	RunOutcome,
	ScheduledRun,
	WaitingJobs,
} from '../../queue/queue-store.ts'
import type { EndStore, JobEnd } from '../../worker/job-end.ts'
import { jobOfRow } from '../job-row.ts'
import type { JobRow } from '../tables.ts'
import { findKey, type KeptKey, keepKey, keptKeySql } from './delivery-keys.ts'
import { type ClaimFacts, claimedRunSql, claimRun } from './scheduled-runs.ts'
import type { SqliteDatabase, Statement } from './sqlite-database.ts'
import { insertRecord } from './stream-batches.ts'
import { WaitingCounts } from './waiting-counts.ts'

const insertColumns = `job_id, name, name_key, runbook_name, content_hash, webhook_id, webhook_name, parameters, status, started_by,
	is_test, request_hash, creation_time, last_modified_time, last_status_modified_time, traceparent`
const insertSql = `INSERT INTO jobs (${insertColumns})
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'New', ?, ?, ?, ?12, ?12, ?12, ?13) ON CONFLICT DO NOTHING`
const insertRunSql = `INSERT INTO jobs (${insertColumns})
	SELECT ?, ?, ?, ?, ?, ?, ?, ?, 'New', ?, ?, ?, ?12, ?12, ?12, ?13 WHERE EXISTS (${claimedRunSql})`
const insertDeliverySql = `INSERT INTO jobs (${insertColumns})
	SELECT ?, ?, ?, ?, ?, ?, ?, ?, 'New', ?, ?, ?, ?12, ?12, ?12, ?13 WHERE EXISTS (${keptKeySql})`

// The oldest of each runbook, and of those the oldest: what waits of a runbook that may not run now is never looked through.
const claimSql = `UPDATE jobs SET status = 'Activating', try_count = try_count + 1, last_modified_time = ?1, last_status_modified_time = ?1
	WHERE number IN (
		SELECT first.number FROM json_each(?2) AS runbook, jobs AS first
		WHERE first.number IN (
			SELECT number FROM jobs INDEXED BY jobs_waiting WHERE status = 'New' AND runbook_name = runbook.value ORDER BY number LIMIT ?3)
		ORDER BY first.number LIMIT ?3)
	RETURNING *, (SELECT coalesce(max(sequence), 0) FROM job_streams WHERE job_streams.job_id = jobs.job_id) AS last_sequence`

const startedSql = `UPDATE jobs SET status = 'Running', start_time = ?1, last_modified_time = ?1, last_status_modified_time = ?1
	WHERE job_id = ?2 AND status = 'Activating'`

const changeSql = `UPDATE jobs SET status = ?1, last_modified_time = ?2, last_status_modified_time = ?2,
	status_details = coalesce(?3, status_details), exception = coalesce(?4, exception), end_time = CASE WHEN ?5 THEN ?2 ELSE end_time END
	WHERE job_id = ?6 AND status = ?7 RETURNING runbook_name, status`

const giveBackSql = `UPDATE jobs SET status = 'New', start_time = NULL, try_count = try_count - ?1, last_modified_time = ?2,
	last_status_modified_time = ?2 WHERE job_id = ?3 AND status IN ('Activating', 'Running') RETURNING runbook_name`

// One step into the index for each kind, however many wait.
const oldestSql = [0, 1]
	.map(
		(isTest) => `SELECT * FROM (SELECT number, last_status_modified_time AS time FROM jobs INDEXED BY jobs_status
		WHERE status = 'New' AND is_test = ${isTest} ORDER BY number LIMIT 1)`,
	)
	.join(' UNION ALL ')

const heldSql = `status IN ('Activating', 'Running', 'Stopping', 'Suspended')`

/** The changes that stand in the statements above. */
const written: [JobStatus, JobStatus][] = [
	['New', 'Activating'],
	['Activating', 'Running'],
	['Activating', 'New'],
	['Running', 'New'],
]
for (const [from, to] of written) checkChange(from, to)

/** The status changes of jobs on SQLite: all in one place, because the counts of waiting jobs go with them. */
export class SqliteQueueStore implements QueueStore, EndStore, Pick<JobStore, 'changeStatus'> {
	readonly #database: SqliteDatabase
	readonly #room: DiskRoom
	readonly #waiting: WaitingCounts

	/** While `room` is full no new job is taken. */
	static async open(database: SqliteDatabase, limit: number, room: DiskRoom = { state: 'enough' }): Promise<SqliteQueueStore> {
		const rows = await database.rows<{ runbook_name: string; count: number }>(
			`SELECT runbook_name, count(*) AS count FROM jobs WHERE status = 'New' GROUP BY runbook_name`,
		)
		return new SqliteQueueStore(database, room, new WaitingCounts(limit, new Map(rows.map((row) => [row.runbook_name, row.count]))))
	}

	private constructor(database: SqliteDatabase, room: DiskRoom, waiting: WaitingCounts) {
		this.#database = database
		this.#room = room
		this.#waiting = waiting
	}

	async insert(job: NewJob): Promise<InsertOutcome> {
		if (this.#room.state === 'full') throw new DiskFullError()
		if (this.#waiting.isFull()) return 'queueFull'
		const isInserted = await this.#counted(job, async () => {
			const [inserted] = await this.#database.transaction([{ sql: insertSql, values: insertValues(job) }])
			return inserted!.changes === 1
		})
		return isInserted ? 'accepted' : 'nameTaken'
	}

	async insertRun(job: NewJob, run: ScheduledRun): Promise<RunOutcome> {
		if (this.#room.state === 'full') throw new DiskFullError()
		if (this.#waiting.isFull()) return 'queueFull'
		let facts: ClaimFacts | undefined
		const isInserted = await this.#counted(job, async () => {
			const insert = { sql: insertRunSql, values: insertValues(job) }
			const [_closed, _claimed, inserted, told] = await this.#database.transaction(claimRun(run, job.jobId, insert))
			facts = told!.rows[0] as ClaimFacts
			return inserted!.changes === 1
		})
		if (isInserted) return 'accepted'
		if (facts!.is_taken === 1) return 'runTaken'
		return facts!.is_claimable === 1 ? 'runOverlaps' : 'runChanged'
	}

	async insertDelivery(job: NewJob, key: DeliveryKey): Promise<DeliveryOutcome> {
		const isDiskFull = this.#room.state === 'full'
		if (isDiskFull || this.#waiting.isFull()) {
			const kept = await findKey(this.#database, key)
			if (kept) return repeated(kept, key)
			if (isDiskFull) throw new DiskFullError()
			return { kind: 'queueFull' }
		}
		let kept: KeptKey | undefined
		const isInserted = await this.#counted(job, async () => {
			const insert = { sql: insertDeliverySql, values: [...insertValues(job), key.webhookId, key.keyHash] }
			const [keys, inserted] = await this.#database.transaction([keepKey(key, job.jobId, job.creationTime), insert])
			kept = keys!.rows[0] as KeptKey
			return inserted!.changes === 1
		})
		return isInserted ? { kind: 'accepted' } : repeated(kept!, key)
	}

	/** Counted before the commit, so that the requests of one batch cannot pass the limit together. */
	async #counted({ runbookName }: NewJob, insert: () => Promise<boolean>): Promise<boolean> {
		let isInserted = false
		this.#waiting.add(runbookName, 1)
		try {
			isInserted = await insert()
			return isInserted
		} finally {
			if (!isInserted) this.#waiting.add(runbookName, -1)
		}
	}

	async claim({ count, except, at }: { count: number; except: string[]; at: number }): Promise<ClaimedJob[]> {
		const runbooks = this.#waiting.runbooks().filter((name) => !except.includes(name))
		if (runbooks.length === 0 || count <= 0) return []
		const rows = await this.#database.rows<Selectable<JobRow> & { last_sequence: number }>(claimSql, at, JSON.stringify(runbooks), count)
		for (const row of rows) this.#waiting.add(row.runbook_name, -1)
		const inOrder = rows.sort((one, other) => one.number - other.number)
		return inOrder.map((row) => ({ ...jobOfRow(row), lastSequence: row.last_sequence }))
	}

	async started(jobId: string, at: number): Promise<void> {
		await this.#database.transaction([{ sql: startedSql, values: [at, jobId] }])
	}

	async finish({ jobId, to, at, statusDetails, exception, records }: JobEnd): Promise<JobStatus> {
		const change = (from: Job['status'], end: Job['status']): Statement =>
			changeStatement({ jobId, from, to: end, at, ...given({ statusDetails, exception }) })
		const results = await this.#database.transaction([
			...records.map((record) => insertRecord(jobId, record)),
			// A job that is not yet known to run passes through Running, as the table of statuses has it.
			...(to === 'Completed' ? [{ sql: startedSql, values: [at, jobId] }] : []),
			...(['Activating', 'Running', 'Stopping'] as const).filter((from) => mayFollow(from, to)).map((from) => change(from, to)),
			...(to === 'Stopped' ? [] : [change('Stopping', 'Stopped')]),
		])
		const [changed] = results.flatMap(({ rows }) => rows as { status: JobStatus }[])
		return changed?.status ?? to
	}

	async giveBack(jobId: string, { at, countTry }: { at: number; countTry: boolean }): Promise<void> {
		// One that is being stopped has nobody left who would end it.
		const stopped = changeStatement({ jobId, from: 'Stopping', to: 'Stopped', at, exception: 'The job was stopped.' })
		const [back] = await this.#database.transaction([{ sql: giveBackSql, values: [countTry ? 0 : 1, at, jobId] }, stopped])
		for (const row of back!.rows as { runbook_name: string }[]) this.#waiting.add(row.runbook_name, 1)
	}

	async waiting(): Promise<WaitingJobs> {
		const rows = await this.#database.rows<{ number: number; time: number }>(oldestSql)
		const [oldest] = rows.sort((one, other) => one.number - other.number)
		return { count: this.#waiting.total(), oldestTime: oldest?.time ?? null }
	}

	async listTaken(): Promise<Job[]> {
		const rows = await this.#database.rows<Selectable<JobRow>>(
			`SELECT * FROM jobs WHERE ${heldSql} AND status <> 'Suspended' ORDER BY number`,
		)
		return rows.map(jobOfRow)
	}

	async changeStatus(change: StatusChange): Promise<boolean> {
		const { sql, values } = changeStatement(change)
		const [changed] = await this.#database.rows<{ runbook_name: string }>(sql, ...values)
		if (changed && change.from === 'New') this.#waiting.add(changed.runbook_name, -1)
		if (changed && change.to === 'New') this.#waiting.add(changed.runbook_name, 1)
		return changed !== undefined
	}
}

function repeated(kept: KeptKey, { bodyHash }: DeliveryKey): DeliveryOutcome {
	return { kind: 'repeated', jobId: kept.job_id, isSameBody: Buffer.compare(kept.body_hash, bodyHash) === 0 }
}

function insertValues(job: NewJob): unknown[] {
	const { jobId, name, runbookName } = job
	return [
		...(name === jobId ? [jobId, null, null] : [jobId, name, name.toLowerCase()]),
		...[runbookName, job.contentHash, job.webhookId, job.webhookName],
		...[JSON.stringify(job.parameters), job.startedBy, Number(job.isTest), job.requestHash, job.creationTime, job.traceparent],
	]
}

function changeStatement({ jobId, from, to, at, statusDetails, exception }: StatusChange): Statement {
	checkChange(from, to)
	return { sql: changeSql, values: [to, at, statusDetails ?? null, exception ?? null, isFinal(to) ? 1 : 0, jobId, from] }
}

function checkChange(from: JobStatus, to: JobStatus): void {
	if (!mayFollow(from, to)) throw new Error(`A job cannot go from ${from} to ${to}.`)
}

function given<Members extends object>(members: Members): { [Name in keyof Members]?: NonNullable<Members[Name]> } {
	return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never
}
