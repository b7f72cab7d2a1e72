import { firstWaitingSql, holdingSql, sameKeySql } from '../waiting-order.ts'

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

/** Takes the next job, and so the slots of its runbook and key, in one statement: whoever claims at the same time counts them. */
export const claimSql = `UPDATE jobs SET status = 'Activating', try_count = try_count + 1, last_modified_time = ?1, last_status_modified_time = ?1
	WHERE number = (${nextSql})
	RETURNING *, (SELECT coalesce(max(sequence), 0) FROM job_streams WHERE job_streams.job_id = jobs.job_id) AS last_sequence`

/** After a claim: of every key of which a job was taken the next one is the first. */
export const nextOfClaimedSql = `UPDATE jobs SET is_behind = 0 WHERE is_behind = 1 AND number IN (
	SELECT (${sameKeySql('claimed.concurrency_key')} LIMIT 1) FROM jobs AS claimed INDEXED BY jobs_status
	WHERE claimed.status = 'Activating' AND claimed.concurrency_key IS NOT NULL)`

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

const beforeOfSql = (isBefore: string) => `SELECT 1 FROM own CROSS JOIN json_each(?2) AS runbook CROSS JOIN jobs INDEXED BY jobs_waiting
	WHERE ${firstWaitingSql} AND runbook_name = runbook.value AND ${isBefore}`

/** How many are before job ?1 among those of the runbooks ?2 that are the first of their key, up to ?3. */
export const countBeforeSql = `WITH own AS (SELECT priority AS own_priority, number AS own_number FROM jobs WHERE job_id = ?1)
	SELECT count(*) AS count FROM (${beforeOfSql('priority > own_priority')}
		UNION ALL ${beforeOfSql('priority = own_priority AND number < own_number')} LIMIT ?3)`
