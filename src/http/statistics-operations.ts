import { z } from 'zod'
import type { EndedJobs, JobStore } from '../jobs/job-store.ts'
import { MILLISECONDS_PER_DAY, STATISTICS_INTERVALS_MAX, STATISTICS_TIME_MAX } from '../limits.ts'
import type { DeliveryLog } from '../webhooks/delivery-log.ts'
import type { DeliveryStore } from '../webhooks/delivery-store.ts'
import type { WebhookStore } from '../webhooks/webhook-store.ts'
import { countMember } from './list-request.ts'
import { type Operation, operation } from './operation.ts'
import { timeSchema, timeText } from './wire.ts'

type Parts = {
	jobs: Pick<JobStore, 'endedWithin'>
	deliveries: Pick<DeliveryStore, 'callsSince'>
	deliveryLog: Pick<DeliveryLog, 'flush'>
	webhooks: Pick<WebhookStore, 'list'>
}

const HOUR = MILLISECONDS_PER_DAY / 24
/** Each interval is counted in so many steps, each a request of its own to the store, so that others' come in between. */
const intervals = { Hour: { length: HOUR, steps: 12 }, Day: { length: MILLISECONDS_PER_DAY, steps: 24 } } as const
const finalStatuses = ['Completed', 'Failed', 'Stopped'] as const

const interval = z.enum(['Hour', 'Day'], 'must be Hour or Day')
const query = z.object({
	interval: interval.default('Hour').describe('What jobs are counted within, in UTC.'),
	count: countMember(STATISTICS_INTERVALS_MAX).default(24).describe(`How many, up to now; at most ${STATISTICS_INTERVALS_MAX}.`),
})
const runbookQuery = z.object({
	interval: interval.default('Day').describe('Hours or days of UTC, up to now, that are taken together.'),
	count: countMember(STATISTICS_INTERVALS_MAX).default(7).describe(`How many; at most ${STATISTICS_INTERVALS_MAX}.`),
})
const webhookQuery = z.object({
	count: countMember(STATISTICS_INTERVALS_MAX)
		.default(7)
		.describe(`Days of UTC that are taken together, today the last; at most ${STATISTICS_INTERVALS_MAX}.`),
})

const ways = {
	...Object.fromEntries(finalStatuses.map((status) => [status, z.int()])),
	averageSeconds: z.number().nullable().describe('Of the jobs that ran; null where none did.'),
	maxSeconds: z.number().nullable(),
}
const within = { startTime: timeSchema, endTime: timeSchema }

export const statisticsSchema = z.object({ value: z.array(z.object({ ...within, ...ways }).meta({ id: 'JobStatistics' })) })
export const runbookStatisticsSchema = z.object({
	value: z.array(z.object({ name: z.string(), ...within, ...ways }).meta({ id: 'RunbookStatistics' })),
})
export const webhookStatisticsSchema = z.object({
	value: z.array(
		z
			.object({
				...{ name: z.string(), ...within },
				accepted: z.int().describe('Calls that were answered with 2xx.'),
				refused: z.int().describe('Calls of its address that were not.'),
			})
			.meta({ id: 'WebhookStatistics' }),
	),
})

/** Beyond Azure: how jobs ended over time and by runbook, how long they ran, and what became of calls of webhooks. */
export function statisticsOperations(parts: Parts): Operation[] {
	const count = countIn(parts.jobs)
	return [jobsOperation(count), runbooksOperation(count), webhooksOperation(parts)]
}

type Count = (asked: { interval: keyof typeof intervals; count: number; now: number }) => Promise<Interval[]>

function jobsOperation(countWithin: Count): Operation {
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
		async ({ query: asked, now }) => {
			const found = await countWithin({ ...asked, now })
			return { status: 200, json: { value: found.map(({ ended, ...times }) => ({ ...timesOf(times), ...waysOf(ended) })) } }
		},
	)
}

function runbooksOperation(countWithin: Count): Operation {
	return operation(
		{
			operationId: 'RunbookStatistics_List',
			action: 'statistics/read',
			method: 'get',
			path: '/statistics/runbooks',
			summary: 'How many jobs of each runbook ended in each way within the last hours or days, and how long they ran.',
			query: runbookQuery,
			answers: { 200: { description: 'The runbooks of which jobs ended, by name.', schema: runbookStatisticsSchema } },
		},
		async ({ query: asked, now }) => {
			const found = await countWithin({ ...asked, now })
			const times = timesOf({ from: found[0]!.from, to: found.at(-1)!.to })
			const byName = Map.groupBy(
				found.flatMap(({ ended }) => ended),
				({ runbookName }) => runbookName,
			)
			const names = [...byName.keys()].sort()
			return { status: 200, json: { value: names.map((name) => ({ name, ...times, ...waysOf(byName.get(name)!) })) } }
		},
	)
}

function webhooksOperation({ deliveries, deliveryLog, webhooks }: Parts): Operation {
	return operation(
		{
			operationId: 'WebhookStatistics_List',
			action: 'statistics/read',
			method: 'get',
			path: '/statistics/webhooks',
			summary: 'How many calls of each webhook were accepted and refused within the last days; tests and replays are not counted.',
			query: webhookQuery,
			answers: { 200: { description: 'The webhooks.', schema: webhookStatisticsSchema } },
		},
		async ({ query: { count }, now }) => {
			const today = Math.floor(now / MILLISECONDS_PER_DAY) * MILLISECONDS_PER_DAY
			const from = today - (count - 1) * MILLISECONDS_PER_DAY
			await deliveryLog.flush()
			const counted = await deliveries.callsSince(from)
			const times = timesOf({ from, to: today + MILLISECONDS_PER_DAY })
			const value = (await webhooks.list()).map(({ name }) => {
				const { accepted = 0, refused = 0 } = counted.get(name.toLowerCase()) ?? {}
				return { name, ...times, accepted, refused }
			})
			return { status: 200, json: { value } }
		},
	)
}

type Interval = { from: number; to: number; ended: EndedJobs[] }

/** Counts jobs by interval; what was counted of those that have passed is used again for a while. */
function countIn(jobs: Parts['jobs']): Count {
	const counted = new Map<string, { at: number; found: Interval }>()
	return async ({ interval: name, count, now }) => {
		const { length, steps } = intervals[name]
		const last = Math.floor(now / length) * length
		const all: Interval[] = []
		for (let from = last - (count - 1) * length; from <= last; from += length) {
			const key = `${name} ${from}`
			const known = counted.get(key)
			const found = known && now < known.at + STATISTICS_TIME_MAX ? known.found : await countInterval(jobs, { from, length, steps })
			all.push(found)
			if (found === known?.found || from === last) continue
			// What has passed changes no more, but for jobs that are deleted because they are old. Those that were counted longest ago give way.
			counted.delete(key)
			counted.set(key, { at: now, found })
			if (counted.size > 2 * STATISTICS_INTERVALS_MAX) counted.delete(counted.keys().next().value!)
		}
		return all
	}
}

async function countInterval(
	jobs: Parts['jobs'],
	{ from, length, steps }: { from: number; length: number; steps: number },
): Promise<Interval> {
	const sums = new Map<string, EndedJobs>()
	for (let step = 0; step < steps; step++) {
		const part = { from: from + (step * length) / steps, to: from + ((step + 1) * length) / steps }
		for (const ended of await jobs.endedWithin(part)) {
			const key = `${ended.status} ${ended.runbookName}`
			sums.set(key, both(sums.get(key), ended))
		}
	}
	return { from, to: from + length, ended: [...sums.values()] }
}

function both(one: EndedJobs | undefined, other: EndedJobs): EndedJobs {
	if (!one) return other
	return {
		...one,
		count: one.count + other.count,
		ranCount: one.ranCount + other.ranCount,
		ranTime: one.ranTime + other.ranTime,
		ranTimeMax: Math.max(one.ranTimeMax, other.ranTimeMax),
	}
}

function timesOf({ from, to }: { from: number; to: number }) {
	return { startTime: timeText(from), endTime: timeText(to) }
}

function waysOf(ended: EndedJobs[]) {
	const sum = (of: 'count' | 'ranCount' | 'ranTime', some = ended) => some.reduce((all, each) => all + each[of], 0)
	const ran = sum('ranCount')
	return {
		...Object.fromEntries(
			finalStatuses.map((way) => [
				way,
				sum(
					'count',
					ended.filter(({ status }) => status === way),
				),
			]),
		),
		averageSeconds: ran === 0 ? null : sum('ranTime') / ran / 1_000,
		maxSeconds: ran === 0 ? null : Math.max(...ended.map(({ ranTimeMax }) => ranTimeMax)) / 1_000,
	}
}
