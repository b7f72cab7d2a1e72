import { concurrencyKeyText } from '../../jobs/concurrency-key.ts'
import type { NewJob } from '../../jobs/job.ts'
import { REPLACED_JOBS_MAX } from '../../limits.ts'
import type { DeliveryKey } from '../../queue/queue-store.ts'
import type { Statement } from './sqlite-database.ts'

/** Those that use a key up: a suspended job does not, it waits again when it is resumed. */
const openStatuses = ['New', 'Activating', 'Running', 'Stopping'] as const
const ofKeySql = (key: string) => `FROM jobs INDEXED BY jobs_key WHERE concurrency_key = ${key} AND end_time IS NULL AND status`

/** Whether as many jobs of a key have not ended as may run; counted no further. */
export function isOverSql(key: string, limit: string): string {
	const list = openStatuses.map((status) => `'${status}'`).join(', ')
	return `(SELECT count(*) >= ${limit} FROM (SELECT 1 ${ofKeySql(key)} IN (${list}) LIMIT ${limit}))`
}

/** The job of a key that came last and has not ended: a step into the index for each status. */
export function newestSql(key: string): string {
	const newest = openStatuses.map((status) => `SELECT max(number) AS number ${ofKeySql(key)} = '${status}'`)
	return `(SELECT job_id FROM jobs WHERE number = (SELECT max(number) FROM (${newest.join(' UNION ALL ')})))`
}

const holderSql = `SELECT ${newestSql('?1')} AS job_id WHERE ${isOverSql('?1', '?2')}`

const replaceSql = (
	isRepeated: string,
) => `UPDATE jobs SET status = 'Stopped', last_modified_time = ?3, last_status_modified_time = ?3, end_time = ?3,
	status_details = ?4, exception = ?4
	WHERE number IN (SELECT number ${ofKeySql('?1')} = 'New' AND ${isOverSql('?1', '?2')} AND NOT ${isRepeated}
		ORDER BY number LIMIT ${REPLACED_JOBS_MAX})
	RETURNING job_id, runbook_name`
const replaceAnySql = replaceSql('false')
const replaceNewSql = replaceSql('EXISTS (SELECT 1 FROM delivery_keys WHERE webhook_id = ?5 AND key_hash = ?6 AND time > ?7)')

/** Tells which job a call is told instead of its own; no row while there is room. */
export function findHolder({ concurrencyKey, keyConcurrency }: NewJob): Statement {
	return { sql: holderSql, values: [concurrencyKey, keyConcurrency] }
}

/** Stops those that wait of a job's key where it is used up, unless the delivery has made a job before. */
export function replaceWaiting(job: NewJob, key: DeliveryKey | undefined): Statement {
	const { jobId, concurrencyKey, keyConcurrency, creationTime } = job
	const reason = `Job ${jobId} took its place: it came later and has the same ${concurrencyKeyText(concurrencyKey!)}.`
	const values = [concurrencyKey, keyConcurrency, creationTime, reason]
	return key ? { sql: replaceNewSql, values: [...values, key.webhookId, key.keyHash, key.forgottenTime] } : { sql: replaceAnySql, values }
}
