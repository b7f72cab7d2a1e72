import { z } from 'zod'
import type { EndedJobs, JobStore } from '../jobs/job-store.ts'
import { MILLISECONDS_PER_DAY, STATISTICS_INTERVALS_MAX } from '../limits.ts'
import { type Operation, operation } from './operation.ts'
import { timeSchema, timeText } from './wire.ts'

type Parts = { jobs: Pick<JobStore, 'endedWithin'> }

const lengths = { Hour: MILLISECONDS_PER_DAY / 24, Day: MILLISECONDS_PER_DAY } as const
const finalStatuses = ['Completed', 'Failed', 'Stopped'] as const

const query = z.object({
	interval: z.enum(['Hour', 'Day'], 'must be Hour or Day').default('Hour').describe('What jobs are counted within, in UTC.'),
	count: z
		.string()
		.regex(/^[1-9]\d?$/, 'must be a whole number')
		.transform(Number)
		.refine((count) => count <= STATISTICS_INTERVALS_MAX, `must be at most ${STATISTICS_INTERVALS_MAX}`)
		.default(24)
		.describe(`How many, up to now; at most ${STATISTICS_INTERVALS_MAX}.`),
})

export const statisticsSchema = z.object({
	value: z.array(
		z
			.object({
				startTime: timeSchema,
				endTime: timeSchema,
				...Object.fromEntries(finalStatuses.map((status) => [status, z.int()])),
				averageSeconds: z.number().nullable().describe('Of the jobs that ran; null where none did.'),
				maxSeconds: z.number().nullable(),
			})
			.meta({ id: 'JobStatistics' }),
	),
})

/** Beyond Azure: how jobs ended over time, and how long they ran. */
export function jobStatisticsOperation({ jobs }: Parts): Operation {
	return operation(
		{
			operationId: 'JobStatistics_List',
			action: 'statistics/read',
			method: 'get',
			path: '/statistics/jobs',
			summary: 'How many jobs ended in each way within each hour or day up to now, and how long they ran.',
			query,
			answers: { 200: { description: 'The intervals, the oldest first.', schema: statisticsSchema } },
		},
		async ({ query: { interval, count }, now }) => {
			const length = lengths[interval]
			const last = Math.floor(now / length) * length
			const value: unknown[] = []
			// One after the other, each a request of its own to the store: others' come in between.
			for (let from = last - (count - 1) * length; from <= last; from += length)
				value.push(bodyOf({ from, to: from + length }, await jobs.endedWithin({ from, to: from + length })))
			return { status: 200, json: { value } }
		},
	)
}

function bodyOf({ from, to }: { from: number; to: number }, ended: Map<string, EndedJobs>) {
	const all = [...ended.values()]
	const ranCount = all.reduce((sum, each) => sum + each.ranCount, 0)
	const ranTime = all.reduce((sum, each) => sum + each.ranTime, 0)
	return {
		startTime: timeText(from),
		endTime: timeText(to),
		...Object.fromEntries(finalStatuses.map((status) => [status, ended.get(status)?.count ?? 0])),
		averageSeconds: ranCount === 0 ? null : ranTime / ranCount / 1_000,
		maxSeconds: ranCount === 0 ? null : Math.max(...all.map((each) => each.ranTimeMax)) / 1_000,
	}
}
