import assert from 'node:assert/strict'
import { test } from 'uvu'
import type { Storage } from '../../src/storage/open-storage.ts'
import { newJob } from '../support/new-job.ts'
import type { NewStorePlace } from './store-place.ts'

/** Puts jobs into the queue one after the other; resolves with their ids. */
async function putJobs({ queue }: Storage, ...runbookNames: string[]): Promise<string[]> {
	const jobs = runbookNames.map((runbookName) => newJob({ runbookName }))
	for (const job of jobs) assert.equal(await queue.insert(job), 'accepted')
	return jobs.map(({ jobId }) => jobId)
}

async function claimIds({ queue }: Storage, count: number, limits: Record<string, number> = {}): Promise<string[]> {
	return (await queue.claim({ count, limits: new Map(Object.entries(limits)), at: 2 })).map(({ jobId }) => jobId)
}

export function queueCases(newPlace: NewStorePlace): void {
	test('a job is claimed as it was put in, once, as Activating and with its try counted', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const job = newJob({
			webhookId: 7,
			webhookName: 'hook',
			parameters: { text: 'a\u0000"é😀', deep: [{}] },
			startedBy: 'me',
			traceparent: 'trace',
		})
		await storage.queue.insert(job)
		const kept = {
			...job,
			status: 'Activating',
			statusDetails: 'None',
			exception: null,
			tryCount: 1,
			queuedTime: 1,
			claimTime: 2,
			startTime: null,
			endTime: null,
			lastModifiedTime: 2,
			lastStatusModifiedTime: 2,
		}
		assert.deepEqual(await storage.queue.claim({ count: 5, at: 2 }), [{ ...kept, heldBy: null, lastSequence: 0 }])
		assert.deepEqual(await storage.jobs.get(job.jobId), kept)
		assert.deepEqual(await storage.queue.listTaken(), [{ ...kept, heldBy: null }])
		assert.deepEqual(await claimIds(storage, 5), [])
	})

	test('what waits is told by its number and by when the first of it began to wait', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const { queue, jobs } = storage
		assert.deepEqual(await queue.waiting(), { count: 0, oldestTime: null })
		const [first, test, last] = [newJob({ creationTime: 10 }), newJob({ creationTime: 20, isTest: true }), newJob({ creationTime: 30 })]
		for (const job of [first, test, last]) await queue.insert(job)
		assert.deepEqual(await queue.waiting(), { count: 3, oldestTime: 10 })
		await jobs.changeStatus({ jobId: first.jobId, from: 'New', to: 'Suspended', at: 40 })
		assert.deepEqual(await queue.waiting(), { count: 2, oldestTime: 20 })
		await jobs.changeStatus({ jobId: first.jobId, from: 'Suspended', to: 'New', at: 50 })
		assert.deepEqual(await queue.waiting(), { count: 3, oldestTime: 50 })
		await queue.claim({ count: 2, at: 60 })
		assert.deepEqual(await queue.waiting(), { count: 1, oldestTime: 30 })
	})

	test('the store proves that it takes and gives what it was not given before', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const other = await place.second(storage)
		for (const text of ['one', 'two']) assert.equal(await storage.proof.writeAndRead(text), text)
		assert.equal(await other.proof.writeAndRead('three'), 'three')
	})

	test('jobs are claimed in order of arrival, as many as asked for', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const [a, b, c, d] = await putJobs(storage, 'x', 'y', 'x', 'y')
		assert.deepEqual(await claimIds(storage, 3), [a, b, c])
		assert.deepEqual(await claimIds(storage, 0), [])
		assert.deepEqual(await claimIds(storage, 3), [d])
	})

	test('jobs of a runbook of which as many run as may are passed over and keep their place', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const [a, b, c, d] = await putJobs(storage, 'x', 'y', 'x', 'z')
		assert.deepEqual(await claimIds(storage, 5, { x: 1, y: 5 }), [a, b, d])
		assert.deepEqual(await claimIds(storage, 5, { x: 1 }), [])
		await storage.queue.finish({ jobId: a!, to: 'Completed', at: 3, records: [] })
		assert.deepEqual(await claimIds(storage, 5, { x: 1 }), [c])
	})

	test('claims at the same time never give the same job, and give all', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const other = await place.second(storage)
		const put = await putJobs(storage, ...Array<string>(40).fill('x'))
		const claims = await Promise.all(Array.from({ length: 30 }, (_, index) => claimIds(index % 2 ? other : storage, 3)))
		const claimed = claims.flat()
		assert.equal(new Set(claimed).size, claimed.length)
		assert.deepEqual(claimed.toSorted(), put.toSorted())
	})

	test('a job that is given back is the next one again; its try counts or not', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const [a, b] = await putJobs(storage, 'x', 'x')
		await claimIds(storage, 1)
		await storage.queue.started(a!, 3)
		await storage.streams.append(a!, [{ sequence: 7, time: 3, streamType: 'Output', json: '1' }])
		await storage.queue.giveBack(a!, { at: 4, countTry: true })
		const back = await storage.jobs.get(a!)
		assert.deepEqual([back?.status, back?.tryCount, back?.startTime], ['New', 1, null])
		assert.deepEqual(
			(await storage.queue.claim({ count: 1, at: 5 })).map(({ jobId, tryCount, lastSequence }) => [jobId, tryCount, lastSequence]),
			[[a, 2, 7]],
		)
		await storage.queue.giveBack(a!, { at: 6, countTry: false })
		assert.equal((await storage.jobs.get(a!))?.tryCount, 1)
		assert.deepEqual(await claimIds(storage, 5), [a, b])
	})

	test('only a taken job can be given back: one that is being stopped ends Stopped, one that has ended stays as it is', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const [a, b] = await putJobs(storage, 'x', 'x')
		await claimIds(storage, 2)
		await storage.jobs.changeStatus({ jobId: a!, from: 'Activating', to: 'Stopping', at: 3 })
		await storage.queue.finish({ jobId: b!, to: 'Failed', at: 3, exception: 'broken', records: [] })
		for (const jobId of [a!, b!]) await storage.queue.giveBack(jobId, { at: 4, countTry: false })
		const [one, other] = [await storage.jobs.get(a!), await storage.jobs.get(b!)]
		assert.deepEqual([one?.status, one?.tryCount, other?.status, other?.tryCount], ['Stopped', 1, 'Failed', 1])
		assert.deepEqual(await claimIds(storage, 5), [])
	})

	test('a job that runs ends with its last records, its times and what went wrong', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const [a] = await putJobs(storage, 'x')
		await claimIds(storage, 1)
		await storage.queue.started(a!, 3)
		assert.equal((await storage.jobs.get(a!))?.status, 'Running')
		const record = { sequence: 1, time: 3, streamType: 'Output', json: '"last"' } as const
		await storage.queue.finish({ jobId: a!, to: 'Failed', at: 4, exception: 'broken', statusDetails: 'More.', records: [record] })
		const { status, startTime, endTime, exception, statusDetails, lastStatusModifiedTime } = (await storage.jobs.get(a!))!
		assert.deepEqual([status, startTime, endTime, exception, statusDetails, lastStatusModifiedTime], ['Failed', 3, 4, 'broken', 'More.', 4])
		assert.deepEqual(await storage.streams.list(a!, { after: 0, limit: 5 }), [record])
		assert.deepEqual(await storage.queue.listTaken(), [])
	})

	test('a job that ends before its start was noted has a start all the same', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const [a] = await putJobs(storage, 'x')
		await claimIds(storage, 1)
		await storage.queue.finish({ jobId: a!, to: 'Completed', at: 4, records: [] })
		const { status, startTime, endTime, statusDetails, exception } = (await storage.jobs.get(a!))!
		assert.deepEqual([status, startTime, endTime, statusDetails, exception], ['Completed', 4, 4, 'None', null])
	})

	test('a job that is Stopping ends Stopped, however its runbook returned', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const ids = await putJobs(storage, 'x', 'x', 'x')
		await claimIds(storage, 3)
		for (const [index, to] of (['Completed', 'Failed', 'Stopped'] as const).entries()) {
			const jobId = ids[index]!
			await storage.jobs.changeStatus({ jobId, from: 'Activating', to: 'Stopping', at: 3 })
			await storage.queue.started(jobId, 3)
			await storage.queue.finish({ jobId, to, at: 4, records: [] })
			const job = await storage.jobs.get(jobId)
			assert.deepEqual([job?.status, job?.endTime], ['Stopped', 4], to)
		}
	})

	test('a job that has ended does not end again', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const [a] = await putJobs(storage, 'x')
		await claimIds(storage, 1)
		await storage.queue.finish({ jobId: a!, to: 'Completed', at: 4, records: [] })
		const before = await storage.jobs.get(a!)
		await storage.queue.finish({ jobId: a!, to: 'Failed', at: 5, exception: 'late', records: [] })
		await storage.queue.started(a!, 6)
		assert.deepEqual(await storage.jobs.get(a!), before)
	})
}
