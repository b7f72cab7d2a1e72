// Which of the jobs that wait may be next. ?2 names the runbooks of which jobs wait, each with how many may run at once or null; no statement
// looks through more of them than there are runbooks, priorities and jobs that run.

/** Every job that holds a slot. */
const takenSql = `taken AS MATERIALIZED (
	SELECT runbook_name, concurrency_key FROM jobs INDEXED BY jobs_status WHERE status IN ('Activating', 'Running', 'Stopping'))`

/** How many more jobs of each runbook may run: at most ?3. */
const runbookSql = `runbook AS MATERIALIZED (
	SELECT key AS of_runbook, coalesce(min(?3, value - (SELECT count(*) FROM taken WHERE taken.runbook_name = key)), ?3) AS free FROM json_each(?2))`

const waitingSql = `status = 'New' AND is_behind = 0`

/** Of those whose key is used up no more are passed over than jobs run: of each key only the first one is looked at. */
const keyIsFreeSql = `(concurrency_key IS NULL
	OR key_concurrency > (SELECT count(*) FROM taken WHERE taken.concurrency_key = jobs.concurrency_key))`

const mayRunSql = `WITH ${takenSql}, ${runbookSql}
	SELECT number FROM (
		SELECT first.number, first.priority, free, row_number() OVER (PARTITION BY of_runbook ORDER BY first.priority DESC, first.number) AS place
		FROM runbook CROSS JOIN jobs AS first
		WHERE free > 0 AND first.number IN (
			SELECT number FROM jobs INDEXED BY jobs_waiting WHERE ${waitingSql} AND runbook_name = of_runbook AND ${keyIsFreeSql}
			ORDER BY priority DESC, number LIMIT ?3))
	WHERE place <= free ORDER BY priority DESC, number LIMIT ?3`

/** Takes up to ?3 jobs, and so the slots of runner, runbook and key, in one statement: who claims at the same time counts them. */
export const claimSql = `UPDATE jobs SET status = 'Activating', try_count = try_count + 1, last_modified_time = ?1, last_status_modified_time = ?1
	WHERE number IN (${mayRunSql})
	RETURNING *, (SELECT coalesce(max(sequence), 0) FROM job_streams WHERE job_streams.job_id = jobs.job_id) AS last_sequence`

const sameKeySql = (key: string) =>
	`SELECT number FROM jobs INDEXED BY jobs_key WHERE concurrency_key = ${key} AND end_time IS NULL AND status = 'New' ORDER BY number`

/** After a claim: of every key of which a job was taken the next one is the first. */
export const nextOfClaimedSql = `UPDATE jobs SET is_behind = 0 WHERE is_behind = 1 AND number IN (
	SELECT (${sameKeySql('claimed.concurrency_key')} LIMIT 1) FROM jobs AS claimed INDEXED BY jobs_status
	WHERE claimed.status = 'Activating' AND claimed.concurrency_key IS NOT NULL)`

const ownKeySql = '(SELECT concurrency_key FROM jobs WHERE job_id = ?1)'

/** After job ?1 began to wait again, or waits no more: which of its key is the first. (`+` because not all that wait are to be looked at.) */
export const firstOfKeySql = `UPDATE jobs SET is_behind = number <> (${sameKeySql(ownKeySql)} LIMIT 1)
	WHERE +status = 'New' AND concurrency_key IS NOT NULL AND number IN (
		SELECT number FROM jobs WHERE job_id = ?1 UNION ALL SELECT number FROM (${sameKeySql(ownKeySql)} LIMIT 2))`

/** Whether a job of key ?15 waits: then the new one is behind it. */
export const isBehindSql =
	"(?15 IS NOT NULL AND EXISTS (SELECT 1 FROM jobs WHERE concurrency_key = ?15 AND end_time IS NULL AND status = 'New'))"

const highestSql = (beneath: string) => `(SELECT priority FROM jobs INDEXED BY jobs_waiting
	WHERE ${waitingSql} AND runbook_name = of_runbook ${beneath} ORDER BY priority DESC LIMIT 1)`

/** Since when the oldest does that waits for nothing but a free slot: the first of each priority, and of those the oldest. ?1 is not used. */
export const oldestSql = `WITH RECURSIVE ${takenSql}, ${runbookSql}, level AS (
		SELECT of_runbook, ${highestSql('')} AS priority FROM runbook WHERE free > 0
		UNION ALL SELECT of_runbook, ${highestSql('AND priority < level.priority')} FROM level WHERE priority IS NOT NULL)
	SELECT last_status_modified_time AS time FROM jobs WHERE number = (
		SELECT min((SELECT number FROM jobs INDEXED BY jobs_waiting
			WHERE ${waitingSql} AND runbook_name = of_runbook AND priority = level.priority AND ${keyIsFreeSql} ORDER BY number LIMIT 1))
		FROM level WHERE priority IS NOT NULL)`

const beforeOfSql = (isBefore: string) => `SELECT 1 FROM own CROSS JOIN json_each(?2) AS runbook CROSS JOIN jobs INDEXED BY jobs_waiting
	WHERE ${waitingSql} AND runbook_name = runbook.value AND ${isBefore}`

/** How many are before job ?1 among those of the runbooks ?2 that are the first of their key, up to ?3. */
export const countBeforeSql = `WITH own AS (SELECT priority AS own_priority, number AS own_number FROM jobs WHERE job_id = ?1)
	SELECT count(*) AS count FROM (${beforeOfSql('priority > own_priority')}
		UNION ALL ${beforeOfSql('priority = own_priority AND number < own_number')} LIMIT ?3)`
