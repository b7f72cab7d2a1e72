import { deepEqual, equal } from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { test } from 'uvu'
import { inParallel } from '../../../runbooks/lib/in-parallel.ts'

test('results come in the order of the items, whichever ends first', async () => {
	const turns = [3, 1, 2]
	const work = async (count: number) => {
		for (let turn = 0; turn < count; turn++) await setImmediate()
		return count * 10
	}
	deepEqual(await inParallel(turns, 3, work), [30, 10, 20])
})

test('no more items are worked on at a time than allowed', async () => {
	let running = 0
	let most = 0
	await inParallel([...Array(10).keys()], 3, async () => {
		running += 1
		most = Math.max(most, running)
		await setImmediate()
		running -= 1
	})
	equal(most, 3)
})

test('no items are no work', async () => {
	deepEqual(await inParallel([], 5, async () => 1), [])
})

test.run()
