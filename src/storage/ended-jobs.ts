import { type Kysely, sql } from 'kysely'
import type { JobStatus } from '../jobs/job-status.ts'
import type { JobStore } from '../jobs/job-store.ts'
import { ENDED_MEANWHILE_MAX } from '../limits.ts'
import type { Tables } from './tables.ts'

/** What can be told of jobs that have ended, over any database; looked for by the time of their end. */
export function openEndedJobs(queries: Kysely<Tables>): Pick<JobStore, 'endedWithin' | 'endedMeanwhile'> {
	return {
		async endedWithin({ from, to }) {
			// Of this index alone, which has all that is asked.
			const rows = await queries
				.selectFrom('jobs')
				.select(({ fn }) => [
					'runbook_name',
					sql<JobStatus>`coalesce(status, '')`.as('status'),
					fn.countAll<number | string>().as('count'),
					fn.count<number | string>('start_time').as('ran_count'),
					sql<number | string | null>`sum(end_time - start_time)`.as('ran_time'),
					sql<number | string | null>`max(end_time - start_time)`.as('ran_time_max'),
				])
				.where('is_test', '=', 0)
				.where('end_time', '>=', from)
				.where('end_time', '<', to)
				// Not by the columns themselves: SQLite would then go through all jobs by an index on them.
				.groupBy(['runbook_name', sql`coalesce(status, '')`])
				.execute()
			return rows.map(({ runbook_name, status, count, ran_count, ran_time, ran_time_max }) => ({
				...{ runbookName: runbook_name, status, count: Number(count), ranCount: Number(ran_count) },
				...{ ranTime: Number(ran_time), ranTimeMax: Number(ran_time_max) },
			}))
		},
		async endedMeanwhile({ jobId, runbookName, concurrencyKey, queuedTime, claimTime }) {
			const ended = queries
				.selectFrom('jobs')
				.select(['job_id', 'runbook_name', 'concurrency_key', 'end_time'])
				.where('end_time', '>=', queuedTime)
				.where('end_time', '<=', claimTime)
				.where('claim_time', 'is not', null)
				.where('job_id', '<>', jobId)
				.orderBy('end_time', 'desc')
				.limit(ENDED_MEANWHILE_MAX)
			const last = async (of: 'concurrency_key' | 'runbook_name' | undefined, value?: string | null) => {
				if (value === null) return undefined
				const some = queries.selectFrom(ended.as('ended')).select(['job_id', 'end_time'])
				const row = await (of ? some.where(of, '=', value!) : some).orderBy('end_time', 'desc').limit(1).executeTakeFirst()
				return row && { jobId: row.job_id, endTime: row.end_time! }
			}
			return {
				ofKey: await last('concurrency_key', concurrencyKey),
				ofRunbook: await last('runbook_name', runbookName),
				last: await last(undefined),
			}
		},
	}
}
