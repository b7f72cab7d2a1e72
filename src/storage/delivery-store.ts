import { type Compilable, type Kysely, type Selectable, type SqlBool, sql } from 'kysely'
import { CALL_COUNTS_STEP, DELIVERIES_STEP, DELIVERIES_STEP_BYTES, DELIVERY_ROW_BYTES } from '../limits.ts'
import { type Delivery, type DeliverySummary, isRefused } from '../webhooks/delivery.ts'
import type { CallCount, DeliveryStore, NewDelivery } from '../webhooks/delivery-store.ts'
import type { Transact } from './queries.ts'
import type { Tables } from './tables.ts'

const summaryColumns = [
	...(['number', 'delivery_id', 'webhook_name', 'kind', 'time', 'duration_microseconds', 'status', 'code', 'reason'] as const),
	...(['is_repeated', 'is_skipped', 'source_address', 'job_id'] as const),
]

/** Deliveries over any database. */
export function openDeliveryStore(queries: Kysely<Tables>, transact: Transact): DeliveryStore {
	const ofWebhook = (name: string) => queries.selectFrom('deliveries').where('name_key', '=', name.toLowerCase())
	const bodyBytes = sql<number | null>`length(body)`.as('body_bytes')
	return {
		async append(deliveries) {
			if (deliveries.length > 0) await transact(deliveries.map((delivery) => insertOf(queries, delivery)))
		},
		async prune(webhookNames, { perWebhook, bytesPerWebhook, all, bytes }) {
			for (const name of webhookNames)
				for (const isAccepted of [0, 1]) {
					const ofKind = ofWebhook(name).where('is_accepted', '=', isAccepted)
					const surplus = ofKind.select(['number', 'bytes']).orderBy('number', 'desc')
					await deleteInSteps(queries, surplus.limit(DELIVERIES_STEP).offset(perWebhook))
					const upTo = sql<number>`sum(bytes) OVER (ORDER BY number DESC)`.as('bytes_up_to')
					const summed = queries.selectFrom(ofKind.select(['number', 'bytes', upTo]).as('summed')).select(['number', 'bytes'])
					await deleteInSteps(queries, summed.where('bytes_up_to', '>', bytesPerWebhook).limit(DELIVERIES_STEP))
				}
			const oldest = queries.selectFrom('deliveries').select(['number', 'bytes']).orderBy('number').limit(DELIVERIES_STEP)
			const isOver = sql<SqlBool>`(SELECT count(*) > ${all} OR sum(bytes) > ${bytes} FROM deliveries)`
			await deleteInSteps(queries, oldest.where(isOver))
		},
		async addCalls(counts) {
			// In the same order everywhere, so that no two nodes wait for each other.
			const key = ({ webhookName, day }: (typeof counts)[number]) => `${webhookName.toLowerCase()} ${day}`
			const ordered = counts.toSorted((one, other) => (key(one) < key(other) ? -1 : 1))
			const steps = Array.from({ length: Math.ceil(ordered.length / CALL_COUNTS_STEP) }, (_, index) => index * CALL_COUNTS_STEP)
			await transact(steps.map((start) => addCallsOf(queries, ordered.slice(start, start + CALL_COUNTS_STEP))))
		},
		async callsSince(day) {
			const rows = await queries
				.selectFrom('call_counts')
				.select(({ fn }) => [
					'name_key',
					fn.sum<number | string>('accepted_count').as('accepted'),
					fn.sum<number | string>('refused_count').as('refused'),
				])
				.where('day', '>=', day)
				.groupBy('name_key')
				.execute()
			return new Map(rows.map(({ name_key, accepted, refused }) => [name_key, { accepted: Number(accepted), refused: Number(refused) }]))
		},
		async forgetBefore(time) {
			await forgetCalls(queries, time)
			const oldest = queries.selectFrom('deliveries').select(['number', 'bytes', 'time']).orderBy('number').limit(DELIVERIES_STEP)
			await deleteInSteps(
				queries,
				queries.selectFrom(oldest.as('oldest')).select(['number', 'bytes']).where('time', '<', time).orderBy('number'),
			)
		},
		async list(webhookName, { after, limit }) {
			let query = ofWebhook(webhookName).select([...summaryColumns, bodyBytes])
			if (after !== undefined) query = query.where('number', '<', after)
			const rows = await query
				.orderBy('number', 'desc')
				.limit(limit + 1)
				.execute()
			const shown = rows.slice(0, limit)
			return { deliveries: shown.map(summaryOfRow), next: rows.length > limit ? shown.at(-1)!.number : undefined }
		},
		async get(webhookName, deliveryId) {
			const named = ofWebhook(webhookName).where('delivery_id', '=', deliveryId.toLowerCase())
			const row = await named.select([...summaryColumns, bodyBytes, 'headers', 'body']).executeTakeFirst()
			return row && deliveryOfRow(row)
		},
	}
}

type Found = { number: number; bytes: number }

/** Deletes what a query finds, which finds a few at a time, until it finds nothing more: others' requests come in between. */
async function deleteInSteps(queries: Kysely<Tables>, some: { execute(): Promise<Found[]> }): Promise<void> {
	for (;;) {
		const numbers: number[] = []
		let bytes = 0
		for (const each of await some.execute()) {
			if (bytes < DELIVERIES_STEP_BYTES) numbers.push(each.number)
			bytes += each.bytes
		}
		if (numbers.length === 0) return
		await queries.deleteFrom('deliveries').where('number', 'in', numbers).execute()
	}
}

/** Likewise: of each webhook there may be one a day. */
async function forgetCalls(queries: Kysely<Tables>, time: number): Promise<void> {
	const some = queries.selectFrom('call_counts').select(['name_key', 'day']).where('day', '<', time).limit(CALL_COUNTS_STEP)
	const forget = queries
		.deleteFrom('call_counts')
		.where(({ eb, refTuple }) => eb(refTuple('name_key', 'day'), 'in', some.$asTuple('name_key', 'day')))
	while ((await forget.executeTakeFirstOrThrow()).numDeletedRows > 0n);
}

function addCallsOf(queries: Kysely<Tables>, counts: readonly (CallCount & { day: number })[]) {
	const rows = counts.map(({ webhookName, day, accepted, refused }) => ({
		...{ name_key: webhookName.toLowerCase(), day, accepted_count: accepted, refused_count: refused },
	}))
	return queries
		.insertInto('call_counts')
		.values(rows)
		.onConflict((conflict) =>
			conflict.columns(['name_key', 'day']).doUpdateSet((of) => ({
				accepted_count: of('call_counts.accepted_count', '+', of.ref('excluded.accepted_count')),
				refused_count: of('call_counts.refused_count', '+', of.ref('excluded.refused_count')),
			})),
		)
}

function insertOf(queries: Kysely<Tables>, delivery: NewDelivery): Compilable {
	const { webhookId, webhookName, time, headers, body } = delivery
	const headersJson = JSON.stringify(headers)
	const values = {
		delivery_id: delivery.deliveryId,
		webhook_name: webhookName,
		name_key: webhookName.toLowerCase(),
		kind: delivery.kind,
		time,
		duration_microseconds: delivery.durationMicroseconds,
		is_accepted: Number(!isRefused(delivery)),
		status: delivery.status,
		code: delivery.code,
		reason: delivery.reason,
		is_repeated: Number(delivery.isRepeated),
		is_skipped: Number(delivery.isSkipped),
		source_address: delivery.sourceAddress,
		headers: headersJson,
		body,
		job_id: delivery.jobId,
		bytes: DELIVERY_ROW_BYTES + headersJson.length + (body?.length ?? 0),
	}
	const names = Object.keys(values) as (keyof typeof values)[]
	// A webhook that was deleted meanwhile leaves nothing behind.
	const isThere = sql<SqlBool>`EXISTS (SELECT 1 FROM webhooks WHERE webhook_id = ${webhookId} AND (deleted_time IS NULL OR deleted_time > ${time}))`
	const insert = sql`INSERT INTO deliveries (${sql.join(names.map((name) => sql.ref(name)))})
		SELECT ${sql.join(names.map((name) => sql.val(values[name])))} WHERE ${isThere}`
	return { compile: () => insert.compile(queries) }
}

type Row = Selectable<Tables['deliveries']>
type SummaryRow = Pick<Row, (typeof summaryColumns)[number]> & { body_bytes: number | null }

function summaryOfRow(row: SummaryRow): DeliverySummary {
	return {
		deliveryId: row.delivery_id,
		webhookName: row.webhook_name,
		kind: row.kind,
		time: row.time,
		durationMicroseconds: row.duration_microseconds,
		status: row.status,
		code: row.code,
		reason: row.reason,
		isRepeated: row.is_repeated === 1,
		isSkipped: row.is_skipped === 1,
		sourceAddress: row.source_address,
		jobId: row.job_id,
		bodyBytes: row.body_bytes,
	}
}

function deliveryOfRow(row: SummaryRow & Pick<Row, 'headers' | 'body'>): Delivery {
	return { ...summaryOfRow(row), headers: JSON.parse(row.headers), body: row.body }
}
