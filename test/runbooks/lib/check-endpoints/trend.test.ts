import { deepEqual, equal, ok } from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import { historyKey, isDegrading, median, readHistory, withDurations } from '../../../../runbooks/lib/check-endpoints/trend.ts'
import { forAny } from '../../../support/properties.ts'

for (const [values, middle] of [
	[[], Number.NaN],
	[[5], 5],
	[[9, 1], 5],
	[[9, 1, 2], 2],
	[[10, 9, 1, 2], 5.5],
] as const) {
	test(`the median of ${JSON.stringify(values)} is ${middle}`, () => equal(median([...values]), middle))
}

test('for any values, as many are below the median as above it, whatever their order', () => {
	forAny(fc.array(fc.nat(), { minLength: 1 }), (values) => {
		const middle = median(values)
		equal(median(values.toReversed()), middle)
		const below = values.filter((value) => value < middle).length
		const above = values.filter((value) => value > middle).length
		ok(below <= values.length / 2 && above <= values.length / 2)
	})
})

for (const [duration, before, is] of [
	[500, undefined, false],
	[500, [], false],
	[500, [100, 100], false],
	[500, [100, 100, 100], true],
	[200, [100, 100, 100], false],
	[201, [100, 100, 100], true],
	[50, [10, 10, 10], false],
	[61, [10, 10, 10], true],
	[500, [100, 100, 900, 900, 900], false],
] as const) {
	test(`${duration} ms after ${before ?? 'nothing'} is ${is ? '' : 'not '}degrading`, () =>
		equal(isDegrading(duration, before && [...before]), is))
}

test('the last twenty durations of each endpoint are kept', () => {
	const history = withDurations({ a: Array.from({ length: 20 }, (_, index) => index), b: [1] }, [
		['a', 20.4],
		['c', 7],
	])
	deepEqual(history, { b: [1], a: Array.from({ length: 20 }, (_, index) => index + 1), c: [7] })
})

test('for any history, what is kept fits into a key of the state, and the newest stays', () => {
	const entry = fc.tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }), fc.array(fc.nat({ max: 120_000 }), { maxLength: 20 }))
	forAny(fc.tuple(fc.array(entry, { maxLength: 400 }), fc.nat({ max: 3 })), ([entries, times]) => {
		const many = entries.flatMap(([key, samples]) => Array.from({ length: 1 + times }, (_, index) => [`${key} ${index}`, samples] as const))
		const kept = withDurations(Object.fromEntries(many) as Record<string, number[]>, [['newest', 5]])
		ok(Buffer.byteLength(JSON.stringify(kept)) <= 65_536)
		equal(kept.newest?.at(-1), 5)
		deepEqual(readHistory(JSON.parse(JSON.stringify(kept))), kept)
	})
})

for (const kept of [undefined, null, 5, 'x', [], { a: 5 }, { a: ['x'] }, { a: [null] }]) {
	test(`${JSON.stringify(kept)} is an empty history`, () => deepEqual(readHistory(kept), {}))
}

test('one endpoint has a history for each place', () => {
	deepEqual(historyKey('shop', 'west'), 'shop @ west')
})

test.run()
