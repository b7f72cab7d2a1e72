import type { SlotHolder } from '../queue/queue-store.ts'
import type { Database } from './database.ts'
import { holdingSql } from './waiting-order.ts'

const slotHoldersSql = `SELECT job_id, runbook_name, concurrency_key, held_by, coalesce(start_time, last_status_modified_time) AS since
	FROM jobs INDEXED BY jobs_status WHERE ${holdingSql} ORDER BY since, number`
type HolderRow = { job_id: string; runbook_name: string; concurrency_key: string | null; held_by: string | null; since: number }

/** The jobs that hold slots, those first that do longest. */
export async function readSlotHolders(database: Database): Promise<SlotHolder[]> {
	return (await database.rows<HolderRow>(slotHoldersSql)).map((row) => ({
		jobId: row.job_id,
		runbookName: row.runbook_name,
		concurrencyKey: row.concurrency_key,
		heldBy: row.held_by,
		since: row.since,
	}))
}
