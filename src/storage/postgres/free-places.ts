import { QUEUE_PLACES_APART } from '../../limits.ts'
import { lockStatement, type Run } from './postgres-database.ts'

/** Of a queue that is full no more jobs are counted than may wait. */
const freePlacesSql = `SELECT ?1 - count(*) AS count FROM (SELECT 1 FROM jobs WHERE status = 'New' LIMIT ?1) AS waiting`

/**
 * How many more jobs may wait, for the rest of the transaction. The last places are given away by one transaction at a time: those of
 * others that are not committed yet cannot be counted.
 */
export async function freePlaces(run: Run, limit: number): Promise<number> {
	const count = async () => ((await run({ sql: freePlacesSql, values: [limit] })).rows[0] as { count: number }).count
	const free = await count()
	if (free > QUEUE_PLACES_APART) return free
	await run(lockStatement(['queue']))
	return count()
}
