import assert from 'node:assert/strict'
import { test } from 'uvu'
import type { JobSummary } from '../../src/jobs/job.ts'
import { JOBS_BEFORE_MAX, JOBS_COUNTED_BEFORE_MAX } from '../../src/limits.ts'
import type { SlotHolder } from '../../src/queue/queue-store.ts'
import { type ContentPlaces, type Taker, takersOf } from '../../src/queue/takers.ts'
import { explainWaiting, type WaitingFacts, waitingText } from '../../src/queue/why-waiting.ts'
import { newJob } from '../support/new-job.ts'

const waits = (given: Partial<JobSummary> = {}): JobSummary => ({
	...newJob({ jobId: 'own' }),
	...{
		status: 'New',
		statusDetails: 'None',
		tryCount: 0,
		queuedTime: null,
		claimTime: null,
		startTime: null,
		endTime: null,
		lastModifiedTime: 0,
		lastStatusModifiedTime: 0,
	},
	...given,
})
const holder = (jobId: string, given: Partial<SlotHolder> = {}): SlotHolder => ({
	...{ jobId, runbookName: 'other', concurrencyKey: null, heldBy: null, since: Date.parse('2026-11-21T10:00:00Z') },
	...given,
})
const alone = (slots: number) => takersOf([{ nodeId: null, slots, isDraining: false }], { having: [], partial: [] })
const facts = (given: Partial<WaitingFacts> = {}): WaitingFacts => ({ holders: [], limits: new Map(), takers: alone(2), ...given })
const ofKey = { concurrencyKey: 'ship/acme/shop', keyConcurrency: 1 }

test('a job that waits says which limit holds it up, which job has its slot, and since when', () => {
	const since = '2026-11-21T10:00:00.000Z'
	const table: [given: Partial<JobSummary>, facts: Partial<WaitingFacts>, text: string][] = [
		[{}, {}, 'None'],
		[{}, { holders: [holder('a', { runbookName: 'deploy' })], limits: new Map([['deploy', 2]]) }, 'None'],
		[{ tryCount: 1 }, {}, 'It was interrupted with its runner and is started again: try 2 of 3.'],
		[
			{},
			{ holders: [holder('a', { runbookName: 'deploy' })], limits: new Map([['deploy', 1]]) },
			`Waits for job a: runbook deploy runs 1 of at most 1 job at a time, since ${since}.`,
		],
		[
			ofKey,
			{ holders: [holder('a', { concurrencyKey: ofKey.concurrencyKey })] },
			`Waits for job a: concurrency key acme/shop of webhook ship runs 1 of at most 1 job at a time, since ${since}.`,
		],
		[
			{ concurrencyKey: 'ship/', keyConcurrency: 2 },
			{ holders: [holder('a', { concurrencyKey: 'ship/' }), holder('b', { concurrencyKey: 'ship/', since: 0 })], takers: alone(9) },
			`Waits for one of 2 jobs: webhook ship runs 2 of at most 2 jobs at a time, the longest (job a) since ${since}.`,
		],
		[ofKey, { holders: [holder('a', { concurrencyKey: 'ship/other' })] }, 'None'],
		[
			{},
			{ holders: [holder('a'), holder('b')], before: 3 },
			`Waits for a free slot: this runner runs 2 of at most 2 jobs, the longest (job a) since ${since}; 3 jobs are before it.`,
		],
		[
			{},
			{ holders: [holder('a')], takers: alone(1), before: 0 },
			`Waits for a free slot: this runner runs 1 of at most 1 job, the longest (job a) since ${since}; it is the next one.`,
		],
		[
			{ tryCount: 2 },
			{ holders: [holder('a')], takers: alone(1), before: JOBS_BEFORE_MAX + 1 },
			`Waits for a free slot: this runner runs 1 of at most 1 job, the longest (job a) since ${since}; more than 1000 jobs are before it. It was interrupted with its runner and is started again: try 3 of 3.`,
		],
		// It was taken since it was read.
		[{}, { holders: [holder('own')], takers: alone(1), before: 0 }, 'None'],
		[
			{},
			{ takers: takersOf([{ nodeId: null, slots: 1, isDraining: true }], { having: [], partial: [] }) },
			'Waits until this runner takes jobs again: it is draining.',
		],
		[{ status: 'Suspended' }, {}, 'Suspended since 1970-01-01T00:00:00.000Z: it waits until it is resumed.'],
		[{ status: 'Running', statusDetails: 'More.' }, { holders: [holder('own'), holder('a')] }, 'More.'],
	]
	for (const [given, known, text] of table) assert.equal(waitingText(waits(given), facts(known)), text)
})

test('where several runners share the queue, those count that have the content of the job or may take it from the store, and take jobs', () => {
	const since = '2026-11-21T10:00:00.000Z'
	const [one, two, three] = ['one', 'two', 'three'].map((nodeId) => ({ nodeId, slots: 1, isDraining: false })) as [Taker, Taker, Taker]
	const held = [holder('a', { heldBy: 'one' }), holder('b', { heldBy: 'two' })]
	const drained = { ...one, isDraining: true }
	const ofOne = [{ contentHash: 'hash', nodeId: 'one' }]
	const lacking =
		'Waits for a runner that has the content of runbook deploy that it was started with: none that takes jobs has it, and not all of its files are kept. It runs when one has it again, or can be stopped.'
	const table: [all: Taker[], places: Partial<ContentPlaces>, text: string][] = [
		[[one, two, three], {}, 'None'],
		[[one, two], {}, `Waits for a free slot: the 2 runners run 2 of at most 2 jobs, the longest (job a) since ${since}.`],
		[
			[one, two, three],
			{ having: ofOne },
			`Waits for a free slot: 1 of 3 runners may run it, and runs 1 of at most 1 job, the longest (job a) since ${since}.`,
		],
		[[two, three], { having: ofOne }, 'None'],
		[[drained, two, three], { having: ofOne }, 'None'],
		[
			[drained, two],
			{ having: ofOne },
			`Waits for a free slot: 1 of 2 runners may run it, and runs 1 of at most 1 job, the longest (job b) since ${since}.`,
		],
		[[two, three], { partial: ['hash'] }, lacking],
		[[drained, three], { having: ofOne, partial: ['hash'] }, lacking],
		[[one, three], { having: [{ contentHash: 'hash', nodeId: 'three' }], partial: ['hash'] }, 'None'],
		[[drained, { ...two, isDraining: true }], {}, 'Waits for a runner that takes jobs: all 2 are draining.'],
		[[], {}, 'Waits for a runner: none has told within 10 s that it lives.'],
	]
	for (const [all, places, text] of table)
		assert.equal(waitingText(waits(), facts({ holders: held, takers: takersOf(all, { having: [], partial: [], ...places }) })), text)
})

test('a page of many jobs costs one look at what runs, and none where no job waits; what cannot be next is not counted as before it', async () => {
	const looks: unknown[] = []
	const holders = [holder('a', { runbookName: 'full' }), holder('b')]
	const explain = explainWaiting({
		store: {
			slotHolders: async () => {
				looks.push('holders')
				return holders
			},
			countBefore: async (jobId, options) => {
				looks.push([jobId, options])
				return 1
			},
		},
		limits: () =>
			new Map([
				['full', 1],
				['free', 1],
			]),
		takers: async () => alone(2),
	})
	assert.deepEqual(await explain([waits({ status: 'Completed' })]), [waits({ status: 'Completed' })])
	assert.deepEqual(looks, [])
	const many = Array.from({ length: JOBS_COUNTED_BEFORE_MAX }, () => waits({ status: 'Failed' }))
	const page = await explain([waits(), ...many, waits({ runbookName: 'full' })])
	assert.deepEqual(
		[page[0]!, page[1]!, page.at(-1)!].map(({ statusDetails }) => statusDetails.split(':')[0]),
		['Waits for a free slot', 'None', 'Waits for job a'],
	)
	assert.deepEqual(looks, ['holders'])
	const [single] = await explain([waits(), waits({ status: 'Running' })])
	assert.match(single!.statusDetails, /; 1 job is before it\.$/)
	assert.deepEqual(looks.at(-1), ['own', { except: ['full'], most: JOBS_BEFORE_MAX + 1 }])
})

test.run()
