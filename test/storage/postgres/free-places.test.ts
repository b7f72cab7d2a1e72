import assert from 'node:assert/strict'
import { test } from 'uvu'
import { FreePlaces } from '../../../src/storage/postgres/free-places.ts'
import { clockAt } from '../../support/clock-at.ts'

test('the free places are counted the more rarely the more there are, and at every time when they are the last ones', async () => {
	const clock = clockAt('2026-03-01T10:00:00Z')
	const places = new FreePlaces(100_000, clock)
	let free = 100_000
	let counts = 0
	const countsWithin = async (milliseconds: number) => {
		counts = 0
		for (let passed = 0; passed < milliseconds; passed += 50) {
			await places.count(async ({ sql }) => {
				if (!sql.includes('count(*)')) return { rows: [], changes: 0 }
				counts++
				return { rows: [{ count: free }], changes: 0 }
			})
			clock.move(50)
		}
		return counts
	}
	assert.equal(await countsWithin(5_000), 1)
	free = 10_000
	assert.equal(await countsWithin(5_000), 10)
	// Once more under the lock that those who take the last ones hold.
	free = 5_000
	assert.equal(await countsWithin(500), 20)
})

test.run()
