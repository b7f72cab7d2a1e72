import type { JobStatus } from '../jobs/job-status.ts'

// Of the jobs of one concurrency key that wait the first one alone can be the next: the others are behind it. On PostgreSQL whoever changes
// which of a key wait holds the lock of that key.

/** Those that hold slots. */
export const holdingSql = `status IN ('Activating', 'Running', 'Stopping')`

/** Those that can be next. */
export const firstWaitingSql = `status = 'New' AND is_behind = 0`

/**
 * Those of a key that have one status, in order of arrival or backwards. A range and an order that only the index has, because PostgreSQL would
 * else take the order from the primary key and look through all jobs that ever ran.
 */
export function ofKeySql(key: string, status: JobStatus, order: 'ASC' | 'DESC' = 'ASC'): string {
	return `SELECT number FROM jobs INDEXED BY jobs_key WHERE concurrency_key IS NOT NULL AND end_time IS NULL
		AND (concurrency_key, status) >= (${key}, '${status}') AND (concurrency_key, status) <= (${key}, '${status}')
		ORDER BY concurrency_key ${order}, status ${order}, number ${order}`
}

/** Those of a key that wait, the first one first. */
export function sameKeySql(key: string): string {
	return ofKeySql(key, 'New')
}

const ownKeySql = '(SELECT concurrency_key FROM jobs WHERE job_id = ?1)'

/** After job ?1 began to wait again, or waits no more: which of its key is the first. (`||` because not all that wait are to be looked at.) */
export const firstOfKeySql = `UPDATE jobs SET is_behind = CASE WHEN number = (${sameKeySql(ownKeySql)} LIMIT 1) THEN 0 ELSE 1 END
	WHERE status || '' = 'New' AND concurrency_key IS NOT NULL AND number IN (
		SELECT number FROM jobs WHERE job_id = ?1 UNION ALL SELECT number FROM (${sameKeySql(ownKeySql)} LIMIT 2) AS first_two)`

/** Whether a job of key ?15 waits: then the new one is behind it. */
export const isBehindSql = `CASE WHEN EXISTS (${sameKeySql('?15')}) THEN 1 ELSE 0 END`
