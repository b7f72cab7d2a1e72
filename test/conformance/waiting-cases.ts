import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import type { JobStatus } from '../../src/jobs/job-status.ts'
import { isFinal } from '../../src/jobs/job-status.ts'
import type { Storage } from '../../src/storage/open-storage.ts'
import { clockAt } from '../support/clock-at.ts'
import { newJob } from '../support/new-job.ts'
import { forAnyAsync } from '../support/properties.ts'
import type { NewStorePlace } from './store-place.ts'

/** The jobs of these cases are made in the first second of 1970: a clock of today would forget them at once. */
const early = clockAt('1970-01-01T00:00:01Z')
const keyed = (key: string, keyConcurrency = 1) => ({ concurrencyKey: `deploy/${key}`, keyConcurrency })

/** Puts jobs into the queue one after the other; resolves with their ids. */
async function put({ queue }: Storage, ...given: Parameters<typeof newJob>[0][]): Promise<string[]> {
	const jobs = given.map(newJob)
	for (const job of jobs) assert.equal(await queue.insert(job), 'accepted')
	return jobs.map(({ jobId }) => jobId)
}

async function claim({ queue }: Storage, count: number, limits: Record<string, number> = {}): Promise<string[]> {
	return (await queue.claim({ count, limits: new Map(Object.entries(limits)), at: 2 })).map(({ jobId }) => jobId)
}

const end = ({ queue }: Storage, jobId: string) => queue.finish({ jobId, to: 'Completed', at: 3, records: [] })
const move = ({ jobs }: Storage, jobId: string, from: JobStatus, to: JobStatus) => jobs.changeStatus({ jobId, from, to, at: 3 })

/** How jobs wait for one another. */
export function waitingCases(newPlace: NewStorePlace): void {
	test('jobs of a higher priority go first, whatever their runbook; of the same one those that came first', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const [low, a, high, b, top] = await put(
			storage,
			...[{ priority: -5 }, { runbookName: 'x' }, { priority: 5, contentHash: 'other' }, {}, { priority: 100, runbookName: 'x' }],
		)
		assert.equal(await storage.queue.countBefore(b!, { except: [], most: 9 }), 3)
		assert.equal(await storage.queue.countBefore(b!, { except: [], most: 2 }), 2)
		assert.equal(await storage.queue.countBefore(b!, { except: ['x'], most: 9 }), 1)
		assert.deepEqual(await claim(storage, 3), [top, high, a])
		assert.deepEqual(await claim(storage, 3), [b, low])
	})

	test('what ended while a job waited is told: the last of its key, of its runbook and of all; given back it waits anew', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const { queue, jobs } = storage
		const take = async (count: number, at: number) => (await queue.claim({ count, at })).map(({ jobId }) => jobId)
		const finish = (jobId: string, at: number) => queue.finish({ jobId, to: 'Completed', at, records: [] })
		const [early1, sameKey, sameRunbook, other] = await put(storage, {}, keyed('a'), { runbookName: 'x' }, { runbookName: 'y' })
		const [own] = await put(storage, { ...keyed('a'), runbookName: 'x', creationTime: 10 })
		assert.equal((await take(9, 5)).length, 4)
		// The first one ended before the other one came.
		for (const [jobId, at] of [
			[early1, 9],
			[sameRunbook, 11],
			[sameKey, 12],
			[other, 13],
		] as const)
			await finish(jobId!, at)
		const [neverTaken] = await put(storage, { ...keyed('a'), runbookName: 'x' })
		await jobs.changeStatus({ jobId: neverTaken!, from: 'New', to: 'Stopped', at: 14 })
		assert.deepEqual(await take(9, 15), [own])
		const taken = (await jobs.get(own!))!
		assert.deepEqual([taken.queuedTime, taken.claimTime], [10, 15])
		assert.deepEqual(await jobs.endedMeanwhile(taken), {
			ofKey: { jobId: sameKey, endTime: 12 },
			ofRunbook: { jobId: sameRunbook, endTime: 11 },
			last: { jobId: other, endTime: 13 },
		})
		const nothing = { ofKey: undefined, ofRunbook: undefined, last: undefined }
		assert.deepEqual(await jobs.endedMeanwhile({ ...taken, queuedTime: 14 }), nothing)
		await queue.giveBack(own!, { at: 20, countTry: true })
		const back = (await jobs.get(own!))!
		assert.deepEqual([back.queuedTime, back.claimTime], [null, null])
		await take(1, 30)
		assert.deepEqual([(await jobs.get(own!))!.queuedTime, (await jobs.get(own!))!.tryCount], [20, 2])
		// It did not wait for itself.
		await finish(own!, 30)
		assert.deepEqual(await jobs.endedMeanwhile((await jobs.get(own!))!), nothing)
	})

	test('of one concurrency key no more run than may, in order of arrival, and the others of it hold up nobody', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const [a, b, c, d, other, free] = await put(
			storage,
			...[keyed('a', 2), { ...keyed('a', 2), priority: -1 }, { ...keyed('a', 2), priority: 9 }, keyed('a', 2), keyed('b'), {}],
		)
		assert.deepEqual((await claim(storage, 2)).toSorted(), [a, other].toSorted())
		assert.deepEqual((await claim(storage, 9)).toSorted(), [b, free].toSorted())
		assert.deepEqual(await claim(storage, 9), [])
		assert.deepEqual(
			(await storage.queue.slotHolders()).map(({ jobId, concurrencyKey, since }) => [jobId, concurrencyKey, since]),
			[a, b, other, free].map((jobId) => [jobId, jobId === other ? 'deploy/b' : jobId === free ? null : 'deploy/a', 2]),
		)
		await end(storage, b!)
		assert.deepEqual(await claim(storage, 9), [c])
		await end(storage, a!)
		await end(storage, c!)
		assert.deepEqual(await claim(storage, 9), [d])
	})

	test('a job that is being stopped has its slots until it has ended', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const [a, x, ofKey, ofRunbook] = await put(storage, keyed('a'), { runbookName: 'x' }, keyed('a'), { runbookName: 'x' })
		assert.deepEqual(await claim(storage, 9, { x: 1 }), [a, x])
		for (const jobId of [a!, x!]) await move(storage, jobId, 'Activating', 'Stopping')
		assert.deepEqual(await claim(storage, 9, { x: 1 }), [])
		assert.deepEqual(
			(await storage.queue.slotHolders()).map(({ jobId }) => jobId),
			[a, x],
		)
		await storage.queue.giveBack(a!, { at: 4, countTry: true })
		assert.deepEqual(await claim(storage, 9, { x: 1 }), [ofKey])
		await storage.queue.finish({ jobId: x!, to: 'Stopped', at: 3, records: [] })
		assert.deepEqual(await claim(storage, 9, { x: 1 }), [ofRunbook])
	})

	test('jobs that are taken at once are those that go first one by one: a key gives as many as it has slots', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const [a, b, c, other, low] = await put(
			storage,
			...[{ ...keyed('a', 2), priority: 1 }, { ...keyed('a', 2), priority: 1 }, { ...keyed('a', 2), priority: 1 }, keyed('b'), {}],
		)
		assert.deepEqual(await claim(storage, 3), [a, b, other])
		await end(storage, a!)
		assert.deepEqual(await claim(storage, 9), [c, low])
	})

	test('how many are before a job are those that its key and the keys of others let go first', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		await put(storage, keyed('full'))
		await claim(storage, 1)
		// Of `full` none can go, of `one` a single one, of `two` two; of its own key all that came before, whatever their priority.
		const slots = [keyed('full'), keyed('one'), keyed('one'), keyed('two', 2), keyed('two', 2), keyed('two', 2), {}]
		await put(storage, ...slots, keyed('own', 9), { ...keyed('own', 9), priority: -1 })
		const [own] = await put(storage, keyed('own', 9), keyed('own', 9), keyed('two', 2), {})
		const options = { except: [], most: 9 }
		assert.equal(await storage.queue.countBefore(own!, options), 6)
		assert.equal(await storage.queue.countBefore(own!, { ...options, most: 4 }), 4)
	})

	test('a job that goes out of the queue lets the next one of its key go on, and one that comes back is first again', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const [a, b, c, d] = await put(storage, keyed('a'), { ...keyed('a'), priority: 9 }, keyed('a'), keyed('a'))
		await move(storage, a!, 'New', 'Suspended')
		await move(storage, a!, 'Suspended', 'New')
		assert.deepEqual(await claim(storage, 9), [a])
		await storage.queue.giveBack(a!, { at: 3, countTry: false })
		await move(storage, a!, 'New', 'Suspended')
		assert.deepEqual(await claim(storage, 9), [b])
		await move(storage, a!, 'Suspended', 'New')
		assert.deepEqual(await claim(storage, 9), [])
		await end(storage, b!)
		assert.deepEqual(await claim(storage, 9), [a])
		await move(storage, c!, 'New', 'Stopped')
		await storage.queue.giveBack(a!, { at: 4, countTry: false })
		assert.deepEqual(await claim(storage, 9), [a])
		await end(storage, a!)
		assert.deepEqual(await claim(storage, 9), [d])
	})

	test('limits of runbooks and of keys hold exactly, however many claim at the same time', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const other = await place.second(storage)
		const ofX = (index: number) => ({ runbookName: 'x', contentHash: `hash ${index % 4}` })
		const all = await put(storage, ...Array.from({ length: 30 }, (_, index) => (index % 2 ? ofX(index) : keyed('a', 2))))
		const claims = await Promise.all(Array.from({ length: 20 }, (_, index) => claim(index % 2 ? other : storage, 4, { x: 3 })))
		const taken = claims.flat()
		assert.equal(taken.filter((jobId) => all.indexOf(jobId) % 2 === 1).length, 3)
		assert.equal(taken.filter((jobId) => all.indexOf(jobId) % 2 === 0).length, 2)
		assert.equal(new Set(taken).size, 5)
	})

	test('how long the queue has been waiting is told by the jobs that wait for nothing but a slot', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const [holder] = await put(storage, { runbookName: 'x' }, { ...keyed('a'), creationTime: 5 })
		await claim(storage, 9)
		await put(storage, { runbookName: 'x', creationTime: 10 }, { ...keyed('a'), creationTime: 20 })
		const limits = new Map([['x', 1]])
		assert.deepEqual(await storage.queue.waiting(limits), { count: 2, oldestTime: null })
		await put(storage, { creationTime: 30 }, { priority: 9, creationTime: 40 }, { creationTime: 50 })
		assert.deepEqual(await storage.queue.waiting(limits), { count: 5, oldestTime: 30 })
		await end(storage, holder!)
		assert.deepEqual(await storage.queue.waiting(limits), { count: 5, oldestTime: 10 })
	})

	const action = fc.record({ kind: fc.constantFrom('put', 'claim', 'end', 'back', 'stop', 'suspend', 'resume'), pick: fc.nat(99) })
	test('for any course of events nothing runs over its limits, and a claim that finds nothing leaves nothing that may run', async () => {
		await forAnyAsync(fc.array(action, { maxLength: 40 }), 8, async (actions) => {
			await using place = await newPlace()
			await using storage = await place.open({ clock: early })
			const all: string[] = []
			const read = async () => Promise.all(all.map(async (jobId) => (await storage.jobs.get(jobId))!))
			for (const { kind, pick } of actions) {
				if (kind === 'put') {
					const slots = [{}, keyed('a'), keyed('b', 2)][pick % 3]!
					all.push(
						...(await put(storage, { ...slots, runbookName: pick % 2 ? 'x' : 'y', contentHash: `hash ${pick % 3}`, priority: pick % 5 })),
					)
				} else if (kind === 'claim') await claim(storage, 1 + (pick % 3), { x: 2 })
				else {
					const froms: Record<string, JobStatus> = {
						end: 'Activating',
						back: 'Activating',
						stop: 'New',
						suspend: 'New',
						resume: 'Suspended',
					}
					const fitting = (await read()).filter(({ status }) => status === froms[kind])
					const job = fitting[pick % Math.max(fitting.length, 1)]
					if (!job) continue
					if (kind === 'end') await end(storage, job.jobId)
					else if (kind === 'back') await storage.queue.giveBack(job.jobId, { at: 3, countTry: false })
					else await move(storage, job.jobId, froms[kind]!, kind === 'stop' ? 'Stopped' : kind === 'suspend' ? 'Suspended' : 'New')
				}
			}
			while ((await claim(storage, 9, { x: 2 })).length > 0);
			const jobs = await read()
			const taken = jobs.filter(({ status }) => status === 'Activating')
			const ofKey = (key: string | null) => taken.filter(({ concurrencyKey }) => concurrencyKey === key).length
			const ofX = taken.filter(({ runbookName }) => runbookName === 'x').length
			assert.ok(ofX <= 2 && ofKey('deploy/a') <= 1 && ofKey('deploy/b') <= 2)
			const mayRun = jobs.filter(
				({ status, runbookName, concurrencyKey, keyConcurrency }) =>
					status === 'New' && (runbookName !== 'x' || ofX < 2) && (concurrencyKey === null || ofKey(concurrencyKey) < keyConcurrency!),
			)
			// One that could run may stand behind another one of its key that waits for its own runbook.
			const headOf = (key: string | null) => jobs.find(({ status, concurrencyKey }) => status === 'New' && concurrencyKey === key)
			assert.deepEqual(
				mayRun.filter((job) => job.concurrencyKey === null || headOf(job.concurrencyKey) === job),
				[],
			)
			assert.equal((await storage.queue.waiting()).count, jobs.filter(({ status }) => status === 'New').length)
			assert.ok(jobs.every(({ status, endTime }) => isFinal(status) === (endTime !== null)))
		})
	})
}
