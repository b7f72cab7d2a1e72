import { concurrencyKeyText } from '../jobs/concurrency-key.ts'
import type { NewJob } from '../jobs/job.ts'
import { REPLACED_JOBS_MAX } from '../limits.ts'
import type { DeliveryKey } from '../queue/queue-store.ts'
import type { Statement } from './database.ts'
import { ofKeySql, sameKeySql } from './waiting-order.ts'

/** Those that use a key up: a suspended job does not, it waits again when it is resumed. */
const openStatuses = ['New', 'Activating', 'Running', 'Stopping'] as const
const eachSql = (key: string, order: 'ASC' | 'DESC', limit: string) =>
	openStatuses.map((status) => `SELECT number FROM (${ofKeySql(key, status, order)} LIMIT ${limit}) AS of_status`).join(' UNION ALL ')

/** Whether as many jobs of a key have not ended as may run; counted no further. */
export function isOverSql(key: string, limit: string): string {
	return `(SELECT count(*) >= ${limit} FROM (${eachSql(key, 'ASC', limit)}) AS open)`
}

/** The job of a key that came last and has not ended: a step into the index for each status. */
export function newestSql(key: string): string {
	return `(SELECT job_id FROM jobs WHERE number = (SELECT max(number) FROM (${eachSql(key, 'DESC', '1')}) AS newest))`
}

const holderSql = `SELECT ${newestSql('?1')} AS job_id WHERE ${isOverSql('?1', '?2')}`

const replaceSql = (
	isRepeated: string,
) => `UPDATE jobs SET status = 'Stopped', last_modified_time = ?3, last_status_modified_time = ?3, end_time = ?3,
	status_details = ?4, exception = ?4
	WHERE number IN (SELECT number FROM (${sameKeySql('?1')} LIMIT ${REPLACED_JOBS_MAX}) AS waiting)
		AND ${isOverSql('?1', '?2')} AND NOT ${isRepeated}
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
