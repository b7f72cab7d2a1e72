import assert from 'node:assert/strict'
import { test } from 'uvu'
import { until } from '../support/until.ts'
import type { NewStorePlace } from './store-place.ts'

/** How calls of webhooks with a rate are counted. */
export function rateCases(newPlace: NewStorePlace): void {
	test('so many calls of a webhook fit, however many clients count them at once; the next one is told when to come', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const other = await place.second(storage)
		const rate = { calls: 5, seconds: 3_600 }
		const names = ['hook', 'HOOK']
		const waits = await Promise.all(
			Array.from({ length: 20 }, (_, index) => (index % 2 ? other : storage).rates.take(names[index % 2]!, rate, Date.now())),
		)
		assert.equal(waits.filter((wait) => wait === undefined).length, 5)
		for (const wait of waits) assert.ok(wait === undefined || (wait > 700 && wait <= 720), String(wait))
		const later = (await other.rates.take('hook', rate, Date.now()))!
		assert.ok(later > 690 && later <= 720, String(later))
		assert.equal(await storage.rates.take('another', rate, Date.now()), undefined)
		// More may come from now on, at once.
		assert.equal(await storage.rates.take('hook', { ...rate, calls: 3_600 }, Date.now()), 1)
		// Nor is it shut for longer than the calls are counted in now.
		assert.equal(await storage.rates.take('hook', { calls: 10, seconds: 1 }, Date.now()), 1)
	})

	test('what was counted runs off evenly', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const take = () => storage.rates.take('hook', { calls: 2, seconds: 1 }, Date.now())
		assert.deepEqual([await take(), await take(), await take()], [undefined, undefined, 1])
		const before = performance.now()
		await until('one more fits', async () => (await take()) === undefined)
		assert.ok(performance.now() - before < 1_000)
		assert.equal(await take(), 1)
	})
}
