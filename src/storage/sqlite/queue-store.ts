import type { Selectable } from 'kysely'
import type { Job, NewJob } from '../../jobs/job.ts'
import type { JobStatus } from '../../jobs/job-status.ts'
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
import { findKey, type KeptKey, keepKey, keptKeySql } from '../delivery-keys.ts'
import {
	changeStatement,
	endStatements,
	giveBackStatements,
	insertColumns,
	insertPlaces,
	insertValues,
	repeated,
	startedStatement,
	takenSql,
} from '../job-changes.ts'
import { jobOfRow } from '../job-row.ts'
import { type ClaimFacts, claimedRunSql, claimRun } from '../scheduled-runs.ts'
import type { JobRow } from '../tables.ts'
import type { SqliteDatabase } from './sqlite-database.ts'
import { insertRecord } from './stream-batches.ts'
import { WaitingCounts } from './waiting-counts.ts'

const insertSql = `INSERT INTO jobs (${insertColumns}) VALUES (${insertPlaces}) ON CONFLICT DO NOTHING`
const insertRunSql = `INSERT INTO jobs (${insertColumns}) SELECT ${insertPlaces} WHERE EXISTS (${claimedRunSql})`
const insertDeliverySql = `INSERT INTO jobs (${insertColumns}) SELECT ${insertPlaces} WHERE EXISTS (${keptKeySql})`

// The oldest of each runbook, and of those the oldest: what waits of a runbook that may not run now is never looked through.
const claimSql = `UPDATE jobs SET status = 'Activating', try_count = try_count + 1, last_modified_time = ?1, last_status_modified_time = ?1
	WHERE number IN (
		SELECT first.number FROM json_each(?2) AS runbook, jobs AS first
		WHERE first.number IN (
			SELECT number FROM jobs INDEXED BY jobs_waiting WHERE status = 'New' AND runbook_name = runbook.value ORDER BY number LIMIT ?3)
		ORDER BY first.number LIMIT ?3)
	RETURNING *, (SELECT coalesce(max(sequence), 0) FROM job_streams WHERE job_streams.job_id = jobs.job_id) AS last_sequence`

// One step into the index for each kind, however many wait.
const oldestSql = [0, 1]
	.map(
		(isTest) => `SELECT * FROM (SELECT number, last_status_modified_time AS time FROM jobs INDEXED BY jobs_status
		WHERE status = 'New' AND is_test = ${isTest} ORDER BY number LIMIT 1)`,
	)
	.join(' UNION ALL ')

/** The status changes of jobs on SQLite: all in one place, because the counts of waiting jobs go with them. */
export class SqliteQueueStore implements QueueStore, EndStore, Pick<JobStore, 'changeStatus'> {
	readonly #database: SqliteDatabase
	readonly #waiting: WaitingCounts

	static async open(database: SqliteDatabase, limit: number): Promise<SqliteQueueStore> {
		const rows = await database.rows<{ runbook_name: string; count: number }>(
			`SELECT runbook_name, count(*) AS count FROM jobs WHERE status = 'New' GROUP BY runbook_name`,
		)
		return new SqliteQueueStore(database, new WaitingCounts(limit, new Map(rows.map((row) => [row.runbook_name, row.count]))))
	}

	private constructor(database: SqliteDatabase, waiting: WaitingCounts) {
		this.#database = database
		this.#waiting = waiting
	}

	async insert(job: NewJob): Promise<InsertOutcome> {
		if (this.#waiting.isFull()) return 'queueFull'
		const isInserted = await this.#counted(job, async () => {
			const [inserted] = await this.#database.transaction([{ sql: insertSql, values: insertValues(job) }])
			return inserted!.changes === 1
		})
		return isInserted ? 'accepted' : 'nameTaken'
	}

	async insertRun(job: NewJob, run: ScheduledRun): Promise<RunOutcome> {
		if (this.#waiting.isFull()) return 'queueFull'
		let facts: ClaimFacts | undefined
		const isInserted = await this.#counted(job, async () => {
			const insert = { sql: insertRunSql, values: insertValues(job) }
			const [_closed, _claimed, inserted, told] = await this.#database.transaction(claimRun(run, job.jobId, insert))
			facts = told!.rows[0] as ClaimFacts
			return inserted!.changes === 1
		})
		if (isInserted) return 'accepted'
		if (facts!.is_taken) return 'runTaken'
		return facts!.is_claimable ? 'runOverlaps' : 'runChanged'
	}

	async insertDelivery(job: NewJob, key: DeliveryKey): Promise<DeliveryOutcome> {
		if (this.#waiting.isFull()) {
			const kept = await findKey(this.#database, key)
			return kept ? repeated(kept, key) : { kind: 'queueFull' }
		}
		let kept: KeptKey | undefined
		const isInserted = await this.#counted(job, async () => {
			const insert = { sql: insertDeliverySql, values: [...insertValues(job), key.webhookId, key.keyHash] }
			const [_forgotten, keys, inserted] = await this.#database.transaction([...keepKey(key, job.jobId, job.creationTime), insert])
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
		await this.#database.transaction([startedStatement(jobId, at)])
	}

	async finish({ records, ...end }: JobEnd): Promise<JobStatus> {
		const kept = records.map((record) => insertRecord(end.jobId, record))
		const results = await this.#database.transaction([...kept, ...endStatements(end)])
		const [changed] = results.flatMap(({ rows }) => rows as { status: JobStatus }[])
		return changed?.status ?? end.to
	}

	async giveBack(jobId: string, options: { at: number; countTry: boolean }): Promise<void> {
		const [back] = await this.#database.transaction(giveBackStatements(jobId, options))
		for (const row of back!.rows as { runbook_name: string }[]) this.#waiting.add(row.runbook_name, 1)
	}

	async waiting(): Promise<WaitingJobs> {
		const rows = await this.#database.rows<{ number: number; time: number }>(oldestSql)
		const [oldest] = rows.sort((one, other) => one.number - other.number)
		return { count: this.#waiting.total(), oldestTime: oldest?.time ?? null }
	}

	async listTaken(): Promise<Job[]> {
		const rows = await this.#database.rows<Selectable<JobRow>>(takenSql)
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
