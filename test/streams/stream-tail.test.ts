import assert from 'node:assert/strict'
import { test } from 'uvu'
import { STREAM_PAGE_SIZE } from '../../src/limits.ts'
import type { JobStreamRecord } from '../../src/streams/job-stream.ts'
import type { StreamStore } from '../../src/streams/stream-store.ts'
import { StreamTail } from '../../src/streams/stream-tail.ts'

/** A job whose records and end a test decides. */
function openJob(...sequences: number[]) {
	const records = sequences.map((sequence): JobStreamRecord => ({ sequence, time: 0, streamType: 'Output', json: '1' }))
	const state = { ended: false, looks: 0 }
	const store: Pick<StreamStore, 'list'> = {
		async list(_jobId, { after, limit }) {
			state.looks++
			return records.filter(({ sequence }) => sequence > after).slice(0, limit)
		},
	}
	const tail = new StreamTail(store)
	return {
		tail,
		state,
		write(sequence: number) {
			records.push({ sequence, time: 0, streamType: 'Output', json: '1' })
			tail.notify('job')
		},
		end() {
			state.ended = true
			tail.notify('job')
		},
		follow: (after: number, signal = new AbortController().signal) => tail.follow('job', { after, ended: async () => state.ended, signal }),
	}
}

const sequencesOf = (page: IteratorResult<JobStreamRecord[]>) => (page.done ? 'ended' : page.value.map(({ sequence }) => sequence))

test('a follower gets what is there, what comes, and the end', async () => {
	const job = openJob(1, 2)
	const pages = job.follow(0)
	assert.deepEqual(sequencesOf(await pages.next()), [1, 2])
	const next = pages.next()
	job.write(3)
	assert.deepEqual(sequencesOf(await next), [3])
	const last = pages.next()
	job.end()
	assert.equal(sequencesOf(await last), 'ended')
})

test('what was written just before the end is read before the following ends', async () => {
	const job = openJob()
	const pages = job.follow(0)
	const first = pages.next()
	job.write(1)
	job.end()
	assert.deepEqual(sequencesOf(await first), [1])
	assert.equal(sequencesOf(await pages.next()), 'ended')
})

test('a follower that comes back goes on after the last record it has', async () => {
	const job = openJob(1, 2, 3)
	job.end()
	const pages = job.follow(2)
	assert.deepEqual(sequencesOf(await pages.next()), [3])
	assert.equal(sequencesOf(await pages.next()), 'ended')
})

test('many records come in pages', async () => {
	const job = openJob(...Array.from({ length: STREAM_PAGE_SIZE + 1 }, (_, index) => index + 1))
	job.end()
	const lengths: number[] = []
	for await (const page of job.follow(0)) lengths.push(page.length)
	assert.deepEqual(lengths, [STREAM_PAGE_SIZE, 1])
})

test('a notice for another job wakes nobody, and a follower that goes away ends the following', async () => {
	const job = openJob()
	const gone = new AbortController()
	const first = job.follow(0, gone.signal).next()
	await new Promise(setImmediate)
	job.tail.notify('other')
	await new Promise(setImmediate)
	assert.equal(job.state.looks, 1)
	gone.abort()
	assert.equal(sequencesOf(await first), 'ended')
})

test.run()
