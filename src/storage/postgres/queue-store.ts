import type { Selectable } from 'kysely'
import type { Clock } from '../../clock.ts'
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
import { FreePlaces } from './free-places.ts'
import { JobInserts } from './job-inserts.ts'
import type { PostgresDatabase, Run } from './postgres-database.ts'
import { insertRecords } from './stream-batches.ts'

const insertRunSql = `INSERT INTO jobs (${insertColumns}) SELECT ${insertPlaces} WHERE EXISTS (${claimedRunSql})`
const insertDeliverySql = `INSERT INTO jobs (${insertColumns}) SELECT ${insertPlaces} WHERE EXISTS (${keptKeySql})`

// As on SQLite: the oldest of each runbook, and of those the oldest. The runbooks are found by steps over the index, one for each; what
// another runner is about to claim is passed over, and of what is locked here more than it takes is free again with the commit. A range
// instead of the name itself, because the server would else take the order from the primary key and read all jobs that wait before.
const claimSql = `WITH RECURSIVE runbook (name) AS (
		SELECT min(runbook_name) FROM jobs WHERE status = 'New'
		UNION ALL
		SELECT (SELECT min(runbook_name) FROM jobs WHERE status = 'New' AND runbook_name > runbook.name) FROM runbook WHERE name IS NOT NULL
	), oldest AS MATERIALIZED (
		SELECT first.number FROM runbook, LATERAL (
			SELECT number FROM jobs WHERE status = 'New' AND runbook_name BETWEEN runbook.name AND runbook.name
			ORDER BY runbook_name, number LIMIT ?3 FOR UPDATE SKIP LOCKED) AS first
		WHERE name IS NOT NULL AND name <> ALL (?2::text[]) ORDER BY first.number LIMIT ?3
	)
	UPDATE jobs SET status = 'Activating', try_count = try_count + 1, last_modified_time = ?1, last_status_modified_time = ?1
	FROM oldest WHERE jobs.number = oldest.number
	RETURNING jobs.*, (SELECT coalesce(max(sequence), 0) FROM job_streams WHERE job_streams.job_id = jobs.job_id) AS last_sequence`

// The first by its number with the others that are counted: asked for alone it would be looked for among all jobs that ever ran.
const waitingSql = `SELECT waiting.count, jobs.last_status_modified_time AS oldest
	FROM (SELECT count(*) AS count, min(number) AS first FROM jobs WHERE status = 'New') AS waiting LEFT JOIN jobs ON number = first`

/** The status changes of jobs on PostgreSQL. Nothing is kept in memory between two requests: other runners change jobs too. */
export class PostgresQueueStore implements QueueStore, EndStore, Pick<JobStore, 'changeStatus'> {
	readonly #database: PostgresDatabase
	readonly #places: FreePlaces
	readonly #inserts: JobInserts

	constructor(database: PostgresDatabase, { limit, clock }: { limit: number; clock: Clock }) {
		this.#database = database
		this.#places = new FreePlaces(limit, clock)
		this.#inserts = new JobInserts(database, this.#places)
	}

	readonly #hasPlace = async (run: Run): Promise<boolean> => (await this.#places.count(run)) > 0

	insert(job: NewJob): Promise<InsertOutcome> {
		return this.#inserts.insert(job)
	}

	async insertRun(job: NewJob, run: ScheduledRun): Promise<RunOutcome> {
		const insert = { sql: insertRunSql, values: insertValues(job) }
		const results = await this.#database.transactionIf(this.#hasPlace, claimRun(run, job.jobId, insert), [run.jobScheduleId])
		if (!results) return 'queueFull'
		const [_closed, _claimed, inserted, told] = results
		this.#places.taken(inserted!.changes)
		if (inserted!.changes === 1) return 'accepted'
		const facts = told!.rows[0] as ClaimFacts
		if (facts.is_taken) return 'runTaken'
		return facts.is_claimable ? 'runOverlaps' : 'runChanged'
	}

	async insertDelivery(job: NewJob, key: DeliveryKey): Promise<DeliveryOutcome> {
		const insert = { sql: insertDeliverySql, values: [...insertValues(job), key.webhookId, key.keyHash] }
		const results = await this.#database.transactionIf(this.#hasPlace, [...keepKey(key, job.jobId, job.creationTime), insert])
		if (!results) {
			const kept = await findKey(this.#database, key)
			return kept ? repeated(kept, key) : { kind: 'queueFull' }
		}
		const [_forgotten, keys, inserted] = results
		this.#places.taken(inserted!.changes)
		return inserted!.changes === 1 ? { kind: 'accepted' } : repeated(keys!.rows[0] as KeptKey, key)
	}

	async claim({ count, except, at }: { count: number; except: string[]; at: number }): Promise<ClaimedJob[]> {
		if (count <= 0) return []
		const rows = await this.#database.rows<Selectable<JobRow> & { last_sequence: number }>(claimSql, at, except, count)
		const inOrder = rows.sort((one, other) => one.number - other.number)
		return inOrder.map((row) => ({ ...jobOfRow(row), lastSequence: row.last_sequence }))
	}

	async started(jobId: string, at: number): Promise<void> {
		await this.#database.transaction([startedStatement(jobId, at)])
	}

	async finish({ records, ...end }: JobEnd): Promise<JobStatus> {
		const kept = records.length > 0 ? [insertRecords(end.jobId, records)] : []
		const results = await this.#database.transaction([...kept, ...endStatements(end)])
		const [changed] = results.flatMap(({ rows }) => rows as { status: JobStatus }[])
		return changed?.status ?? end.to
	}

	async giveBack(jobId: string, options: { at: number; countTry: boolean }): Promise<void> {
		await this.#database.transaction(giveBackStatements(jobId, options))
	}

	async waiting(): Promise<WaitingJobs> {
		const [row] = await this.#database.rows<{ count: number; oldest: number | null }>(waitingSql)
		return { count: row!.count, oldestTime: row!.oldest }
	}

	async listTaken(): Promise<Job[]> {
		return (await this.#database.rows<Selectable<JobRow>>(takenSql)).map(jobOfRow)
	}

	async changeStatus(change: StatusChange): Promise<boolean> {
		const { sql, values } = changeStatement(change)
		return (await this.#database.rows(sql, ...values)).length > 0
	}
}
