import assert from 'node:assert/strict'
import { test } from 'uvu'
import type { JobStatus } from '../../src/jobs/job-status.ts'
import type { JobFilter } from '../../src/jobs/job-store.ts'
import type { Storage } from '../../src/storage/open-storage.ts'
import { newJob } from '../support/new-job.ts'
import type { NewStorePlace } from './store-place.ts'

/** Puts jobs in, runs the first ones, and resolves with their ids in order of arrival. */
async function fill(storage: Storage, count: number): Promise<string[]> {
	const jobs = Array.from({ length: count }, (_, index) => newJob({ runbookName: index % 2 ? 'deploy' : 'Backup', creationTime: index }))
	for (const job of jobs) await storage.queue.insert(job)
	return jobs.map(({ jobId }) => jobId)
}

async function end(storage: Storage, to: 'Completed' | 'Failed', at: number): Promise<string> {
	const [claimed] = await storage.queue.claim({ count: 1, at })
	await storage.queue.started(claimed!.jobId, at)
	await storage.queue.finish({ jobId: claimed!.jobId, to, at: at + 5, records: [] })
	return claimed!.jobId
}

async function ids(storage: Storage, filter: JobFilter): Promise<string[]> {
	return (await storage.jobs.list({ after: undefined, limit: 100, filter })).jobs.map(({ jobId }) => jobId)
}

export function jobListCases(newPlace: NewStorePlace): void {
	test('jobs are listed from the newest to the oldest in pages; those that arrive meanwhile move none', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const all = await fill(storage, 7)
		await storage.queue.insert(newJob({ isTest: true }))
		const listed: string[] = []
		let after: number | undefined
		do {
			const page = await storage.jobs.list({ after, limit: 3, filter: {} })
			listed.push(...page.jobs.map(({ jobId }) => jobId))
			after = page.next
			await fill(storage, 1)
		} while (after !== undefined)
		assert.deepEqual(listed, all.toReversed())
		assert.equal((await storage.jobs.list({ after: undefined, limit: 10, filter: {} })).next, undefined)
	})

	test('a list is filtered by runbook, status and times, each alone and together', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const all = await fill(storage, 4)
		const [one, two, three, four] = all
		assert.deepEqual([await end(storage, 'Completed', 100), await end(storage, 'Failed', 200)], [one, two])
		await storage.queue.claim({ count: 1, at: 300 })
		await storage.queue.started(three!, 300)
		const table: [JobFilter, (string | undefined)[]][] = [
			[{ runbookName: 'BACKUP' }, [three, one]],
			[{ status: 'New' }, [four]],
			[{ status: 'Failed' }, [two]],
			[{ status: 'Blocked' }, []],
			[{ runbookName: 'deploy', status: 'Failed' }, [two]],
			[{ runbookName: 'backup', status: 'Failed' }, []],
			[{ startTime: { from: 200, to: null } }, [three, two]],
			[{ startTime: { from: 100, to: 200 } }, [two, one]],
			[{ endTime: { from: null, to: 105 } }, [one]],
			[{ runbookName: 'backup', startTime: { from: 150, to: null } }, [three]],
			[{ status: 'Completed', endTime: { from: 106, to: null } }, []],
		]
		for (const [filter, expected] of table) assert.deepEqual(await ids(storage, filter), expected, JSON.stringify(filter))
	})

	test('jobs are filtered by the webhook that started them, alone and together with other terms', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const jobs = [
			newJob({ webhookId: 1, webhookName: 'Push' }),
			newJob({ webhookId: 1, webhookName: 'Push', runbookName: 'backup' }),
			newJob({ webhookId: 2, webhookName: 'other' }),
			newJob(),
		]
		for (const job of jobs) await storage.queue.insert(job)
		const [one, two] = jobs.map(({ jobId }) => jobId)
		await end(storage, 'Failed', 100)
		assert.deepEqual(await ids(storage, { webhookName: 'pUSH' }), [two, one])
		assert.deepEqual(await ids(storage, { webhookName: 'push', runbookName: 'BACKUP' }), [two])
		assert.deepEqual(await ids(storage, { webhookName: 'push', status: 'Failed' }), [one])
		assert.deepEqual(await ids(storage, { webhookName: 'none' }), [])
	})

	test('a filter that few jobs pass finds them behind many that do not', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ queueLimit: 10_000 })
		const [first] = await fill(storage, 1)
		await end(storage, 'Failed', 10)
		await Promise.all(Array.from({ length: 4_100 }, () => storage.queue.insert(newJob({ runbookName: 'Backup' }))))
		assert.deepEqual(await ids(storage, { startTime: { from: 0, to: null } }), [first])
		assert.deepEqual(await ids(storage, { runbookName: 'backup', status: 'Failed' }), [first])
	})

	test('jobs are searched for texts in what names them, went in and came out, alone and together with other terms', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const call = { WebhookName: 'push', RequestBody: '{"host":"VM01","note":"50 % of\\n_all_"}' }
		const jobs = [
			newJob({ name: 'Nightly-7', startedBy: 'Ada' }),
			newJob({ runbookName: 'backup', webhookId: 1, webhookName: 'Über', parameters: { WebhookData: call, list: ['say "hi"'] } }),
			newJob({ runbookName: 'backup', parameters: { host: 'vm02' } }),
		]
		for (const job of jobs) await storage.queue.insert(job)
		const [one, two, three] = jobs.map(({ jobId }) => jobId)
		await storage.jobs.changeStatus({ jobId: three!, from: 'New', to: 'Stopped', at: 5, exception: 'connect ECONNREFUSED' })
		const table: [JobFilter, (string | undefined)[]][] = [
			[{ texts: [one!.slice(0, 36).toUpperCase()] }, [one]],
			[{ texts: ['nightly'] }, [one]],
			[{ texts: ['ada'] }, [one]],
			[{ texts: ['Über'] }, [two]],
			[{ texts: ['BACK'] }, [three, two]],
			[{ texts: ['vm0'] }, [three, two]],
			[{ texts: ['"host":"vm01"'] }, [two]],
			[{ texts: ['say "hi"'] }, [two]],
			[{ texts: ['50 % of'] }, [two]],
			[{ texts: ['_all_'] }, [two]],
			[{ texts: ['v%1', 'v_01'] }, []],
			[{ texts: ['econnrefused'] }, [three]],
			[{ texts: ['vm0', 'back'], status: 'New' }, [two]],
			[{ texts: ['vm0'], runbookName: 'deploy' }, []],
		]
		for (const [filter, expected] of table) assert.deepEqual(await ids(storage, filter), expected, JSON.stringify(filter))
	})

	test('a search passes many and large jobs, a page after the other', async () => {
		await using place = await newPlace()
		await using storage = await place.open({ queueLimit: 10_000 })
		const wanted = [
			newJob({ parameters: { host: 'vm01' } }),
			newJob({ parameters: { host: 'vm01' } }),
			newJob({ parameters: { host: 'vm01' } }),
		]
		const large = { text: 'x'.repeat(1024 * 1024) }
		for (const job of [wanted[0]!, ...Array.from({ length: 9 }, () => newJob({ parameters: large })), wanted[1]!])
			await storage.queue.insert(job)
		await Promise.all(Array.from({ length: 2_100 }, () => storage.queue.insert(newJob())))
		await storage.queue.insert(wanted[2]!)
		const filter = { texts: ['vm01'] }
		const first = await storage.jobs.list({ after: undefined, limit: 2, filter })
		const second = await storage.jobs.list({ after: first.next, limit: 2, filter })
		const found = [first, second].map((page) => page.jobs.map(({ jobId }) => jobId))
		assert.deepEqual(found, [[wanted[2]!.jobId, wanted[1]!.jobId], [wanted[0]!.jobId]])
		assert.equal(second.next, undefined)
		// Where each character of a text were compared with each of a body, it would take half a minute, and nobody else is served meanwhile.
		const startTime = performance.now()
		const none = await storage.jobs.list({ after: undefined, limit: 1, filter: { texts: [`${'x'.repeat(2_000)}y`] } })
		assert.deepEqual([none.jobs, performance.now() - startTime < 5_000], [[], true])
	})

	test('the latest test job of a runbook is found; test jobs are not counted', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const tests = [newJob({ isTest: true }), newJob({ isTest: true }), newJob({ isTest: true, runbookName: 'other' })]
		for (const job of tests) await storage.queue.insert(job)
		assert.equal((await storage.jobs.latestTest('DEPLOY'))?.jobId, tests[1]!.jobId)
		assert.equal(await storage.jobs.latestTest('none'), undefined)
		await fill(storage, 5)
		assert.deepEqual([await storage.jobs.countOfRunbook('Deploy', 100), await storage.jobs.countOfRunbook('backup', 2)], [2, 2])
	})

	test('jobs are counted by status, of those that ended the ones since an instant', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		await fill(storage, 3)
		await end(storage, 'Completed', 100)
		await end(storage, 'Failed', 200)
		const counted = async (since: number) => [...(await storage.jobs.countByStatus(since))].sort() as [JobStatus, number][]
		assert.deepEqual(await counted(0), [
			['Completed', 1],
			['Failed', 1],
			['New', 1],
		])
		assert.deepEqual(await counted(106), [
			['Failed', 1],
			['New', 1],
		])
	})

	test('the jobs that ended within a time are counted by how, with the time that they ran; test jobs are not', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		await fill(storage, 4)
		for (const [to, at] of [
			['Completed', 100],
			['Failed', 200],
			['Completed', 300],
		] as const)
			await end(storage, to, at)
		await storage.queue.insert(newJob({ isTest: true }))
		await end(storage, 'Completed', 310)
		await end(storage, 'Completed', 320)
		const [suspended] = [newJob()]
		await storage.queue.insert(suspended!)
		await storage.jobs.changeStatus({ jobId: suspended!.jobId, from: 'New', to: 'Stopped', at: 330 })
		const within = async (from: number, to: number) =>
			Object.fromEntries(
				(await storage.jobs.endedWithin({ from, to })).map(({ runbookName, status, ...rest }) => [`${runbookName} ${status}`, rest]),
			)
		const ran = (count: number) => ({ count, ranCount: count, ranTime: 5 * count, ranTimeMax: 5 })
		assert.deepEqual(await within(0, 1_000), {
			'Backup Completed': ran(2),
			'deploy Completed': ran(1),
			'deploy Failed': ran(1),
			'deploy Stopped': { count: 1, ranCount: 0, ranTime: 0, ranTimeMax: 0 },
		})
		// From the instant on, up to but without the other one.
		assert.deepEqual(await within(105, 305), { 'Backup Completed': ran(1), 'deploy Failed': ran(1) })
		assert.deepEqual(await within(206, 305), {})
	})
}
