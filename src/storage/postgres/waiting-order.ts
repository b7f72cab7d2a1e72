import { firstWaitingSql, holdingSql, sameKeySql } from '../waiting-order.ts'

// Which of the jobs that wait is the next one: as on SQLite, but the runbooks of which jobs wait are found by steps over the index. Ranges
// instead of the values themselves, because the server would else take the order from the primary key and look through all jobs.

const runbooksSql = `runbook (name) AS (
		SELECT min(runbook_name) FROM jobs WHERE ${firstWaitingSql}
		UNION ALL
		SELECT (SELECT min(runbook_name) FROM jobs WHERE ${firstWaitingSql} AND runbook_name > runbook.name) FROM runbook WHERE name IS NOT NULL)`

/** Takes up to ?3 jobs at ?1 for the node ?4, with limits of runbooks as the object ?2. */
export const claimSql = `SELECT *, (SELECT coalesce(max(sequence), 0) FROM job_streams WHERE job_streams.job_id = claimed.job_id) AS last_sequence
	FROM claim_jobs(?1, ?2, ?3, ?4) AS claimed`

const highestSql = (of: string, beneath: string) =>
	`(SELECT max(priority) FROM jobs WHERE ${firstWaitingSql} AND runbook_name = ${of}.name ${beneath})`

/** How many wait, and since when the oldest does that waits for nothing but a free slot, with limits of runbooks as the object ?1. */
export const waitingSql = `WITH RECURSIVE ${runbooksSql}, level (name, priority) AS (
		SELECT name, ${highestSql('runbook', '')} FROM runbook WHERE name IS NOT NULL
			AND coalesce((?1::jsonb ->> name)::bigint > (SELECT count(*) FROM jobs WHERE ${holdingSql} AND runbook_name = runbook.name), true)
		UNION ALL SELECT name, ${highestSql('level', 'AND priority < level.priority')} FROM level WHERE priority IS NOT NULL),
	oldest (number) AS (
		SELECT (SELECT number FROM jobs WHERE ${firstWaitingSql}
			AND runbook_name BETWEEN level.name AND level.name AND priority BETWEEN level.priority AND level.priority
			AND (concurrency_key IS NULL OR key_concurrency > (SELECT count(*) FROM jobs AS taken
				WHERE taken.concurrency_key = jobs.concurrency_key AND taken.end_time IS NULL AND taken.${holdingSql}))
			ORDER BY runbook_name, priority DESC, number LIMIT 1)
		FROM level WHERE priority IS NOT NULL)
	SELECT (SELECT count(*) FROM jobs WHERE status = 'New') AS count,
		(SELECT last_status_modified_time FROM jobs WHERE number = (SELECT min(number) FROM oldest)) AS oldest`

const beforeOfSql = (isBefore: string) => `SELECT 1 FROM own, runbook, LATERAL (
	SELECT 1 FROM jobs WHERE ${firstWaitingSql} AND runbook_name BETWEEN runbook.name AND runbook.name AND ${isBefore} LIMIT ?3) AS before
	WHERE name IS NOT NULL AND name <> ALL (?2::text[])`

/** How many are before job ?1 among those that are the first of their key, the runbooks ?2 left out, up to ?3. */
export const countBeforeSql = `WITH RECURSIVE ${runbooksSql},
	own AS (SELECT priority AS own_priority, number AS own_number FROM jobs WHERE job_id = ?1)
	SELECT count(*) AS count FROM (${beforeOfSql('priority > own_priority')}
		UNION ALL ${beforeOfSql('priority = own_priority AND number < own_number')} LIMIT ?3) AS before`

/** Holds the lock of the concurrency key of job ?1, where it has one. */
export const lockKeySql =
	'SELECT pg_advisory_xact_lock(key_lock(concurrency_key)) FROM jobs WHERE job_id = ?1 AND concurrency_key IS NOT NULL'

/** Of each of the concurrency keys ?1 the first one that waits is behind nobody. */
export const firstOfKeysSql = `UPDATE jobs SET is_behind = 0 WHERE is_behind = 1 AND number IN (
	SELECT (${sameKeySql('of_key')} LIMIT 1)
	FROM unnest(?1::text[]) AS of_key)`

/** What names the lock of a concurrency key, as the function key_lock does. */
export function keyLock(concurrencyKey: string): string {
	return `key ${concurrencyKey}`
}
