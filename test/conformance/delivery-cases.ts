import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { test } from 'uvu'
import { hashToken } from '../../src/access/token.ts'
import { DELIVERY_KEY_TIME_MAX, RETENTION_INTERVAL } from '../../src/limits.ts'
import type { DeliveryKey } from '../../src/queue/queue-store.ts'
import type { Storage } from '../../src/storage/open-storage.ts'
import type { NewDelivery } from '../../src/webhooks/delivery-store.ts'
import { clockAt } from '../support/clock-at.ts'
import { issuedWebhook } from '../support/issued-webhook.ts'
import { newJob } from '../support/new-job.ts'
import { until } from '../support/until.ts'
import type { NewStorePlace } from './store-place.ts'

/** The jobs of these cases are made in the first second of 1970: a clock of today would forget them at once. */
const early = clockAt('1970-01-01T00:00:01Z')
const bytes = (text: string) => new Uint8Array(Buffer.from(text.padEnd(16)))
const keyOf = (key: string, given: Partial<DeliveryKey> = {}): { key: DeliveryKey } => ({
	key: { webhookId: 1, keyHash: bytes(key), bodyHash: bytes('body'), forgottenTime: 0, ...given },
})
const jobsOf = async ({ jobs }: Storage) => (await jobs.list({ after: undefined, limit: 100, filter: {} })).jobs.map(({ jobId }) => jobId)

async function newWebhook({ webhooks }: Storage, name: string) {
	return (await webhooks.create({ ...issuedWebhook, name, tokenHash: hashToken(name) }, 1))!
}

const delivery = (webhook: { webhookId: number; name: string }, given: Partial<NewDelivery> = {}): NewDelivery => ({
	deliveryId: randomUUIDv7(),
	webhookId: webhook.webhookId,
	webhookName: webhook.name,
	kind: 'call',
	time: 5,
	durationMicroseconds: 1_234,
	status: 202,
	code: null,
	reason: null,
	isRepeated: false,
	isSkipped: false,
	sourceAddress: '192.0.2.1',
	jobId: randomUUIDv7(),
	headers: { 'Content-Type': 'text/plain' },
	body: new Uint8Array([0xff, 0, 0xfe]),
	...given,
})
const noBounds = { perWebhook: 1_000, bytesPerWebhook: 1_000_000, all: 1_000, bytes: 1_000_000 }

export function deliveryCases(newPlace: NewStorePlace): void {
	test('a delivery whose key was kept makes no second job and is told the first, also when the queue is full', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ queueLimit: 3, clock: early })
		const [one, two] = [newJob(), newJob()]
		assert.deepEqual(await storage.queue.insertDelivery(one, keyOf('a')), { kind: 'accepted', replaced: [] })
		const repeated = { kind: 'repeated', jobId: one.jobId, isSameBody: true }
		assert.deepEqual(await storage.queue.insertDelivery(two, keyOf('a')), repeated)
		assert.deepEqual(await storage.queue.insertDelivery(two, keyOf('a', { bodyHash: bytes('other') })), { ...repeated, isSameBody: false })
		assert.deepEqual(await storage.queue.insertDelivery(two, keyOf('a', { webhookId: 2 })), { kind: 'accepted', replaced: [] })
		assert.deepEqual(await storage.queue.insertDelivery(newJob(), keyOf('b')), { kind: 'accepted', replaced: [] })
		// A repeated delivery takes no place of one that waits.
		assert.deepEqual(await storage.queue.insertDelivery(newJob(), keyOf('a')), repeated)
		assert.deepEqual(await storage.queue.insertDelivery(newJob(), keyOf('c')), { kind: 'queueFull' })
		assert.equal((await jobsOf(storage)).length, 3)
		await storage.queue.claim({ count: 1, at: 2 })
		assert.deepEqual(await storage.queue.insertDelivery(newJob(), keyOf('c')), { kind: 'accepted', replaced: [] })
	})

	test('of the same delivery many times at once one makes a job, and all are told that one', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const other = await place.second(storage)
		const outcomes = await Promise.all(
			Array.from({ length: 40 }, (_, index) => (index % 2 ? other : storage).queue.insertDelivery(newJob(), keyOf(index < 20 ? 'a' : 'b'))),
		)
		const jobs = await jobsOf(storage)
		assert.equal(jobs.length, 2)
		assert.equal(outcomes.filter(({ kind }) => kind === 'accepted').length, 2)
		const told = outcomes.flatMap((outcome) => (outcome.kind === 'repeated' ? [outcome.jobId] : []))
		assert.equal(told.length, 38)
		assert.deepEqual([...new Set(told)].sort(), jobs.toSorted())
	})

	test('a delivery is forgotten after its time, and then makes a job that it is known by from then on', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const [one, two] = [newJob({ creationTime: 100 }), newJob({ creationTime: 200 })]
		await storage.queue.insertDelivery(one, keyOf('a'))
		await storage.queue.insertDelivery(newJob({ creationTime: 150 }), keyOf('b'))
		assert.equal((await storage.queue.insertDelivery(two, keyOf('a', { forgottenTime: 99 }))).kind, 'repeated')
		assert.equal((await storage.queue.insertDelivery(two, keyOf('a', { forgottenTime: 100, bodyHash: bytes('new') }))).kind, 'accepted')
		const again = await storage.queue.insertDelivery(newJob(), keyOf('a', { forgottenTime: 199, bodyHash: bytes('new') }))
		assert.deepEqual(again, { kind: 'repeated', jobId: two.jobId, isSameBody: true })
	})

	test('keys are deleted when their time is over', async () => {
		await using place = await newPlace()
		const clock = clockAt('2030-01-02T00:00:00Z')
		await using storage = await place.open({ clock })
		const at = clock.now() - DELIVERY_KEY_TIME_MAX + 1
		await storage.queue.insertDelivery(newJob({ creationTime: at }), keyOf('a'))
		// The key would count as kept for ever by this caller.
		const isKnown = async () => (await storage.queue.insertDelivery(newJob({ creationTime: clock.now() }), keyOf('a'))).kind === 'repeated'
		assert.equal(await isKnown(), true)
		await until('the key is deleted', async () => {
			clock.move(RETENTION_INTERVAL)
			return !(await isKnown())
		})
	})

	test('deliveries that came before an instant are forgotten, with large bodies too', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const hook = await newWebhook(storage, 'Hook')
		const body = Buffer.alloc(400_000)
		const all = [1, 2, 3, 4, 5].map((time) => delivery(hook, { time, body }))
		await storage.deliveries.append(all)
		await storage.deliveries.forgetBefore(5)
		const { deliveries } = await storage.deliveries.list('hook', { after: undefined, limit: 9 })
		assert.deepEqual(
			deliveries.map(({ deliveryId }) => deliveryId),
			[all[4]!.deliveryId],
		)
	})

	test('calls are added up by webhook and day, until they are too old or the webhook is deleted', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const hook = await newWebhook(storage, 'Hook')
		const count = (webhookName: string, day: number, accepted: number, refused: number) => ({ webhookName, day, accepted, refused })
		const { deliveries } = storage
		await deliveries.addCalls([count('other', 10, 1, 0), count('Hook', 10, 2, 1), count('Hook', 20, 5, 1)])
		await deliveries.addCalls([count('hook', 20, 0, 3)])
		await deliveries.addCalls([])
		assert.deepEqual(Object.fromEntries(await deliveries.callsSince(10)), {
			hook: { accepted: 7, refused: 5 },
			other: { accepted: 1, refused: 0 },
		})
		assert.deepEqual(Object.fromEntries(await deliveries.callsSince(11)), { hook: { accepted: 5, refused: 4 } })
		// More than are written or forgotten by one statement.
		await deliveries.addCalls(Array.from({ length: 1_100 }, (_, index) => count(`hook ${index}`, 19, 1, 0)))
		assert.equal((await deliveries.callsSince(19)).size, 1_101)
		await deliveries.forgetBefore(20)
		assert.deepEqual(Object.fromEntries(await deliveries.callsSince(0)), { hook: { accepted: 5, refused: 4 } })
		await storage.webhooks.delete(hook, 30)
		assert.equal((await deliveries.callsSince(0)).size, 0)
	})

	test('deliveries are listed by webhook, the newest first, page by page; one is read with all it has', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const [hook, other] = [await newWebhook(storage, 'Hook'), await newWebhook(storage, 'other')]
		const refused = { status: 401, code: 'InvalidSignature', reason: 'No signature.', jobId: null, body: null, sourceAddress: null }
		const all = [delivery(hook), delivery(hook, refused), delivery(hook, { kind: 'replay', isRepeated: true, time: 6 })]
		await storage.deliveries.append([all[0]!, delivery(other)])
		await storage.deliveries.append(all.slice(1))
		const first = await storage.deliveries.list('hook', { after: undefined, limit: 2 })
		assert.deepEqual(
			first.deliveries.map(({ deliveryId }) => deliveryId),
			[all[2]!.deliveryId, all[1]!.deliveryId],
		)
		const last = await storage.deliveries.list('hook', { after: first.next, limit: 2 })
		const { headers, body, webhookId: _, ...summary } = all[0]!
		assert.deepEqual(last, { deliveries: [{ ...summary, bodyBytes: 3 }], next: undefined })
		const read = (await storage.deliveries.get('HOOK', all[0]!.deliveryId))!
		assert.deepEqual({ ...read, body: [...read.body!] }, { ...summary, bodyBytes: 3, headers, body: [...body!] })
		assert.deepEqual(
			[(await storage.deliveries.get('hook', all[1]!.deliveryId))?.bodyBytes, first.deliveries[1]!.code],
			[null, 'InvalidSignature'],
		)
		assert.equal(await storage.deliveries.get('other', all[0]!.deliveryId), undefined)
	})

	test('of each webhook so many accepted and so many refused deliveries are kept, the newest', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const [hook, other] = [await newWebhook(storage, 'hook'), await newWebhook(storage, 'other')]
		const statuses = [401, 202, 401, 202, 401, 202]
		for (const webhook of [hook, other])
			await storage.deliveries.append(statuses.map((status, time) => delivery(webhook, { status, time })))
		await storage.deliveries.prune(['HOOK'], { ...noBounds, perWebhook: 2 })
		const times = async (name: string) =>
			(await storage.deliveries.list(name, { after: undefined, limit: 10 })).deliveries.map(({ time }) => time)
		assert.deepEqual(
			[await times('hook'), await times('other')],
			[
				[5, 4, 3, 2],
				[5, 4, 3, 2, 1, 0],
			],
		)
	})

	test('of each webhook so many bytes of either kind are kept, the newest, and none of other webhooks has to go for them', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const [hook, other] = [await newWebhook(storage, 'hook'), await newWebhook(storage, 'other')]
		const big = (status: number, time: number) => delivery(hook, { status, time, body: new Uint8Array(1_000) })
		await storage.deliveries.append([delivery(other), delivery(hook), ...[1, 2, 3, 4, 5].map((time) => big(401, time)), big(202, 6)])
		await storage.deliveries.prune(['hook'], { ...noBounds, bytesPerWebhook: 3_500 })
		const list = async (name: string) => (await storage.deliveries.list(name, { after: undefined, limit: 1_000 })).deliveries
		assert.deepEqual(
			(await list('hook')).map(({ status, time }) => [status, time]),
			[
				[202, 6],
				[401, 5],
				[401, 4],
				[202, 5],
			],
		)
		assert.equal((await list('other')).length, 1)
	})

	test('over the bounds of all webhooks, in count or in bytes, the oldest deliveries go', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const hook = await newWebhook(storage, 'hook')
		const count = async () => (await storage.deliveries.list('hook', { after: undefined, limit: 1_000 })).deliveries.length
		await storage.deliveries.append(Array.from({ length: 120 }, () => delivery(hook, { body: new Uint8Array(1_000) })))
		await storage.deliveries.prune([], noBounds)
		assert.equal(await count(), 120)
		await storage.deliveries.prune([], { ...noBounds, all: 100 })
		const left = await count()
		assert.ok(left <= 100 && left > 0, String(left))
		await storage.deliveries.append(Array.from({ length: 120 }, () => delivery(hook, { body: new Uint8Array(1_000) })))
		await storage.deliveries.prune([], { ...noBounds, bytes: 150_000 })
		const within = await count()
		assert.ok(within <= 110 && within > 0, String(within))
	})

	test('with a webhook its deliveries go, and none comes to a webhook that is gone', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const [hook, other] = [await newWebhook(storage, 'hook'), await newWebhook(storage, 'other')]
		await storage.deliveries.append([delivery(hook), delivery(other)])
		await storage.webhooks.delete(hook, 6)
		await storage.deliveries.append([delivery(hook, { time: 7 })])
		await storage.webhooks.create({ ...issuedWebhook, name: 'hook', tokenHash: hashToken('next') }, 8)
		const count = async (name: string) => (await storage.deliveries.list(name, { after: undefined, limit: 10 })).deliveries.length
		assert.deepEqual([await count('hook'), await count('other')], [0, 1])
	})
}
