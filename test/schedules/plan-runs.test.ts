import assert from 'node:assert/strict'
import { array, constantFrom, integer, record } from 'fast-check'
import { test } from 'uvu'
import { planOverlap, planRuns } from '../../src/schedules/plan-runs.ts'
import { missedRules, type overlapRules } from '../../src/schedules/schedule.ts'
import { forAny } from '../support/properties.ts'

const now = 10_000_000

test('what follows from missed runs', () => {
	const table: [number[], (typeof missedRules)[number], number[]][] = [
		[[], 'all', []],
		[[now], 'skip', [now]],
		[[now - 60_000], 'skip', [now - 60_000]],
		[[now - 60_001], 'skip', []],
		[[1, 2, now], 'skip', [now]],
		[[1, 2, 3], 'skip', []],
		[[1, 2, 3], 'once', [3]],
		[[1, 2, now], 'once', [now]],
		[[1, 2, 3], 'all', [1, 2, 3]],
	]
	for (const [due, missed, expected] of table) assert.deepEqual(planRuns({ due, now, missed }), expected, `${missed} ${due}`)
})

test('for any due instants, the runs are of them, in order, and at most a hundred, the newest', () => {
	const facts = record({ due: array(integer({ min: 1, max: now }), { maxLength: 150 }), missed: constantFrom(...missedRules) })
	forAny(facts, ({ due: any, missed }) => {
		const due = [...new Set(any)].sort((one, other) => one - other)
		const runs = planRuns({ due, now, missed })
		assert.ok(runs.length <= 100)
		assert.deepEqual(runs, runs.length === 0 ? [] : due.slice(-runs.length))
	})
})

test('what follows from a run that is due while another has not ended', () => {
	const table: [(typeof overlapRules)[number], boolean, number, string][] = [
		['allow', true, 5, 'start'],
		['skip', true, 0, 'skip'],
		['skip', false, 0, 'start'],
		['queue', true, 0, 'wait'],
		['queue', false, 0, 'start'],
		['queue', false, 1, 'wait'],
		['queue', true, 99, 'wait'],
		['queue', true, 100, 'skip'],
	]
	for (const [overlap, hasOpenJob, waitingCount, expected] of table)
		assert.equal(planOverlap({ overlap, hasOpenJob, waitingCount }), expected, `${overlap} ${hasOpenJob} ${waitingCount}`)
})

test.run()
