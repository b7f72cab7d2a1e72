import assert from 'node:assert/strict'
import { test } from 'uvu'
import type { Storage } from '../../src/storage/open-storage.ts'
import { clockAt } from '../support/clock-at.ts'
import { newJob } from '../support/new-job.ts'
import type { NewStorePlace } from './store-place.ts'

/** The jobs of these cases are made in the first second of 1970: a clock of today would forget them at once. */
const early = clockAt('1970-01-01T00:00:01Z')
const keyed = (key: string, keyConcurrency = 1) => ({ concurrencyKey: `deploy/${key}`, keyConcurrency })
const claim = async ({ queue }: Storage, count: number) => (await queue.claim({ count, at: 2 })).map(({ jobId }) => jobId)
const end = ({ queue }: Storage, jobId: string) => queue.finish({ jobId, to: 'Completed', at: 3, records: [] })
const deliver = ({ queue }: Storage, overflow: 'reject' | 'skip' | 'replace', key?: string, slots = keyed('a')) => {
	const job = newJob(slots)
	const bytes = new Uint8Array(Buffer.from((key ?? '').padEnd(16)))
	const delivery = key === undefined ? undefined : { webhookId: 1, keyHash: bytes, bodyHash: bytes, forgottenTime: 0 }
	return queue.insertDelivery(job, { key: delivery, overflow }).then((outcome) => ({ outcome, jobId: job.jobId }))
}

/** What becomes of calls when as many jobs of their key wait or run as may. */
export function overflowCases(newPlace: NewStorePlace): void {
	test('of calls that overflow at the same time as many are taken as may run, and the others are told the newest of these', async () => {
		for (const overflow of ['reject', 'skip'] as const) {
			await using place = await newPlace()
			await using storage = await place.open({ clock: early })
			const other = await place.second(storage)
			const calls = await Promise.all(
				Array.from({ length: 20 }, (_, index) => deliver(index % 2 ? other : storage, overflow, undefined, keyed('a', 2))),
			)
			const accepted = calls.filter(({ outcome }) => outcome.kind === 'accepted').map(({ jobId }) => jobId)
			assert.equal(accepted.length, 2)
			assert.equal((await storage.queue.waiting()).count, 2)
			const [first, newest] = [...(await claim(storage, 9)), ...(await claim(storage, 9))]
			assert.deepEqual([first, newest].toSorted(), accepted.toSorted())
			assert.deepEqual((await deliver(storage, overflow, undefined, keyed('a', 2))).outcome, { kind: 'overflowed', jobId: newest })
			await end(storage, first!)
			const next = await deliver(storage, overflow, undefined, keyed('a', 2))
			assert.deepEqual(next.outcome, { kind: 'accepted', replaced: [] })
			assert.equal((await deliver(storage, overflow, undefined, keyed('a', 2))).outcome.kind, 'overflowed')
			await storage.jobs.changeStatus({ jobId: next.jobId, from: 'New', to: 'Suspended', at: 3 })
			assert.equal((await deliver(storage, overflow, undefined, keyed('a', 2))).outcome.kind, 'accepted')
		}
	})

	test('a delivery that was skipped is told the same job when it comes again, and one that was rejected is not known', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const { jobId } = await deliver(storage, 'skip')
		assert.deepEqual((await deliver(storage, 'skip', 'one')).outcome, { kind: 'overflowed', jobId })
		assert.deepEqual((await deliver(storage, 'reject', 'two')).outcome, { kind: 'overflowed', jobId })
		await claim(storage, 1)
		await end(storage, jobId)
		assert.deepEqual((await deliver(storage, 'skip', 'one')).outcome, { kind: 'repeated', jobId, isSameBody: true })
		const two = await deliver(storage, 'reject', 'two')
		assert.equal(two.outcome.kind, 'accepted')
		assert.deepEqual((await deliver(storage, 'reject', 'two')).outcome, { kind: 'repeated', jobId: two.jobId, isSameBody: true })
	})

	test('a call takes the place of those of its key that wait, which end Stopped and say why; what runs goes on', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const running = await deliver(storage, 'replace', 'one')
		assert.deepEqual(await claim(storage, 9), [running.jobId])
		const first = await deliver(storage, 'replace', 'two')
		assert.deepEqual(first.outcome, { kind: 'accepted', replaced: [] })
		assert.equal((await deliver(storage, 'replace', 'one')).outcome.kind, 'repeated')
		const second = await deliver(storage, 'replace')
		assert.deepEqual(second.outcome, { kind: 'accepted', replaced: [first.jobId] })
		const { status, endTime, statusDetails, exception } = (await storage.jobs.get(first.jobId))!
		const reason = `Job ${second.jobId} took its place: it came later and has the same concurrency key a of webhook deploy.`
		assert.deepEqual([status, endTime, statusDetails, exception], ['Stopped', 1, reason, reason])
		assert.equal((await storage.queue.waiting()).count, 1)
		assert.deepEqual(await claim(storage, 9), [])
		await end(storage, running.jobId)
		assert.deepEqual(await claim(storage, 9), [second.jobId])
	})

	test('the newest job of a key is told whether it runs or waits, and nothing is replaced while there is room', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const running = await deliver(storage, 'replace', undefined, keyed('a', 2))
		await claim(storage, 1)
		const waiting = await deliver(storage, 'skip', undefined, keyed('a', 2))
		assert.deepEqual((await deliver(storage, 'skip', undefined, keyed('a', 2))).outcome, { kind: 'overflowed', jobId: waiting.jobId })
		await end(storage, running.jobId)
		assert.deepEqual((await deliver(storage, 'replace', undefined, keyed('a', 2))).outcome, { kind: 'accepted', replaced: [] })
		assert.equal((await storage.queue.waiting()).count, 2)
	})
}
