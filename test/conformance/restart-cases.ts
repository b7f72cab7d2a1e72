import assert from 'node:assert/strict'
import { test } from 'uvu'
import { hashToken } from '../../src/access/token.ts'
import { newJob } from '../support/new-job.ts'
import { runbookContent } from '../support/runbook-content.ts'
import type { NewStorePlace } from './store-place.ts'

/** What a store keeps beside jobs and webhooks, and that it keeps everything over a restart. */
export function restartCases(newPlace: NewStorePlace): void {
	test('a setting is decided once, also when two decide at once', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const other = await place.second(storage)
		assert.equal(await storage.settings.get('a'), undefined)
		const [one, same] = await Promise.all([storage.settings.setOnce('a', '1'), other.settings.setOnce('a', '2')])
		assert.equal(one, same)
		assert.deepEqual([await storage.settings.setOnce('a', '3'), await storage.settings.get('a')], [one, one])
	})

	test("a runbook's latest content is the one that was kept last, earlier ones stay to be run", async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const first = { ...runbookContent({ Name: { type: 'string' } }), contentHash: 'first', madeWith: 'v1' }
		const second = { ...first, contentHash: 'second' }
		assert.equal(await storage.contents.latest('deploy'), undefined)
		await storage.contents.put(first, 1)
		await storage.contents.put(second, 2)
		assert.deepEqual(await storage.contents.latest('deploy'), second)
		assert.deepEqual(await storage.contents.get('first'), first)
		await storage.contents.put({ ...first, madeWith: 'v2' }, 3)
		assert.deepEqual(await storage.contents.latest('deploy'), { ...first, madeWith: 'v2' })
		assert.equal(await storage.contents.get('third'), undefined)
	})

	test('opened again, a store has everything it was given', async () => {
		await using place = await newPlace()
		const jobs = [newJob(), newJob({ name: 'named' }), newJob(), newJob()]
		const content = { ...runbookContent(), madeWith: 'v1' }
		const webhook = {
			name: 'deploy',
			tokenHash: hashToken('deploy'),
			runbookName: 'deploy',
			parameters: { a: 1 },
			description: 'Deploys.',
			allowedOrigins: ['a.example'],
			protections: { rateLimit: { calls: 1, seconds: 2 } },
			origin: 'api',
			isEnabled: true,
			isEnabledInFile: true,
			expiryTime: 9,
		} as const
		const before = await (async () => {
			await using storage = await place.open({ queueLimit: 2 })
			for (const job of jobs.slice(0, 2)) await storage.queue.insert(job)
			await storage.queue.claim({ count: 1, at: 2 })
			await storage.queue.insert(jobs[2]!)
			await storage.streams.append(jobs[0]!.jobId, [{ sequence: 1, time: 2, streamType: 'Output', json: '"a"' }])
			await storage.contents.put(content, 2)
			await storage.settings.setOnce('a', '1')
			const { webhookId } = (await storage.webhooks.create(webhook, 3))!
			await storage.webhooks.markExpired(webhookId, 4)
			const deleted = await storage.webhooks.create({ ...webhook, name: 'gone', tokenHash: hashToken('gone') }, 3)
			await storage.webhooks.delete(deleted!, 5)
			return { webhooks: await storage.webhooks.list(), taken: await storage.queue.listTaken() }
		})()
		await using storage = await place.open({ queueLimit: 2 })
		assert.deepEqual(await storage.webhooks.list(), before.webhooks)
		assert.equal((await storage.webhooks.findByTokenHash(webhook.tokenHash))?.expiredTime, 4)
		assert.equal((await storage.webhooks.findByTokenHash(hashToken('gone')))?.deletedTime, 5)
		assert.deepEqual(await storage.queue.listTaken(), before.taken)
		assert.equal((await storage.streams.list(jobs[0]!.jobId, { after: 0, limit: 5 })).length, 1)
		assert.deepEqual(await storage.contents.latest('deploy'), content)
		assert.equal(await storage.settings.get('a'), '1')
		assert.equal(await storage.queue.insert(jobs[3]!), 'queueFull')
		assert.deepEqual(
			(await storage.queue.claim({ count: 5, at: 6 })).map(({ jobId }) => jobId),
			[jobs[1]!.jobId, jobs[2]!.jobId],
		)
	})
}
