import { type Kysely, type Selectable, type SelectQueryBuilder, sql } from 'kysely'
import type { Job, JobSummary } from '../jobs/job.ts'
import { isFinal, type JobStatus, jobStatuses } from '../jobs/job-status.ts'
import type { JobFilter, JobStore } from '../jobs/job-store.ts'
import { LIST_JOBS_MAX, LIST_STEP_JOBS, SEARCH_BYTES_MAX, SEARCH_JOB_BYTES, SEARCH_STEP_BYTES } from '../limits.ts'
import { openEndedJobs } from './ended-jobs.ts'
import { jobOfRow, jobSummaryOfRow } from './job-row.ts'
import type { JobRow, Tables } from './tables.ts'

type SummaryRow = Omit<Selectable<JobRow>, 'name_key' | 'is_behind' | 'held_by' | 'parameters' | 'exception' | 'traceparent'>

const summaryColumns = [
	...(['number', 'job_id', 'name', 'runbook_name', 'content_hash', 'webhook_id', 'webhook_name', 'status', 'status_details'] as const),
	...([
		'started_by',
		'is_test',
		'request_hash',
		'try_count',
		'creation_time',
		'queued_time',
		'claim_time',
		'start_time',
		'end_time',
	] as const),
	...(['last_modified_time', 'last_status_modified_time', 'priority', 'concurrency_key', 'key_concurrency'] as const),
]

export function openJobReads(queries: Kysely<Tables>): Omit<JobStore, 'changeStatus'> {
	return {
		async get(jobIdOrName: string): Promise<Job | undefined> {
			const byId = await queries.selectFrom('jobs').selectAll().where('job_id', '=', jobIdOrName.toLowerCase()).executeTakeFirst()
			const row =
				byId ?? (await queries.selectFrom('jobs').selectAll().where('name_key', '=', jobIdOrName.toLowerCase()).executeTakeFirst())
			return row && jobOfRow(row)
		},
		list: (page) => listJobs(queries, page),
		async latestTest(runbookName) {
			const tests = queries.selectFrom('jobs').selectAll().where(ofRunbook(runbookName)).where('is_test', '=', 1)
			const row = await tests.orderBy('number', 'desc').limit(1).executeTakeFirst()
			return row && jobOfRow(row)
		},
		async countByStatus(endedSince) {
			const counted = queries
				.selectFrom('jobs')
				.select([sql<JobStatus>`coalesce(status, '')`.as('status'), ({ fn }) => fn.countAll<number | string>().as('count')])
				.where('is_test', '=', 0)
				// Not by the column itself: SQLite would then go through all jobs by the index on it.
				.groupBy(sql`coalesce(status, '')`)
			const open = jobStatuses.filter((status) => !isFinal(status))
			const rows = [
				...(await counted.where('status', 'in', open).execute()),
				...(endedSince === undefined ? [] : await counted.where('end_time', 'is not', null).where('end_time', '>=', endedSince).execute()),
			]
			return new Map(rows.map(({ status, count }) => [status, Number(count)]))
		},
		...openEndedJobs(queries),
		async countOfRunbook(runbookName, most) {
			const some = queries.selectFrom('jobs').select('number').where(ofRunbook(runbookName)).where('is_test', '=', 0).limit(most)
			const { count } = await queries
				.selectFrom(some.as('some'))
				.select(({ fn }) => fn.countAll<number | string>().as('count'))
				.executeTakeFirstOrThrow()
			return Number(count)
		},
	}
}

function ofRunbook(runbookName: string) {
	return sql<boolean>`lower(runbook_name) = ${runbookName.toLowerCase()}`
}

function ofWebhook(webhookName: string) {
	return sql<boolean>`lower(webhook_name) = ${webhookName.toLowerCase()}`
}

type Page = { after: number | undefined; limit: number; filter: JobFilter }

/** In steps of so many jobs, each a request of its own: a filter that few jobs pass must not hold up everybody else. */
async function listJobs(
	queries: Kysely<Tables>,
	{ after, limit, filter }: Page,
): Promise<{ jobs: JobSummary[]; next: number | undefined }> {
	if (filter.texts) return searchJobs(queries, { after, limit, filter }, filter.texts)
	// By what an index can tell there is nothing to look through.
	const named = [filter.runbookName, filter.webhookName, filter.status].filter((each) => each !== undefined)
	const indexed = filter.startTime === undefined && filter.endTime === undefined && named.length <= 1
	const stepSize = indexed ? limit + 1 : LIST_STEP_JOBS
	const found: SummaryRow[] = []
	let last = after
	for (let looked = 0; looked < LIST_JOBS_MAX; looked += stepSize) {
		const step = stepOf(queries, last, filter)
		found.push(...(await passing(queries, step.select(summaryColumns).limit(stepSize), filter, limit + 1 - found.length)))
		if (found.length > limit) return { jobs: found.slice(0, limit).map(jobSummaryOfRow), next: found[limit - 1]!.number }
		const end = await step
			.select('number')
			.offset(stepSize - 1)
			.limit(1)
			.executeTakeFirst()
		last = end?.number
		if (last === undefined) break
	}
	return { jobs: found.map(jobSummaryOfRow), next: last }
}

/** The same for texts, which no index tells: steps end by the bytes of what is searched, known without reading it, because a job can have half a MiB. */
async function searchJobs(
	queries: Kysely<Tables>,
	{ after, limit, filter }: Page,
	texts: readonly string[],
): Promise<{ jobs: JobSummary[]; next: number | undefined }> {
	const found: SummaryRow[] = []
	let last = after
	for (let [jobs, bytes] = [0, 0]; jobs < LIST_JOBS_MAX && bytes < SEARCH_BYTES_MAX; ) {
		const step = stepOf(queries, last, filter)
		const extent = await extentOf(queries, step)
		if (extent.last === null) return { jobs: found.map(jobSummaryOfRow), next: undefined }
		const within = texts.reduce((some, text) => some.where(contains(text)), step.where('number', '>=', extent.last))
		found.push(...(await passing(queries, within.select(summaryColumns), filter, limit + 1 - found.length)))
		if (found.length > limit) return { jobs: found.slice(0, limit).map(jobSummaryOfRow), next: found[limit - 1]!.number }
		last = extent.last
		jobs += Number(extent.jobs)
		bytes += Number(extent.bytes)
	}
	return { jobs: found.map(jobSummaryOfRow), next: last }
}

/** The last one of a step, how many there are in it, and their bytes. */
async function extentOf(
	queries: Kysely<Tables>,
	step: ReturnType<typeof stepOf>,
): Promise<{ last: number | null; jobs: number | string; bytes: number | string | bigint | null }> {
	const size = sql<number>`octet_length(parameters) + coalesce(octet_length(exception), 0) + ${sql.lit(SEARCH_JOB_BYTES)}`
	const sizes = step.select(['number', size.as('bytes')]).limit(LIST_STEP_JOBS)
	const before = sql<number>`sum(bytes) OVER (ORDER BY number DESC) - bytes`.as('bytes_before')
	return queries
		.selectFrom(queries.selectFrom(sizes.as('sized')).select(['number', 'bytes', before]).as('summed'))
		.select(({ fn }) => [fn.min('number').as('last'), fn.countAll<number | string>().as('jobs'), fn.sum('bytes').as('bytes')])
		.where('bytes_before', '<', SEARCH_STEP_BYTES)
		.executeTakeFirstOrThrow()
}

/**
 * Whether a text stands in what a job has of texts. In its parameters it may stand as JSON writes it. Not by LIKE, which in SQLite goes through a
 * long text once more for each character of the one that is looked for, and holds up everybody else.
 */
function contains(text: string) {
	const stands = (each: string, column: string) => sql`instr(lower(${sql.ref(column)}), lower(${each})) > 0`
	const columns = ['job_id', 'name', 'runbook_name', 'webhook_name', 'started_by', 'exception', 'parameters'] as const
	const escaped = JSON.stringify(text).slice(1, -1)
	return sql<boolean>`(${sql.join(
		[...columns.map((column) => stands(text, column)), ...(escaped === text ? [] : [stands(escaped, 'parameters')])],
		sql` OR `,
	)})`
}

/** Jobs that an index tells, the newest first. */
function stepOf(queries: Kysely<Tables>, after: number | undefined, { runbookName, webhookName, status }: JobFilter) {
	let step = queries.selectFrom('jobs').where('is_test', '=', 0)
	if (after !== undefined) step = step.where('number', '<', after)
	if (webhookName !== undefined) step = step.where(ofWebhook(webhookName))
	else if (runbookName !== undefined) step = step.where(ofRunbook(runbookName))
	else if (status !== undefined) step = step.where('status', '=', status as JobRow['status'])
	return step.orderBy('number', 'desc')
}

type Step = SelectQueryBuilder<Tables, 'jobs', SummaryRow>

/** Those of a step that the rest of the filter lets pass. */
function passing(
	queries: Kysely<Tables>,
	step: Step,
	{ runbookName, webhookName, status, startTime, endTime }: JobFilter,
	limit: number,
): Promise<SummaryRow[]> {
	let query = queries.selectFrom(step.as('step')).selectAll()
	if (runbookName !== undefined && webhookName !== undefined) query = query.where(ofRunbook(runbookName))
	if (status !== undefined && (runbookName ?? webhookName) !== undefined) query = query.where('status', '=', status as JobRow['status'])
	for (const [column, range] of [['start_time', startTime] as const, ['end_time', endTime] as const]) {
		if (typeof range?.from === 'number') query = query.where(column, '>=', range.from)
		if (typeof range?.to === 'number') query = query.where(column, '<=', range.to)
	}
	return query.orderBy('number', 'desc').limit(limit).execute()
}
