import { z } from 'zod'
import type { EndedJobs, JobStore } from '../jobs/job-store.ts'
import { MILLISECONDS_PER_DAY, STATISTICS_INTERVALS_MAX, STATISTICS_TIME_MAX } from '../limits.ts'
import { type Operation, operation } from './operation.ts'
import { timeSchema, timeText } from './wire.ts'

type Parts = { jobs: Pick<JobStore, 'endedWithin'> }

const HOUR = MILLISECONDS_PER_DAY / 24
/** Each interval is counted in so many steps, each a request of its own to the store, so that others' come in between. */
const intervals = { Hour: { length: HOUR, steps: 12 }, Day: { length: MILLISECONDS_PER_DAY, steps: 24 } } as const
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
	const counted: Counted = new Map()
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
			const { length, steps } = intervals[interval]
			const last = Math.floor(now / length) * length
			const value: IntervalBody[] = []
			for (let from = last - (count - 1) * length; from <= last; from += length) {
				const key = `${interval} ${from}`
				const known = counted.get(key)
				const body = known && now < known.at + STATISTICS_TIME_MAX ? known.body : await countInterval(jobs, { from, length, steps })
				value.push(body)
				// What has passed changes no more, but for jobs that are deleted because they are old.
				if (body !== known?.body && from < last) remember(counted, key, { body, at: now })
			}
			return { status: 200, json: { value } }
		},
	)
}

type IntervalBody = ReturnType<typeof bodyOf>
type Counted = Map<string, { body: IntervalBody; at: number }>

/** Those that were counted longest ago give way. */
function remember(counted: Counted, key: string, found: { body: IntervalBody; at: number }): void {
	counted.delete(key)
	counted.set(key, found)
	if (counted.size > 2 * STATISTICS_INTERVALS_MAX) counted.delete(counted.keys().next().value!)
}

async function countInterval(
	jobs: Parts['jobs'],
	{ from, length, steps }: { from: number; length: number; steps: number },
): Promise<IntervalBody> {
	const sum = new Map<string, EndedJobs>()
	for (let step = 0; step < steps; step++) {
		const part = { from: from + (step * length) / steps, to: from + ((step + 1) * length) / steps }
		for (const [status, ended] of await jobs.endedWithin(part)) sum.set(status, both(sum.get(status), ended))
	}
	return bodyOf({ from, to: from + length }, sum)
}

function both(one: EndedJobs | undefined, other: EndedJobs): EndedJobs {
	if (!one) return other
	return {
		count: one.count + other.count,
		ranCount: one.ranCount + other.ranCount,
		ranTime: one.ranTime + other.ranTime,
		ranTimeMax: Math.max(one.ranTimeMax, other.ranTimeMax),
	}
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
