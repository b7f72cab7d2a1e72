import type { Selectable } from 'kysely'
import { DiskFullError } from '../../errors.ts'
import type { DiskRoom } from '../../health/check-disk.ts'
import type { Job, NewJob } from '../../jobs/job.ts'
import { isFinal, type JobStatus, mayFollow } from '../../jobs/job-status.ts'
import type { JobStore, StatusChange } from '../../jobs/job-store.ts'
import { CLAIMED_AT_ONCE } from '../../limits.ts'
import type {
	ClaimedJob,
	DeliveryKey,
	DeliveryOutcome,
	InsertOutcome,
	Overflow,
	QueueStore,
	RunbookLimits,
	RunOutcome,
	ScheduledRun,
	SlotHolder,
	WaitingJobs,
} from '../../queue/queue-store.ts'
import type { EndStore, JobEnd } from '../../worker/job-end.ts'
import { jobOfRow } from '../job-row.ts'
import type { JobRow } from '../tables.ts'
import { findKey, type KeptKey, keepKey, keepKeyUnlessOver } from './delivery-keys.ts'
import { insertClaimed, insertJob, insertKept, insertUnlessOver } from './insert-job.ts'
import { findHolder, replaceWaiting } from './overflow.ts'
import { type ClaimFacts, claimRun } from './scheduled-runs.ts'
import { readSlotHolders } from './slot-holders.ts'
import type { SqliteDatabase, Statement, StatementResult } from './sqlite-database.ts'
import { insertRecord } from './stream-batches.ts'
import { WaitingCounts } from './waiting-counts.ts'
import { claimSql, countBeforeSql, firstOfKeySql, oldestSql } from './waiting-order.ts'

const startedSql = `UPDATE jobs SET status = 'Running', start_time = ?1, last_modified_time = ?1, last_status_modified_time = ?1
	WHERE job_id = ?2 AND status = 'Activating'`

const changeSql = `UPDATE jobs SET status = ?1, last_modified_time = ?2, last_status_modified_time = ?2,
	status_details = coalesce(?3, status_details), exception = coalesce(?4, exception), end_time = CASE WHEN ?5 THEN ?2 ELSE end_time END
	WHERE job_id = ?6 AND status = ?7 RETURNING runbook_name, status`

const giveBackSql = `UPDATE jobs SET status = 'New', start_time = NULL, try_count = try_count - ?1, last_modified_time = ?2,
	last_status_modified_time = ?2 WHERE job_id = ?3 AND status IN ('Activating', 'Running') RETURNING runbook_name`

const heldSql = `status IN ('Activating', 'Running', 'Stopping', 'Suspended')`

/** The changes that stand in the statements above. */
const written: [JobStatus, JobStatus][] = [
	['New', 'Activating'],
	['New', 'Stopped'],
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
			const [inserted] = await this.#database.transaction([insertJob(job)])
			return inserted!.changes === 1
		})
		return isInserted ? 'accepted' : 'nameTaken'
	}

	async insertRun(job: NewJob, run: ScheduledRun): Promise<RunOutcome> {
		if (this.#room.state === 'full') throw new DiskFullError()
		if (this.#waiting.isFull()) return 'queueFull'
		let facts: ClaimFacts | undefined
		const isInserted = await this.#counted(job, async () => {
			const [_closed, _claimed, inserted, told] = await this.#database.transaction(claimRun(run, job.jobId, insertClaimed(job)))
			facts = told!.rows[0] as ClaimFacts
			return inserted!.changes === 1
		})
		if (isInserted) return 'accepted'
		if (facts!.is_taken === 1) return 'runTaken'
		return facts!.is_claimable === 1 ? 'runOverlaps' : 'runChanged'
	}

	async insertDelivery(
		job: NewJob,
		{ key, overflow = 'queue' }: { key?: DeliveryKey | undefined; overflow?: Overflow },
	): Promise<DeliveryOutcome> {
		const isDiskFull = this.#room.state === 'full'
		if (isDiskFull || this.#waiting.isFull()) {
			const [found] = key ? await this.#database.transaction([findKey(key)]) : []
			if (found?.rows[0]) return repeated(found.rows[0] as KeptKey, key!)
			if (isDiskFull) throw new DiskFullError()
			return { kind: 'queueFull' }
		}
		if (overflow !== 'queue' && job.concurrencyKey !== null) return this.#insertUnlessOver(job, { key, overflow })
		let kept: KeptKey | undefined
		const isInserted = await this.#counted(job, async () => {
			const results = await this.#database.transaction(key ? [keepKey(key, job), insertKept(job, key)] : [insertJob(job)])
			if (key) kept = results[0]!.rows[0] as KeptKey
			return results.at(-1)!.changes === 1
		})
		return isInserted ? { kind: 'accepted', replaced: [] } : repeated(kept!, key!)
	}

	async #insertUnlessOver(
		job: NewJob,
		{ key, overflow }: { key: DeliveryKey | undefined; overflow: Exclude<Overflow, 'queue'> },
	): Promise<DeliveryOutcome> {
		let found: StatementResult[] = []
		const isInserted = await this.#counted(job, async () => {
			const nothing = { sql: 'SELECT 1 WHERE false', values: [] }
			found = await this.#database.transaction([
				key ? findKey(key) : nothing,
				findHolder(job),
				overflow === 'replace' ? replaceWaiting(job, key) : nothing,
				key ? keepKeyUnlessOver(key, job, overflow) : nothing,
				insertUnlessOver(job, key, overflow),
				{ sql: firstOfKeySql, values: [job.jobId] },
			])
			return found[4]!.changes === 1
		})
		const [kept] = found[0]!.rows as KeptKey[]
		const [holder] = found[1]!.rows as { job_id: string }[]
		const replaced = found[2]!.rows as { job_id: string; runbook_name: string }[]
		for (const { runbook_name } of replaced) this.#waiting.add(runbook_name, -1)
		if (isInserted) return { kind: 'accepted', replaced: replaced.map(({ job_id }) => job_id) }
		return kept ? repeated(kept, key!) : { kind: 'overflowed', jobId: holder!.job_id }
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

	async claim({ count, limits, at }: { count: number; limits?: RunbookLimits; at: number }): Promise<ClaimedJob[]> {
		const most = Math.min(count, this.#waiting.total(), CLAIMED_AT_ONCE)
		if (most <= 0) return []
		const claim = { sql: claimSql, values: [at, withLimits(this.#waiting.runbooks(), limits)] }
		const results = await this.#database.transaction(Array<Statement>(most).fill(claim))
		const rows = results.flatMap((result) => result.rows as (Selectable<JobRow> & { last_sequence: number })[])
		for (const row of rows) this.#waiting.add(row.runbook_name, -1)
		return rows.map((row) => ({ ...jobOfRow(row), lastSequence: row.last_sequence }))
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
		const [back] = await this.#database.transaction([
			{ sql: giveBackSql, values: [countTry ? 0 : 1, at, jobId] },
			stopped,
			{ sql: firstOfKeySql, values: [jobId] },
		])
		for (const row of back!.rows as { runbook_name: string }[]) this.#waiting.add(row.runbook_name, 1)
	}

	async waiting(limits?: RunbookLimits): Promise<WaitingJobs> {
		const runbooks = this.#waiting.runbooks()
		const [oldest] = await this.#database.rows<{ time: number }>(oldestSql, null, withLimits(runbooks, limits))
		return { count: this.#waiting.total(), oldestTime: oldest?.time ?? null }
	}

	slotHolders(): Promise<SlotHolder[]> {
		return readSlotHolders(this.#database)
	}

	async countBefore(jobId: string, { except, most }: { except: readonly string[]; most: number }): Promise<number> {
		const runbooks = this.#waiting.runbooks().filter((name) => !except.includes(name))
		const [before] = await this.#database.rows<{ count: number }>(countBeforeSql, jobId, JSON.stringify(runbooks), most)
		return before!.count
	}

	async listTaken(): Promise<Job[]> {
		const rows = await this.#database.rows<Selectable<JobRow>>(
			`SELECT * FROM jobs WHERE ${heldSql} AND status <> 'Suspended' ORDER BY number`,
		)
		return rows.map(jobOfRow)
	}

	async changeStatus(change: StatusChange): Promise<boolean> {
		const { jobId, from, to } = change
		const first = from === 'New' || to === 'New' ? [{ sql: firstOfKeySql, values: [jobId] }] : []
		const [result] = await this.#database.transaction([changeStatement(change), ...first])
		const [changed] = result!.rows as { runbook_name: string }[]
		if (changed && from === 'New') this.#waiting.add(changed.runbook_name, -1)
		if (changed && to === 'New') this.#waiting.add(changed.runbook_name, 1)
		return changed !== undefined
	}
}

/** Runbooks and how many jobs of each may run at once, as one JSON value. */
function withLimits(runbookNames: string[], limits: RunbookLimits | undefined): string {
	return JSON.stringify(Object.fromEntries(runbookNames.map((name) => [name, limits?.get(name) ?? null])))
}

function repeated(kept: KeptKey, { bodyHash }: DeliveryKey): DeliveryOutcome {
	return { kind: 'repeated', jobId: kept.job_id, isSameBody: Buffer.compare(kept.body_hash, bodyHash) === 0 }
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
