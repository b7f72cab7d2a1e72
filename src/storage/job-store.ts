import type { Kysely } from 'kysely'
import type { Job } from '../jobs/job.ts'
import type { JobStore } from '../jobs/job-store.ts'
import { jobOfRow } from './job-row.ts'
import type { Tables } from './tables.ts'

export function openJobReads(queries: Kysely<Tables>): Pick<JobStore, 'get'> {
	return {
		async get(jobIdOrName: string): Promise<Job | undefined> {
			const byId = await queries.selectFrom('jobs').selectAll().where('job_id', '=', jobIdOrName.toLowerCase()).executeTakeFirst()
			const row = byId ?? (await queries.selectFrom('jobs').selectAll().where('name', '=', jobIdOrName).executeTakeFirst())
			return row && jobOfRow(row)
		},
	}
}
