import assert from 'node:assert/strict'
import { test } from 'uvu'
import { jobFilter } from '../../src/cli/job-filter.ts'
import { UsageError } from '../../src/cli/usage-error.ts'

const now = Date.parse('2026-11-21T12:00:00Z')

test('all that is asked of jobs is joined into one filter', () => {
	assert.equal(jobFilter({}, now), undefined)
	assert.equal(
		jobFilter({ runbook: "o'hello", status: 'Failed', startedAfter: '2h', endedBefore: '2026-11-21' }, now),
		"properties/runbook/name eq 'o''hello' and properties/status eq 'Failed'" +
			' and properties/startTime ge 2026-11-21T10:00:00.000Z and properties/endTime le 2026-11-21T00:00:00.000Z',
	)
	assert.throws(() => jobFilter({ endedBefore: 'noon' }, now), UsageError)
})

test.run()
