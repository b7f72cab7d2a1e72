import { StoreUnavailableError } from '../../errors.ts'
import type { NewJob } from '../../jobs/job.ts'
import { STORE_BATCH_MAX, STORE_WAITING_MAX } from '../../limits.ts'
import type { InsertOutcome } from '../../queue/queue-store.ts'
import type { Companion, StatementResult } from '../database.ts'
import { insertColumns, insertValues } from '../insert-job.ts'
import type { Run } from './connections.ts'
import type { FreePlaces } from './free-places.ts'
import { lockStatement, type PostgresDatabase } from './postgres-database.ts'
import { firstOfKeysSql, keyLock } from './waiting-order.ts'

// As many jobs by one statement as came: each statement is a way to the server and back.
const insertSql = `INSERT INTO jobs (${insertColumns})
	SELECT job_id, name, name_key, runbook_name, content_hash, webhook_id, webhook_name, parameters, started_by, is_test, request_hash,
		traceparent, priority, concurrency_key, key_concurrency, 'New', time, time, time, CASE WHEN concurrency_key IS NULL THEN 0 ELSE 1 END
	FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::bigint[],
		$11::text[], $12::text[], $13::bigint[], $14::bigint[], $15::text[], $16::bigint[])
		WITH ORDINALITY AS job (job_id, name, name_key, runbook_name, content_hash, webhook_id, webhook_name, parameters, started_by, is_test,
			request_hash, traceparent, time, priority, concurrency_key, key_concurrency, place)
	ORDER BY place ON CONFLICT DO NOTHING RETURNING job_id`

type Waiting = {
	job: NewJob
	companion: Companion | undefined
	resolve: (outcome: InsertOutcome) => void
	reject: (error: unknown) => void
}

/** Writes jobs as New: one batch is under way at a time, and what arrives meanwhile is the next one, so that many share one commit. */
export class JobInserts {
	readonly #database: PostgresDatabase
	readonly #places: FreePlaces
	#waiting: Waiting[] = []
	#isSending = false

	constructor(database: PostgresDatabase, places: FreePlaces) {
		this.#database = database
		this.#places = places
	}

	insert(job: NewJob): Promise<InsertOutcome> {
		if (this.#waiting.length >= STORE_WAITING_MAX) return Promise.reject(new StoreUnavailableError('Too many requests wait for the store.'))
		return new Promise((resolve, reject) => {
			this.#waiting.push({ job, companion: this.#database.companion(), resolve, reject })
			if (!this.#isSending) void this.#sendAll()
		})
	}

	async #sendAll(): Promise<void> {
		this.#isSending = true
		while (this.#waiting.length > 0) await this.#send()
		this.#isSending = false
	}

	/** Settles a batch. It is taken no earlier than when a connection is there. */
	async #send(): Promise<void> {
		let batch: Waiting[] | undefined
		const take = () => {
			batch ??= this.#waiting.splice(0, STORE_BATCH_MAX)
			return batch
		}
		let outcomes: InsertOutcome[] = []
		let failure: unknown
		try {
			outcomes = await this.#database.inTransaction(
				(run) => this.#insertAll(run, take()),
				(written) => written.length,
			)
		} catch (error) {
			failure = error
		}
		for (const [index, { companion, resolve, reject }] of take().entries()) {
			const outcome = outcomes[index]
			companion?.done(outcome === 'accepted')
			if (outcome) resolve(outcome)
			else reject(failure)
		}
	}

	async #insertAll(run: Run, batch: Waiting[]): Promise<InsertOutcome[]> {
		const concurrencyKeys = [...new Set(batch.flatMap(({ job }) => job.concurrencyKey ?? []))]
		// Before the places are counted, as all others do: of two locks one is always the first.
		if (concurrencyKeys.length > 0) await run(lockStatement(concurrencyKeys.map(keyLock)))
		const free = await this.#places.count(run)
		const fitting = batch.slice(0, free)
		const columns = transposed(fitting.map(({ job }) => insertValues(job)))
		const inserted: StatementResult = fitting.length > 0 ? await run({ sql: insertSql, values: columns }) : { rows: [], changes: 0 }
		if (concurrencyKeys.length > 0) await run({ sql: firstOfKeysSql, values: [concurrencyKeys] })
		this.#places.taken(inserted.changes)
		const written = new Set((inserted.rows as { job_id: string }[]).map(({ job_id }) => job_id))
		const outcomes = batch.map(({ job }, index) => (index >= free ? 'queueFull' : written.has(job.jobId) ? 'accepted' : 'nameTaken'))
		for (const [index, { companion }] of batch.entries())
			if (companion && outcomes[index] === 'accepted') for (const statement of companion.statements) await run(statement)
		return outcomes
	}
}

function transposed(rows: unknown[][]): unknown[][] {
	return (rows[0] ?? []).map((_, index) => rows.map((row) => row[index]))
}
