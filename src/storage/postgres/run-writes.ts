import { StoreUnavailableError } from '../../errors.ts'
import { isFinal, type JobStatus, mayFollow } from '../../jobs/job-status.ts'
import { STORE_BATCH_MAX, STORE_WAITING_MAX, STREAM_BUFFER_BYTES_MAX } from '../../limits.ts'
import type { Holder } from '../../queue/queue-store.ts'
import type { JobEnd } from '../../worker/job-end.ts'
import type { Statement } from '../database.ts'
import { holderValue, isHeldSql } from '../job-changes.ts'
import type { PostgresDatabase } from './postgres-database.ts'
import { recordColumns } from './stream-batches.ts'

// What SQLite does by several statements, each for one job, is one here, because each is a way to the server and back. An end of a job that is not yet
// known to run passes through Running. Written again, because the answer to the first time was lost, it changes nothing and returns nothing.
const writeSql = `WITH changed AS (
		UPDATE jobs SET status = CASE jobs.status WHEN 'Stopping' THEN 'Stopped' ELSE run.status END, last_modified_time = run.time,
			last_status_modified_time = run.time, end_time = run.end_time,
			start_time = CASE jobs.status WHEN 'Activating' THEN coalesce(run.start_time, jobs.start_time) ELSE jobs.start_time END,
			status_details = coalesce(run.status_details, jobs.status_details), exception = coalesce(run.exception, jobs.exception)
		FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[], $9::text[])
			AS run (job_id, held_by, status, froms, time, start_time, end_time, status_details, exception)
		WHERE jobs.job_id = run.job_id AND jobs.status = ANY (string_to_array(run.froms, ' ')) AND ${isHeldSql('run.held_by', 'jobs.held_by')}
		RETURNING jobs.job_id, jobs.status),
	kept AS (INSERT INTO job_streams (job_id, sequence, time, stream_type, json)
		SELECT changed.job_id, record.sequence, record.time, record.stream_type, record.json
		FROM unnest($10::text[], $11::bigint[], $12::bigint[], $13::text[], $14::text[]) AS record (job_id, sequence, time, stream_type, json)
		JOIN changed USING (job_id) ON CONFLICT DO NOTHING)
	SELECT job_id, status FROM changed`

type Write = Omit<JobEnd, 'to'> & { to: JobEnd['to'] | 'Running'; startTime: number | null }

type Waiting = { write: Write; changed: PromiseWithResolvers<JobStatus | undefined> }

/**
 * Writes what becomes of runs: one batch is under way at a time, and what comes meanwhile is the next one, so that many share one statement and
 * one commit. A start that still waits when its end comes is written with it.
 */
export class RunWrites {
	readonly #database: PostgresDatabase
	/** At most one of each job: the order of two is kept. */
	readonly #waiting = new Map<string, Waiting>()
	#isSending = false

	constructor(database: PostgresDatabase) {
		this.#database = database
	}

	/** Activating to Running. */
	async started(jobId: string, at: number, heldBy: Holder): Promise<void> {
		await this.#write({ jobId, to: 'Running', at, startTime: at, heldBy, records: [] })
	}

	/** Ends a job from whatever status it has, with its last records; resolves with its status then, or undefined where it was not this node's to end. */
	finish(end: JobEnd): Promise<JobStatus | undefined> {
		return this.#write({ ...end, startTime: end.to === 'Completed' ? end.at : null })
	}

	async #write(write: Write): Promise<JobStatus | undefined> {
		const before = this.#waiting.get(write.jobId)
		if (before?.write.to === 'Running' && write.to !== 'Running' && before.write.heldBy === write.heldBy) {
			before.write = { ...write, startTime: before.write.at }
			return before.changed.promise
		}
		if (before) {
			await before.changed.promise.catch(() => undefined)
			return this.#write(write)
		}
		if (this.#waiting.size >= STORE_WAITING_MAX) throw new StoreUnavailableError('Too many requests wait for the store.')
		const changed = Promise.withResolvers<JobStatus | undefined>()
		this.#waiting.set(write.jobId, { write, changed })
		if (!this.#isSending) void this.#sendAll()
		return changed.promise
	}

	async #sendAll(): Promise<void> {
		this.#isSending = true
		while (this.#waiting.size > 0) await this.#send(this.#take())
		this.#isSending = false
	}

	/** The next ones, whose records are together about what one job may have on its way. */
	#take(): Waiting[] {
		const batch: Waiting[] = []
		let length = 0
		for (const [jobId, each] of this.#waiting) {
			batch.push(each)
			this.#waiting.delete(jobId)
			for (const { json } of each.write.records) length += json.length
			if (batch.length === STORE_BATCH_MAX || length >= STREAM_BUFFER_BYTES_MAX) break
		}
		return batch
	}

	async #send(batch: Waiting[]): Promise<void> {
		try {
			const [result] = await this.#database.transaction([writeStatement(batch.map(({ write }) => write))])
			const statuses = new Map((result!.rows as { job_id: string; status: JobStatus }[]).map(({ job_id, status }) => [job_id, status]))
			for (const { write, changed } of batch) changed.resolve(statuses.get(write.jobId))
		} catch (error) {
			// One that cannot be written must not keep the others from it.
			if (batch.length > 1 && !(error instanceof StoreUnavailableError)) for (const each of batch) await this.#send([each])
			else for (const { changed } of batch) changed.reject(error)
		}
	}
}

function writeStatement(writes: Write[]): Statement {
	const column = (of: (write: Write) => unknown) => writes.map((write) => of(write) ?? null)
	const records = writes.flatMap((write) => write.records)
	const values = [
		column(({ jobId }) => jobId),
		column(({ heldBy }) => holderValue(heldBy)),
		column(({ to }) => to),
		column(({ to }) => (['Activating', 'Running', 'Stopping'] as const).filter((from) => mayBecome(from, to)).join(' ')),
		column(({ at }) => at),
		column(({ startTime }) => startTime),
		column(({ to, at }) => (isFinal(to) ? at : null)),
		column(({ statusDetails }) => statusDetails),
		column(({ exception }) => exception),
		writes.flatMap(({ jobId, records: own }) => own.map(() => jobId)),
	]
	return { sql: writeSql, values: [...values, ...recordColumns(records)] }
}

function mayBecome(from: JobStatus, to: Write['to']): boolean {
	if (to === 'Running') return mayFollow(from, to)
	if (from === 'Stopping') return mayFollow(from, 'Stopped')
	return mayFollow(from, to) || (mayFollow(from, 'Running') && to === 'Completed')
}
