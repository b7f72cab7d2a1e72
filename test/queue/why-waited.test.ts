import assert from 'node:assert/strict'
import { test } from 'uvu'
import type { EndedMeanwhile } from '../../src/jobs/job-store.ts'
import { waitsOf } from '../../src/queue/why-waited.ts'

const job = { jobId: 'own', runbookName: 'deploy', concurrencyKey: null, keyConcurrency: null, queuedTime: 10_000, claimTime: 60_000 }
const nothing: EndedMeanwhile = { ofKey: undefined, ofRunbook: undefined, last: undefined }
const ofKey = { concurrencyKey: 'ship/acme', keyConcurrency: 1 }
const slot = (jobId: string, endTime: number) => ({ jobId, endTime })

test('what a job waited for is told by what ended meanwhile, in the order of time', () => {
	const key = 'Waited for job a: concurrency key acme of webhook ship runs at most 1 job at a time.'
	const table: [given: object, ended: Partial<EndedMeanwhile>, limit: number | null, expected: [number, string][]][] = [
		[{ claimTime: 10_050 }, {}, null, []],
		[{ claimTime: null, queuedTime: null }, {}, null, []],
		[ofKey, { ofKey: slot('a', 60_000), last: slot('a', 60_000) }, null, [[50_000, key]]],
		[
			ofKey,
			{ ofKey: slot('a', 30_000), ofRunbook: slot('b', 50_000), last: slot('c', 59_990) },
			1,
			[
				[20_000, key],
				[20_000, 'Waited for job b: runbook deploy runs at most 1 job at a time.'],
				[10_000, 'Waited for a free slot, until job c ended.'],
			],
		],
		// Of several slots one was free perhaps, unless it was taken when that job ended.
		[{}, { ofRunbook: slot('b', 50_000), last: slot('c', 59_000) }, 2, [[50_000, 'Waited for a free slot, until job c ended.']]],
		[
			{},
			{ ofRunbook: slot('b', 59_000) },
			2,
			[
				[49_000, 'Waited for job b: runbook deploy runs at most 2 jobs at a time.'],
				[1_000, 'Waited for a runner that takes it.'],
			],
		],
		// Without a limit of its own its runbook holds nobody up.
		[{}, { ofRunbook: slot('b', 59_990), last: slot('b', 59_990) }, null, [[50_000, 'Waited for a free slot, until job b ended.']]],
		[{}, { last: slot('c', 20_000) }, null, [[50_000, 'Waited for a runner that takes it.']]],
	]
	for (const [given, ended, limit, expected] of table) {
		const waits = waitsOf({ ...job, ...given }, { ...nothing, ...ended }, limit)
		assert.deepEqual(
			waits.map(({ milliseconds, reason }) => [milliseconds, reason]),
			expected,
		)
	}
})

test.run()
