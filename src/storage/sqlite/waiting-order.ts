import { firstWaitingSql, holdingSql } from '../waiting-order.ts'

// Which of the jobs that wait is the next one. ?2 names the runbooks of which jobs wait, each with how many may run at once or null; no
// statement looks through more of them than there are runbooks, priorities and jobs that run.

const runbooksSql = `json_each(?2) AS runbook WHERE runbook.value IS NULL
	OR runbook.value > (SELECT count(*) FROM jobs INDEXED BY jobs_status WHERE ${holdingSql} AND runbook_name = runbook.key)`

/** Of those whose key is used up no more are passed over than jobs run: of each key only the first one is looked at. */
const keyIsFreeSql = `(concurrency_key IS NULL OR key_concurrency > (SELECT count(*) FROM jobs AS taken INDEXED BY jobs_key
	WHERE taken.concurrency_key = jobs.concurrency_key AND taken.end_time IS NULL AND taken.${holdingSql}))`

const nextSql = `SELECT next.number FROM (
		SELECT (SELECT number FROM jobs INDEXED BY jobs_waiting WHERE ${firstWaitingSql} AND runbook_name = runbook.key AND ${keyIsFreeSql}
			ORDER BY priority DESC, number LIMIT 1) AS number
		FROM ${runbooksSql}) AS first CROSS JOIN jobs AS next ON next.number = first.number
	ORDER BY next.priority DESC, next.number LIMIT 1`

/**
 * Takes the next job, and so the slots of its runbook and key, in one statement: whoever claims at the same time counts them. The trigger
 * jobs_claim lets the next one of its key go on at once: it may be the very next.
 */
export const claimSql = `UPDATE jobs SET status = 'Activating', try_count = try_count + 1, last_modified_time = ?1, last_status_modified_time = ?1,
		queued_time = last_status_modified_time, claim_time = ?1
	WHERE number = (${nextSql})
	RETURNING *, (SELECT coalesce(max(sequence), 0) FROM job_streams WHERE job_streams.job_id = jobs.job_id) AS last_sequence`

const highestSql = (beneath: string) => `(SELECT priority FROM jobs INDEXED BY jobs_waiting
	WHERE ${firstWaitingSql} AND runbook_name = of_runbook ${beneath} ORDER BY priority DESC LIMIT 1)`

/** Since when the oldest does that waits for nothing but a free slot: the first of each priority, and of those the oldest. */
export const oldestSql = `WITH RECURSIVE level AS (
		SELECT of_runbook, ${highestSql('')} AS priority FROM (SELECT runbook.key AS of_runbook FROM ${runbooksSql})
		UNION ALL SELECT of_runbook, ${highestSql('AND priority < level.priority')} FROM level WHERE priority IS NOT NULL)
	SELECT last_status_modified_time AS time FROM jobs WHERE number = (
		SELECT min((SELECT number FROM jobs INDEXED BY jobs_waiting
			WHERE ${firstWaitingSql} AND runbook_name = of_runbook AND priority = level.priority AND ${keyIsFreeSql} ORDER BY number LIMIT 1))
		FROM level WHERE priority IS NOT NULL)`

const headsSql = (isBefore: string) => `SELECT concurrency_key, key_concurrency
	FROM own CROSS JOIN json_each(?2) AS runbook CROSS JOIN jobs INDEXED BY jobs_waiting
	WHERE ${firstWaitingSql} AND runbook_name = runbook.value AND (own_key IS NULL OR concurrency_key IS NOT own_key) AND ${isBefore}`
const isHigherSql = 'priority > own_priority'
const isEarlierSql = 'priority = own_priority AND number < own_number'

const freeOfKeySql = `(key_concurrency - (SELECT count(*) FROM jobs AS taken INDEXED BY jobs_key
	WHERE taken.concurrency_key = head.concurrency_key AND taken.end_time IS NULL AND taken.${holdingSql}))`
const countOfKeySql = (key: string, isBefore: string) => `(SELECT count(*) FROM (SELECT 1 FROM jobs INDEXED BY jobs_key
	WHERE concurrency_key = ${key} AND end_time IS NULL AND status = 'New' AND (${isBefore}) LIMIT ?3))`

/**
 * How many are before job ?1, up to ?3: of its own key all that came before; of the others those of the runbooks ?2 that go before it, of a key as
 * many as it has slots left. Mostly that is one, and then no others of the key are looked at.
 */
export const countBeforeSql = `WITH own AS (SELECT priority AS own_priority, number AS own_number, concurrency_key AS own_key FROM jobs WHERE job_id = ?1),
	head AS (SELECT * FROM (${headsSql(isHigherSql)} UNION ALL ${headsSql(isEarlierSql)} LIMIT ?3)),
	line AS (SELECT concurrency_key AS key, iif(concurrency_key IS NULL, 1, ${freeOfKeySql}) AS free FROM head)
	SELECT min(?3, ${countOfKeySql('own_key', 'number < own_number')} + coalesce(sum(
		CASE WHEN free <= 1 THEN max(free, 0) ELSE min(free, ${countOfKeySql('line.key', `${isHigherSql} OR ${isEarlierSql}`)}) END), 0)) AS count
	FROM own LEFT JOIN line`
