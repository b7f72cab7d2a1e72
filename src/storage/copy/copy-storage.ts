import { setImmediate as turn } from 'node:timers/promises'
import { StartError } from '../../errors.ts'
import type { Statement } from '../database.ts'
import type { CopiedRow, CopiedTable } from './copied-table.ts'

/** A store that is read as it stands at one moment; no runner uses it until it is disposed. */
export type CopySource = AsyncDisposable & {
	count(table: CopiedTable): Promise<number>
	/** Its rows, in steps whose memory is bounded. */
	rows(table: CopiedTable): AsyncIterable<CopiedRow[]>
	/** The keys that its secrets are sealed with. */
	keyIds(): Promise<string[]>
}

/** An empty store that is filled. Unless it is committed, nothing of it is there after it is disposed. */
export type CopyTarget = AsyncDisposable & {
	/** Resolves with how many texts had a character that this database cannot hold. */
	write(table: CopiedTable, rows: CopiedRow[]): Promise<number>
	count(table: CopiedTable): Promise<number>
	run(statement: Statement): Promise<number>
	commit(): Promise<void>
}

/** How many rows of a table are written, and how many there are. */
type CopyProgress = { table: string; written: number; count: number }

/** `changedTextCount`: texts in which a character had to be replaced; `stoppedJobCount`: jobs that had not ended. */
export type Copied = { tables: { name: string; count: number }[]; changedTextCount: number; stoppedJobCount: number }

type Parts = {
	source: CopySource
	target: CopyTarget
	tables: readonly CopiedTable[]
	/** The instant at which jobs that have not ended are stopped in the copy; undefined: they will run. */
	stopJobsAt: number | undefined
	progress: (progress: CopyProgress) => void
	signal: AbortSignal
}

// Whoever stops a job that runs passes through Stopping; here nothing runs that would have to end first.
const stopJobsSql = `UPDATE jobs SET status = 'Stopped', exception = 'The job was stopped when the store was copied.', end_time = ?1,
	last_modified_time = ?1, last_status_modified_time = ?1 WHERE end_time IS NULL`
const forgetRunsSql = 'DELETE FROM scheduled_runs WHERE job_id IS NULL'

/**
 * Writes all of one store into another and compares what was counted before with what stands there. The target is left to be committed.
 * Throws a StartError when they differ.
 */
export async function copyStorage({ source, target, tables, stopJobsAt, progress, signal }: Parts): Promise<Copied> {
	const copied: Copied = { tables: [], changedTextCount: 0, stoppedJobCount: 0 }
	for (const table of tables) {
		const { name } = table
		const count = await source.count(table)
		let written = 0
		progress({ table: name, written, count })
		for await (const rows of source.rows(table)) {
			// SQLite on both sides never waits: signals and messages need a turn of their own.
			await turn()
			signal.throwIfAborted()
			copied.changedTextCount += await target.write(table, rows)
			written += rows.length
			progress({ table: name, written, count })
		}
		const found = await target.count(table)
		if (found !== count) throw new StartError(`The table ${name} has ${count} rows, and ${found} in the copy: nothing of it was kept.`)
		copied.tables.push({ name, count })
	}
	if (stopJobsAt !== undefined) {
		copied.stoppedJobCount = await target.run({ sql: stopJobsSql, values: [stopJobsAt] })
		// They wait for a job that has been stopped now, and would begin.
		await target.run({ sql: forgetRunsSql, values: [] })
	}
	signal.throwIfAborted()
	return copied
}
