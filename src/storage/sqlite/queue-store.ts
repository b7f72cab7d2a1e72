import type { Selectable } from 'kysely'
import { DiskFullError } from '../../errors.ts'
import type { DiskRoom } from '../../health/check-disk.ts'
import type { NewJob } from '../../jobs/job.ts'
import type { JobStatus } from '../../jobs/job-status.ts'
import type { JobStore, StatusChange } from '../../jobs/job-store.ts'
import { CLAIMED_AT_ONCE } from '../../limits.ts'
import type {
	ClaimedJob,
	DeliveryKey,
	DeliveryOutcome,
	GivingBack,
	HeldJob,
	Holder,
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
import type { Statement } from '../database.ts'
import type { KeptKey } from '../delivery-keys.ts'
import {
	findRepeated,
	insertClaimed,
	insertJob,
	insertKept,
	insertUnlessOver,
	type OverflowFacts,
	overflowFacts,
	repeated,
} from '../insert-job.ts'
import { changeStatements, endStatements, giveBackStatements, startedStatement, takenSql } from '../job-changes.ts'
import { heldJobOfRow } from '../job-row.ts'
import { claimOutcome, claimRun } from '../scheduled-runs.ts'
import { readSlotHolders } from '../slot-holders.ts'
import type { JobRow } from '../tables.ts'
import type { SqliteDatabase } from './sqlite-database.ts'
import { insertRecord } from './stream-batches.ts'
import { WaitingCounts } from './waiting-counts.ts'
import { claimSql, countBeforeSql, oldestSql } from './waiting-order.ts'

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
		let outcome: RunOutcome | undefined
		await this.#counted(job, async () => {
			outcome = claimOutcome(await this.#database.transaction(claimRun(run, job.jobId, insertClaimed(job))))
			return outcome === 'accepted'
		})
		return outcome!
	}

	async insertDelivery(
		job: NewJob,
		{ key, overflow = 'queue' }: { key?: DeliveryKey | undefined; overflow?: Overflow },
	): Promise<DeliveryOutcome> {
		const isDiskFull = this.#room.state === 'full'
		if (isDiskFull || this.#waiting.isFull()) {
			const known = key && (await findRepeated(this.#database, key))
			if (known) return known
			if (isDiskFull) throw new DiskFullError()
			return { kind: 'queueFull' }
		}
		if (overflow !== 'queue' && job.concurrencyKey !== null) return this.#insertUnlessOver(job, { key, overflow })
		let kept: KeptKey | undefined
		const isInserted = await this.#counted(job, async () => {
			const results = await this.#database.transaction(key ? insertKept(job, key) : [insertJob(job)])
			if (key) kept = results.at(-2)!.rows[0] as KeptKey
			return results.at(-1)!.changes === 1
		})
		return isInserted ? { kind: 'accepted', replaced: [] } : repeated(kept!, key!)
	}

	async #insertUnlessOver(
		job: NewJob,
		{ key, overflow }: { key: DeliveryKey | undefined; overflow: Exclude<Overflow, 'queue'> },
	): Promise<DeliveryOutcome> {
		let facts: OverflowFacts | undefined
		await this.#counted(job, async () => {
			facts = overflowFacts(await this.#database.transaction(insertUnlessOver(job, key, overflow)), key)
			return facts.isInserted
		})
		for (const { runbook_name } of facts!.replaced) this.#waiting.add(runbook_name, -1)
		return facts!.outcome
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
		return rows.map((row) => ({ ...heldJobOfRow(row), lastSequence: row.last_sequence }))
	}

	async started(jobId: string, at: number, heldBy?: Holder): Promise<void> {
		await this.#database.transaction([startedStatement(jobId, at, heldBy)])
	}

	async finish({ records, ...end }: JobEnd): Promise<JobStatus | undefined> {
		const kept = records.map((record) => insertRecord(end.jobId, record))
		const results = await this.#database.transaction([...kept, ...endStatements(end)])
		const [changed] = results.flatMap(({ rows }) => rows as { status: JobStatus }[])
		return changed?.status ?? end.to
	}

	async giveBack(jobId: string, options: GivingBack): Promise<void> {
		const [back] = await this.#database.transaction(giveBackStatements(jobId, options))
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

	async listTaken(): Promise<HeldJob[]> {
		const rows = await this.#database.rows<Selectable<JobRow>>(takenSql)
		return rows.map(heldJobOfRow)
	}

	/** There are no nodes. */
	async listHeld(): Promise<HeldJob[]> {
		return []
	}

	async changeStatus(change: StatusChange): Promise<boolean> {
		const { from, to } = change
		const [result] = await this.#database.transaction(changeStatements(change))
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
