import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import { RateLimits } from '../../src/webhooks/rate-limit.ts'
import { forAnyAsync } from '../support/properties.ts'

test('so many calls pass at once, the next one is told when to come, and passes then', async () => {
	const rates = new RateLimits()
	const take = (now: number) => rates.take('hook', { calls: 3, seconds: 60 }, now)
	const taken = (...times: number[]) => Promise.all(times.map(take))
	assert.deepEqual(await taken(0, 0, 0, 0), [undefined, undefined, undefined, 20])
	assert.equal(await take(19_000), 1)
	assert.deepEqual(await taken(20_000, 20_000), [undefined, 20])
	// After a quiet time all of them are free again, and no more.
	assert.deepEqual(await taken(500_000, 500_000, 500_000, 500_000), [undefined, undefined, undefined, 20])
})

test('webhooks are counted apart, by name without regard to case', async () => {
	const rates = new RateLimits()
	const take = (name: string) => rates.take(name, { calls: 1, seconds: 10 }, 0)
	assert.deepEqual([await take('one'), await take('two'), await take('ONE')], [undefined, undefined, 10])
})

test('a clock that was set back shuts a webhook for no longer than its window', async () => {
	const rates = new RateLimits()
	const rate = { calls: 2, seconds: 10 }
	await rates.take('hook', rate, 1_000_000)
	assert.equal(await rates.take('hook', rate, 0), 5)
	assert.equal(await rates.take('hook', rate, 5_000), undefined)
})

test('for any calls, no window of the rate has more than twice as many as it allows, and whoever waits as told passes', async () => {
	const rate = fc.record({ calls: fc.integer({ min: 1, max: 20 }), seconds: fc.integer({ min: 1, max: 30 }) })
	const calls = fc.record({ rate, pauses: fc.array(fc.nat(5_000), { maxLength: 100 }) })
	await forAnyAsync(calls, 100, async ({ rate, pauses }) => {
		const rates = new RateLimits()
		const taken: number[] = []
		let now = 1_000_000
		for (const pause of pauses) {
			now += pause
			const wait = await rates.take('hook', rate, now)
			if (wait === undefined) taken.push(now)
			else {
				assert.ok(wait >= 1 && wait <= rate.seconds)
				now += wait * 1_000
				assert.equal(await rates.take('hook', rate, now), undefined)
				taken.push(now)
			}
		}
		for (const from of taken) assert.ok(taken.filter((time) => time >= from && time < from + rate.seconds * 1_000).length <= 2 * rate.calls)
	})
})

test.run()
