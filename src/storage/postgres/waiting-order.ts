import { firstWaitingSql, holdingSql, sameKeySql } from '../waiting-order.ts'

// Which of the jobs that wait is the next one: as on SQLite, but the runbooks of which jobs wait, and the contents of each, are found by steps over
// the index: each is a line of its own, because not every runner may take its jobs. Ranges instead of the values themselves, because the server
// would else take the order from the primary key and look through all jobs.

const linesSql = `line (name, hash) AS (
		(SELECT runbook_name, content_hash FROM jobs WHERE ${firstWaitingSql} ORDER BY runbook_name, content_hash LIMIT 1)
		UNION ALL
		SELECT after.* FROM line, LATERAL (SELECT runbook_name, content_hash FROM jobs
			WHERE ${firstWaitingSql} AND (runbook_name, content_hash) > (line.name, line.hash) ORDER BY runbook_name, content_hash LIMIT 1) AS after)`
/** The jobs of a line. */
const ofLineSql = (line: string) => `${firstWaitingSql}
	AND (runbook_name, content_hash) >= (${line}.name, ${line}.hash) AND (runbook_name, content_hash) <= (${line}.name, ${line}.hash)`

/** Takes up to ?3 jobs at ?1 for the node ?4, with limits of runbooks as the object ?2. */
export const claimSql = `SELECT *, (SELECT coalesce(max(sequence), 0) FROM job_streams WHERE job_streams.job_id = claimed.job_id) AS last_sequence
	FROM claim_jobs(?1, ?2, ?3, ?4) AS claimed`

const highestSql = (of: string, beneath: string) =>
	`(SELECT max(priority) FROM jobs WHERE ${firstWaitingSql} AND runbook_name = ${of}.name AND content_hash = ${of}.hash ${beneath})`

/** How many wait, and since when the oldest does that waits for nothing but a free slot, with limits of runbooks as the object ?1. */
export const waitingSql = `WITH RECURSIVE ${linesSql}, level (name, hash, priority) AS (
		SELECT name, hash, ${highestSql('line', '')} FROM line
			WHERE may_run(hash) AND coalesce((?1::jsonb ->> name)::bigint > (SELECT count(*) FROM jobs WHERE ${holdingSql} AND runbook_name = line.name), true)
		UNION ALL SELECT name, hash, ${highestSql('level', 'AND priority < level.priority')} FROM level WHERE priority IS NOT NULL),
	oldest (number) AS (
		SELECT (SELECT number FROM jobs WHERE ${ofLineSql('level')} AND priority BETWEEN level.priority AND level.priority
			AND (concurrency_key IS NULL OR key_concurrency > (SELECT count(*) FROM jobs AS taken
				WHERE taken.concurrency_key = jobs.concurrency_key AND taken.end_time IS NULL AND taken.${holdingSql}))
			ORDER BY runbook_name, content_hash, priority DESC, number LIMIT 1)
		FROM level WHERE priority IS NOT NULL)
	SELECT (SELECT count(*) FROM jobs WHERE status = 'New') AS count,
		(SELECT last_status_modified_time FROM jobs WHERE number = (SELECT min(number) FROM oldest)) AS oldest`

/** Runbooks of which jobs wait that no runner may run. */
export const strandedSql = `WITH RECURSIVE ${linesSql} SELECT DISTINCT name FROM line WHERE NOT may_run(hash) ORDER BY name`

const headsSql = (isBefore: string) => `SELECT found.* FROM own, line, LATERAL (
	SELECT concurrency_key, key_concurrency FROM jobs WHERE ${ofLineSql('line')}
		AND (own_key IS NULL OR concurrency_key IS DISTINCT FROM own_key) AND (${isBefore}) LIMIT ?3) AS found
	WHERE name <> ALL (?2::text[]) AND may_run(hash)`
const isHigherSql = 'priority > own_priority'
const isEarlierSql = 'priority = own_priority AND number < own_number'
const countOfKeySql = (key: string, isBefore: string) => `(SELECT count(*) FROM (SELECT 1 FROM jobs
	WHERE concurrency_key = ${key} AND end_time IS NULL AND status = 'New' AND (${isBefore}) LIMIT ?3) AS counted)`

/**
 * How many are before job ?1, the runbooks ?2 left out, up to ?3: of its own key all that came before; of the others those that go before it, of a
 * key as many as it has slots left. Mostly that is one, and then no others of the key are looked at.
 */
export const countBeforeSql = `WITH RECURSIVE ${linesSql},
	own AS (SELECT priority AS own_priority, number AS own_number, concurrency_key AS own_key FROM jobs WHERE job_id = ?1),
	head AS (SELECT * FROM (${headsSql(isHigherSql)} UNION ALL ${headsSql(isEarlierSql)}) AS found LIMIT ?3),
	ahead AS (SELECT CASE WHEN head.concurrency_key IS NULL THEN 1 WHEN free <= 1 THEN greatest(free, 0)
			ELSE least(free, ${countOfKeySql('head.concurrency_key', `${isHigherSql} OR ${isEarlierSql}`)}) END AS many
		FROM own, head, LATERAL (SELECT head.key_concurrency - (SELECT count(*) FROM jobs AS taken
			WHERE taken.concurrency_key = head.concurrency_key AND taken.end_time IS NULL AND taken.${holdingSql}) AS free) AS slots)
	SELECT least(?3, ${countOfKeySql('own_key', 'number < own_number')} + coalesce((SELECT sum(many) FROM ahead), 0))::bigint AS count FROM own`

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
