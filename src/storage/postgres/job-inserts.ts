import { StoreUnavailableError } from '../../errors.ts'
import type { NewJob } from '../../jobs/job.ts'
import { STORE_BATCH_MAX, STORE_WAITING_MAX } from '../../limits.ts'
import type { DeliveryKey, DeliveryOutcome, InsertOutcome } from '../../queue/queue-store.ts'
import type { Companion, StatementResult } from '../database.ts'
import { insertColumns, insertValues, repeated } from '../insert-job.ts'
import type { Run } from './connections.ts'
import type { FreePlaces } from './free-places.ts'
import { findKeys, keepKeys, textOfKey } from './kept-keys.ts'
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

/** `repeated`: the delivery of that key has made a job before. */
type Outcome = { kind: InsertOutcome } | Extract<DeliveryOutcome, { kind: 'repeated' }>

type Waiting = {
	job: NewJob
	key: DeliveryKey | undefined
	companion: Companion | undefined
	resolve: (outcome: Outcome) => void
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

	/** Writes a job, and keeps the key of its delivery where there is one: both or neither. */
	insert(job: NewJob, key?: DeliveryKey): Promise<Outcome> {
		if (this.#waiting.length >= STORE_WAITING_MAX) return Promise.reject(new StoreUnavailableError('Too many requests wait for the store.'))
		return new Promise((resolve, reject) => {
			this.#waiting.push({ job, key, companion: this.#database.companion(), resolve, reject })
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
		let outcomes: Outcome[] = []
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
			companion?.done(outcome?.kind === 'accepted')
			if (outcome) resolve(outcome)
			else reject(failure)
		}
	}

	async #insertAll(run: Run, batch: Waiting[]): Promise<Outcome[]> {
		const concurrencyKeys = [...new Set(batch.flatMap(({ job }) => job.concurrencyKey ?? []))]
		// Before the places are counted, and those before rows of keys are held, as all others do: of two locks one is always the first.
		if (concurrencyKeys.length > 0) await run(lockStatement(concurrencyKeys.map(keyLock)))
		const places = await this.#places.count(run)
		const kept = await findKeys(
			run,
			batch.flatMap(({ key }) => key ?? []),
		)
		const fitting = firstOnes(batch, new Set(kept.keys()), places)
		const withKeys = fitting.flatMap(({ job, key }) => (key ? [{ job, key }] : []))
		for (const [text, owner] of await keepKeys(run, withKeys)) kept.set(text, owner)
		const own = fitting.filter(({ job, key }) => !key || kept.get(textOfKey(key))?.job_id === job.jobId)
		const columns = transposed(own.map(({ job }) => insertValues(job)))
		const inserted: StatementResult = own.length > 0 ? await run({ sql: insertSql, values: columns }) : { rows: [], changes: 0 }
		if (concurrencyKeys.length > 0) await run({ sql: firstOfKeysSql, values: [concurrencyKeys] })
		this.#places.taken(inserted.changes)
		const written = new Set((inserted.rows as { job_id: string }[]).map(({ job_id }) => job_id))
		for (const { job, companion } of batch)
			if (companion && written.has(job.jobId)) for (const statement of companion.statements) await run(statement)
		const tried = new Set(own)
		return batch.map((each): Outcome => {
			if (written.has(each.job.jobId)) return { kind: 'accepted' }
			const owner = each.key && kept.get(textOfKey(each.key))
			if (owner) return repeated(owner, each.key!)
			return { kind: tried.has(each) ? 'nameTaken' : 'queueFull' }
		})
	}
}

/** Those that there is a place for: of deliveries of one key the first, where it is not known. */
function firstOnes(batch: Waiting[], knownKeys: Set<string>, places: number): Waiting[] {
	const first: Waiting[] = []
	for (const each of batch) {
		const text = each.key && textOfKey(each.key)
		if (first.length >= places || (text !== undefined && knownKeys.has(text))) continue
		if (text !== undefined) knownKeys.add(text)
		first.push(each)
	}
	return first
}

function transposed(rows: unknown[][]): unknown[][] {
	return (rows[0] ?? []).map((_, index) => rows.map((row) => row[index]))
}
