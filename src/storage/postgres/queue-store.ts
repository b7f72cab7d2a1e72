import type { Selectable } from 'kysely'
import type { Clock } from '../../clock.ts'
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
import { findRepeated, insertClaimed, insertUnlessOver, overflowFacts } from '../insert-job.ts'
import { changeStatements, giveBackStatements } from '../job-changes.ts'
import { heldJobOfRow } from '../job-row.ts'
import { claimOutcome, claimRun } from '../scheduled-runs.ts'
import { readSlotHolders } from '../slot-holders.ts'
import type { JobRow } from '../tables.ts'
import { holdingSql } from '../waiting-order.ts'
import type { Run } from './connections.ts'
import { FreePlaces } from './free-places.ts'
import { JobInserts } from './job-inserts.ts'
import type { Notice } from './node-connection.ts'
import type { PostgresDatabase } from './postgres-database.ts'
import { RunWrites } from './run-writes.ts'
import { claimSql, countBeforeSql, keyLock, lockKeySql, waitingSql } from './waiting-order.ts'

const endedSql = 'SELECT status FROM jobs WHERE job_id = ?1 AND held_by = ?2 AND end_time IS NOT NULL'
const lostSql = `SELECT * FROM jobs WHERE ${holdingSql} AND NOT EXISTS (SELECT 1 FROM nodes WHERE node_id = held_by) ORDER BY number`
const heldSql = `SELECT * FROM jobs WHERE ${holdingSql} AND held_by = ?1 AND job_id <> ALL (?2::text[]) ORDER BY number`

type Parts = {
	/** Jobs that may wait. */
	limit: number
	/** Tells the other runners. */
	tell: (...notices: Notice[]) => void
	clock: Clock
}

/** The status changes of jobs on PostgreSQL. Nothing is kept in memory between two requests: other runners change jobs too. */
export class PostgresQueueStore implements QueueStore, EndStore, Pick<JobStore, 'changeStatus'> {
	readonly #database: PostgresDatabase
	readonly #tell: Parts['tell']
	readonly #places: FreePlaces
	readonly #inserts: JobInserts
	readonly #runs: RunWrites

	constructor(database: PostgresDatabase, { limit, tell, clock }: Parts) {
		this.#database = database
		this.#tell = tell
		this.#places = new FreePlaces(limit, clock)
		this.#inserts = new JobInserts(database, this.#places)
		this.#runs = new RunWrites(database)
	}

	readonly #hasPlace = async (run: Run): Promise<boolean> => (await this.#places.count(run)) > 0

	async insert(job: NewJob): Promise<InsertOutcome> {
		const { kind } = await this.#inserts.insert(job)
		if (kind === 'repeated') throw new Error('A job that is of no delivery repeats none.')
		if (kind === 'accepted') this.#tell('claimable')
		return kind
	}

	async insertRun(job: NewJob, run: ScheduledRun): Promise<RunOutcome> {
		const keys = [run.jobScheduleId, ...keyLocks(job)]
		const results = await this.#database.transactionIf(this.#hasPlace, claimRun(run, job.jobId, insertClaimed(job)), keys)
		if (!results) return 'queueFull'
		const outcome = claimOutcome(results)
		this.#places.taken(Number(outcome === 'accepted'))
		if (outcome === 'accepted') this.#tell('claimable')
		return outcome
	}

	async insertDelivery(
		job: NewJob,
		{ key, overflow = 'queue' }: { key?: DeliveryKey | undefined; overflow?: Overflow },
	): Promise<DeliveryOutcome> {
		if (overflow !== 'queue' && job.concurrencyKey !== null) return this.#insertUnlessOver(job, { key, overflow })
		const outcome = await this.#inserts.insert(job, key)
		if (outcome.kind === 'repeated') return outcome
		if (outcome.kind !== 'accepted') return { kind: 'queueFull' }
		this.#tell('claimable')
		return { kind: 'accepted', replaced: [] }
	}

	async #insertUnlessOver(
		job: NewJob,
		{ key, overflow }: { key: DeliveryKey | undefined; overflow: Exclude<Overflow, 'queue'> },
	): Promise<DeliveryOutcome> {
		// The same delivery at the same time is told the job of the first, whatever the concurrency key in it is.
		const ofDelivery = key ? [`delivery ${key.webhookId} ${Buffer.from(key.keyHash).toString('hex')}`] : []
		const keys = [...keyLocks(job), ...ofDelivery]
		const results = await this.#database.transactionIf(this.#hasPlace, insertUnlessOver(job, key, overflow), keys)
		if (!results) return (key && (await findRepeated(this.#database, key))) ?? { kind: 'queueFull' }
		const { isInserted, replaced, outcome } = overflowFacts(results, key)
		this.#places.taken(Number(isInserted) - replaced.length)
		if (isInserted) this.#tell('claimable', ...replaced.map(({ job_id }): Notice => `written ${job_id}`))
		return outcome
	}

	async claim({
		count,
		limits,
		at,
		heldBy,
	}: {
		count: number
		limits?: RunbookLimits
		at: number
		heldBy?: Holder
	}): Promise<ClaimedJob[]> {
		if (count <= 0) return []
		const values = [at, limitsJson(limits), Math.min(count, CLAIMED_AT_ONCE), heldBy ?? null]
		const rows = await this.#database.rows<Selectable<JobRow> & { last_sequence: number }>(claimSql, ...values)
		// Who claimed at the same time did not see the one behind it, and may have a slot for it.
		if (rows.some(({ key_concurrency }) => key_concurrency !== null && key_concurrency > 1)) this.#tell('claimable')
		return rows.map((row) => ({ ...heldJobOfRow(row), lastSequence: row.last_sequence }))
	}

	started(jobId: string, at: number, heldBy?: Holder): Promise<void> {
		return this.#runs.started(jobId, at, heldBy)
	}

	async finish(end: JobEnd): Promise<JobStatus | undefined> {
		const changed = await this.#runs.finish(end)
		// Its slot may be one of its runbook or key, which jobs wait for that another runner has a slot of its own for.
		if (changed) this.#tell('claimable', `written ${end.jobId}`)
		if (changed || !end.heldBy) return changed ?? end.to
		// Written again, because the answer to the first time was lost, it changes nothing.
		const [ended] = await this.#database.rows<{ status: JobStatus }>(endedSql, end.jobId, end.heldBy)
		return ended?.status
	}

	async giveBack(jobId: string, options: GivingBack): Promise<void> {
		await this.#database.transaction([{ sql: lockKeySql, values: [jobId] }, ...giveBackStatements(jobId, options)])
		this.#tell('claimable', `written ${jobId}`)
	}

	async waiting(limits?: RunbookLimits): Promise<WaitingJobs> {
		const [row] = await this.#database.rows<{ count: number; oldest: number | null }>(waitingSql, limitsJson(limits))
		return { count: row!.count, oldestTime: row!.oldest }
	}

	slotHolders(): Promise<SlotHolder[]> {
		return readSlotHolders(this.#database)
	}

	async countBefore(jobId: string, { except, most }: { except: readonly string[]; most: number }): Promise<number> {
		const [before] = await this.#database.rows<{ count: number }>(countBeforeSql, jobId, [...except], most)
		return before!.count
	}

	async listTaken(): Promise<HeldJob[]> {
		return (await this.#database.rows<Selectable<JobRow>>(lostSql)).map(heldJobOfRow)
	}

	async listHeld(heldBy: string, { except }: { except: readonly string[] }): Promise<HeldJob[]> {
		return (await this.#database.rows<Selectable<JobRow>>(heldSql, heldBy, [...except])).map(heldJobOfRow)
	}

	async changeStatus(change: StatusChange): Promise<boolean> {
		const [changed, ...others] = changeStatements(change)
		const lock = others.length > 0 ? [{ sql: lockKeySql, values: [change.jobId] }] : []
		const results = await this.#database.transaction([...lock, changed!, ...others])
		const isChanged = results[lock.length]!.changes > 0
		if (isChanged) this.#tell(change.to === 'Stopping' ? `stop ${change.jobId}` : 'claimable', `written ${change.jobId}`)
		return isChanged
	}
}

function keyLocks({ concurrencyKey }: NewJob): string[] {
	return concurrencyKey === null ? [] : [keyLock(concurrencyKey)]
}

/** Runbooks and how many jobs of each may run at once. */
function limitsJson(limits: RunbookLimits = new Map()): string {
	return JSON.stringify(Object.fromEntries(limits))
}
