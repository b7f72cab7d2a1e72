import assert from 'node:assert/strict'
import { test } from 'uvu'
import { newJob } from '../support/new-job.ts'
import type { NewStorePlace } from './store-place.ts'

export function jobCases(newPlace: NewStorePlace): void {
	test('a job is found by its id and by its name, without regard to case, by the id first', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const one = newJob()
		const named = newJob({ name: 'Nightly Backup' })
		for (const job of [one, named]) await storage.queue.insert(job)
		for (const asked of [named.jobId, named.jobId.toUpperCase(), 'Nightly Backup', 'nightly BACKUP'])
			assert.equal((await storage.jobs.get(asked))?.jobId, named.jobId, asked)
		assert.equal((await storage.jobs.get(one.jobId.toUpperCase()))?.name, one.jobId)
		for (const asked of ['', 'nightly', "x' OR 1=1 --"]) assert.equal(await storage.jobs.get(asked), undefined, asked)
	})

	test('of two changes from the same status that are made at once one wins', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const other = await place.second(storage)
		for (let round = 0; round < 10; round++) {
			const { jobId } = newJob()
			await storage.queue.insert(newJob({ jobId }))
			const changed = await Promise.all([
				storage.jobs.changeStatus({ jobId, from: 'New', to: 'Stopped', at: 3 }),
				other.jobs.changeStatus({ jobId, from: 'New', to: 'Suspended', at: 3 }),
			])
			assert.equal(changed.filter(Boolean).length, 1)
			assert.equal((await storage.jobs.get(jobId))?.status, changed[0] ? 'Stopped' : 'Suspended')
		}
	})

	test('of a claim and a stop at once one wins', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const other = await place.second(storage)
		for (let round = 0; round < 10; round++) {
			const { jobId } = newJob()
			await storage.queue.insert(newJob({ jobId }))
			const stop = () => other.jobs.changeStatus({ jobId, from: 'New', to: 'Stopped', at: 3 })
			const claim = () => storage.queue.claim({ count: 1, at: 3 })
			const [claimed, stopped] = round % 2 ? await Promise.all([claim(), stop()]) : (await Promise.all([stop(), claim()])).toReversed()
			assert.equal((claimed as unknown[]).length === 1, stopped === false)
		}
	})

	test('a status only moves as the table has it, from the status it is in', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const job = newJob()
		await storage.queue.insert(job)
		await assert.rejects(
			storage.jobs.changeStatus({ jobId: job.jobId, from: 'New', to: 'Completed', at: 3 }),
			/cannot go from New to Completed/,
		)
		assert.equal(await storage.jobs.changeStatus({ jobId: job.jobId, from: 'Running', to: 'Stopping', at: 3 }), false)
		assert.equal(await storage.jobs.changeStatus({ jobId: 'no such job', from: 'New', to: 'Stopped', at: 3 }), false)
		assert.equal((await storage.jobs.get(job.jobId))?.lastModifiedTime, 1)
	})

	test('a change notes its time and its reasons, and an end its end', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const { jobId } = newJob()
		await storage.queue.insert(newJob({ jobId }))
		await storage.jobs.changeStatus({ jobId, from: 'New', to: 'Suspended', at: 3, statusDetails: 'Waits.' })
		const suspended = await storage.jobs.get(jobId)
		assert.deepEqual([suspended?.statusDetails, suspended?.lastStatusModifiedTime, suspended?.endTime], ['Waits.', 3, null])
		await storage.jobs.changeStatus({ jobId, from: 'Suspended', to: 'Stopped', at: 4, exception: 'No.' })
		const stopped = await storage.jobs.get(jobId)
		assert.deepEqual([stopped?.statusDetails, stopped?.exception, stopped?.endTime, stopped?.lastModifiedTime], ['Waits.', 'No.', 4, 4])
	})

	test('a suspended job is not claimed; resumed, it has its old place', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const [one, other] = [newJob(), newJob()]
		for (const job of [one, other]) await storage.queue.insert(job)
		await storage.jobs.changeStatus({ jobId: one.jobId, from: 'New', to: 'Suspended', at: 3 })
		const claim = async () => (await storage.queue.claim({ count: 1, at: 4 })).map(({ jobId }) => jobId)
		await storage.jobs.changeStatus({ jobId: one.jobId, from: 'Suspended', to: 'New', at: 3 })
		assert.deepEqual([await claim(), await claim()], [[one.jobId], [other.jobId]])
		const third = newJob()
		await storage.queue.insert(third)
		await storage.jobs.changeStatus({ jobId: third.jobId, from: 'New', to: 'Suspended', at: 3 })
		assert.deepEqual(await claim(), [])
	})

	test('as many jobs may wait as the limit says, also when they come at once; what does not wait does not count', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ queueLimit: 3 })
		const put = () => storage.queue.insert(newJob())
		const outcomes = await Promise.all([put(), put(), put(), put(), put()])
		assert.deepEqual(outcomes.toSorted(), ['accepted', 'accepted', 'accepted', 'queueFull', 'queueFull'])
		const [claimed] = await storage.queue.claim({ count: 1, at: 2 })
		assert.deepEqual([await put(), await put()], ['accepted', 'queueFull'])
		await storage.queue.giveBack(claimed!.jobId, { at: 3, countTry: true })
		assert.equal((await storage.queue.claim({ count: 5, at: 3 })).length, 4)
		const suspended = newJob()
		assert.equal(await storage.queue.insert(suspended), 'accepted')
		await storage.jobs.changeStatus({ jobId: suspended.jobId, from: 'New', to: 'Suspended', at: 4 })
		assert.deepEqual([await put(), await put(), await put(), await put()], ['accepted', 'accepted', 'accepted', 'queueFull'])
	})

	test('a job whose id is taken is not written, fails none of those that come with it, and does not count as waiting', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ queueLimit: 6 })
		const one = newJob()
		await storage.queue.insert(one)
		const jobs = [newJob(), newJob({ jobId: one.jobId }), newJob(), newJob({ jobId: one.jobId, name: 'x' }), newJob()]
		const outcomes = await Promise.all(jobs.map((job) => storage.queue.insert(job)))
		assert.deepEqual(outcomes, ['accepted', 'nameTaken', 'accepted', 'nameTaken', 'accepted'])
		for (const expected of ['accepted', 'accepted', 'queueFull']) assert.equal(await storage.queue.insert(newJob()), expected)
		assert.equal((await storage.queue.claim({ count: 9, at: 2 })).length, 6)
	})

	test('of two jobs of one name that are put in at once one is kept', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const other = await place.second(storage)
		const jobs = [newJob({ name: 'nightly' }), newJob({ name: 'Nightly' })]
		const outcomes = await Promise.all([storage.queue.insert(jobs[0]!), other.queue.insert(jobs[1]!)])
		assert.deepEqual(outcomes.toSorted(), ['accepted', 'nameTaken'])
		const kept = await Promise.all(jobs.map(({ jobId }) => storage.jobs.get(jobId)))
		assert.equal(kept.filter((job) => job !== undefined).length, 1)
	})
}
