import assert from 'node:assert/strict'
import { test } from 'uvu'
import type { Storage } from '../../src/storage/open-storage.ts'
import { clockAt } from '../support/clock-at.ts'
import { endJobs } from '../support/end-jobs.ts'
import { newJob } from '../support/new-job.ts'
import { runbookContent } from '../support/runbook-content.ts'
import type { NewStorePlace } from './store-place.ts'

/** The jobs of these cases end in the first seconds of 1970: a clock of today would forget them at once. */
const early = clockAt('1970-01-01T00:00:01Z')

/** What the store still has of each job: the job, how many records, how many uses of assets. */
function keptOf({ jobs, streams, assets }: Storage, ids: string[]) {
	return Promise.all(
		ids.map(async (jobId) => {
			const [job, records, uses] = await Promise.all([jobs.get(jobId), streams.list(jobId, { after: 0, limit: 1 }), assets.uses(jobId)])
			return [job ? 1 : 0, records.length, uses.length]
		}),
	)
}

export function retentionCases(newPlace: NewStorePlace): void {
	test('the jobs that ended first are told first and go with all that belongs to them; one that has not ended never goes', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const { history, queue, assets } = storage
		const open = newJob()
		const [late, first] = [await endJobs(storage, 1, { from: 2_000 }), await endJobs(storage, 2)]
		await queue.insert(open)
		const ids = [...first, ...late, open.jobId]
		for (const jobId of ids) await assets.noteUse(jobId, { kind: 'variable', name: 'v', access: 'read', source: 'store' }, 1, 9)
		assert.deepEqual((await history.look()).oldest, [
			...first.map((jobId, index) => ({ jobId, endTime: 1_000 + index })),
			{ jobId: late[0], endTime: 2_000 },
		])
		assert.equal(await history.deleteSome([...first, open.jobId]), 2)
		assert.deepEqual((await keptOf(storage, ids)).slice(0, 3), [
			[0, 0, 0],
			[0, 0, 0],
			[1, 1, 1],
		])
		assert.equal((await storage.jobs.get(open.jobId))?.status, 'New')
	})

	test('how many jobs have ended is known, in whatever way they did, also after a restart', async () => {
		await using place = await newPlace()
		const clock = clockAt('1970-01-01T00:00:00Z')
		{
			await using storage = await place.open({ clock })
			const { queue, jobs, history } = storage
			const [suspended, stopping, waiting] = [newJob(), newJob(), newJob()]
			for (const job of [suspended, stopping]) await queue.insert(job)
			await jobs.changeStatus({ jobId: suspended.jobId, from: 'New', to: 'Suspended', at: 2 })
			await queue.claim({ count: 1, at: 2 })
			await jobs.changeStatus({ jobId: stopping.jobId, from: 'Activating', to: 'Stopping', at: 2 })
			await queue.insert(waiting)
			assert.equal((await history.look()).endedCount, 0)
			await jobs.changeStatus({ jobId: suspended.jobId, from: 'Suspended', to: 'Stopped', at: 3 })
			await queue.giveBack(stopping.jobId, { at: 4, countTry: true })
			await jobs.changeStatus({ jobId: waiting.jobId, from: 'New', to: 'Suspended', at: 5 })
			await endJobs(storage, 3)
			assert.equal((await history.look()).endedCount, 5)
		}
		await using storage = await place.open({ clock })
		const { oldest } = await storage.history.look()
		await storage.history.deleteSome([oldest[0]!.jobId])
		assert.equal((await storage.history.look()).endedCount, 4)
	})

	test('a job with much goes in several steps, and is there until the last of it is gone', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const { queue, streams, history } = storage
		const [many, large] = [await endJobs(storage, 1), await endJobs(storage, 1)].flat() as [string, string]
		const append = (jobId: string, count: number, length: number) =>
			streams.append(
				jobId,
				Array.from({ length: count }, (_, index) => ({
					sequence: index + 2,
					time: 1,
					streamType: 'Output',
					json: `"${'x'.repeat(length)}"`,
				})),
			)
		await append(many, 1_200, 1)
		await append(large, 5, 300_000)
		for (const [jobId, least] of [[many, 3] as const, [large, 3] as const]) {
			let steps = 1
			while ((await history.deleteSome([jobId])) === 0) {
				steps++
				assert.notEqual(await storage.jobs.get(jobId), undefined)
			}
			assert.ok(steps >= least, `${steps} steps`)
			assert.deepEqual(await keptOf(storage, [jobId]), [[0, 0, 0]])
		}
		// Jobs with large parameters are told a few at a time, one in any case.
		const jobs = [200_000, 200_000, 900_000].map((length) => newJob({ parameters: { WebhookData: 'x'.repeat(length) } }))
		for (const job of jobs) await queue.insert(job)
		for (const [index, { jobId }] of jobs.entries()) await storage.jobs.changeStatus({ jobId, from: 'New', to: 'Stopped', at: index })
		assert.equal((await history.look()).oldest.length, 2)
		await history.deleteSome(jobs.slice(0, 2).map(({ jobId }) => jobId))
		assert.deepEqual(
			(await history.look()).oldest.map(({ jobId }) => jobId),
			[jobs[2]!.jobId],
		)
	})

	test('contents of runbooks go when they were superseded that long ago and no job needs them that has not ended', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ clock: early })
		const { contents, queue, jobs, history } = storage
		const content = (contentHash: string) => ({ ...runbookContent(), contentHash, madeWith: 'v1' })
		for (const [index, hash] of ['old', 'needed', 'held', 'recent', 'current'].entries()) await contents.put(content(hash), index)
		const held = newJob({ contentHash: 'held' })
		const [ended] = await endJobs(storage, 1)
		for (const job of [newJob({ contentHash: 'needed' }), held]) await queue.insert(job)
		await jobs.changeStatus({ jobId: held.jobId, from: 'New', to: 'Suspended', at: 5 })
		assert.notEqual(ended, undefined)
		const kept = async () => {
			const found = await Promise.all(['old', 'needed', 'held', 'recent', 'current'].map((hash) => contents.get(hash)))
			return found.map((each) => each?.contentHash)
		}
		// 'recent' was superseded when 'current' came, at 4.
		await history.deleteContents(4, 10)
		assert.deepEqual(await kept(), [undefined, 'needed', 'held', 'recent', 'current'])
		await jobs.changeStatus({ jobId: held.jobId, from: 'Suspended', to: 'Stopped', at: 6 })
		await history.deleteContents(11, 20)
		assert.deepEqual(await kept(), [undefined, 'needed', undefined, undefined, 'current'])
	})
}
