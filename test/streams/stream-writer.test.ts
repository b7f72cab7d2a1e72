import assert from 'node:assert/strict'
import { test } from 'uvu'
import { STREAM_BUFFER_BYTES_MAX } from '../../src/limits.ts'
import type { JobStreamRecord } from '../../src/streams/job-stream.ts'
import type { PendingRecord } from '../../src/streams/record-limiter.ts'
import { StreamWriter } from '../../src/streams/stream-writer.ts'

const record = (json: string): PendingRecord => ({ time: 0, streamType: 'Output', json })
const sequences = (records: JobStreamRecord[]) => records.map(({ sequence }) => sequence)

/** A store whose writes end when the test says so. */
function heldStore() {
	const writes: { records: JobStreamRecord[]; done: () => void }[] = []
	const append = (records: JobStreamRecord[]) => new Promise<void>((done) => writes.push({ records, done }))
	return { writes, append }
}

test('what arrives during a write is the next batch, in order and numbered without gaps', async () => {
	const { writes, append } = heldStore()
	const writer = new StreamWriter(7, append)
	for (const json of ['1', '2', '3']) writer.write(record(json))
	assert.deepEqual(
		writes.map(({ records }) => sequences(records)),
		[[8]],
	)
	writes[0]!.done()
	await Promise.resolve()
	await Promise.resolve()
	assert.deepEqual(
		writes.map(({ records }) => sequences(records)),
		[[8], [9, 10]],
	)
	writes[1]!.done()
	await writer.drained()
	assert.deepEqual(await writer.end(), [])
})

test('the end waits for the write under way and hands back what is still to be kept', async () => {
	const { writes, append } = heldStore()
	const writer = new StreamWriter(0, append)
	for (const json of ['1', '2', '3']) writer.write(record(json))
	const ended = writer.end()
	writes[0]!.done()
	assert.deepEqual(sequences(await ended), [2, 3])
	assert.equal(writes.length, 1)
})

test('who writes more than may wait is told to wait until it is kept', async () => {
	const { writes, append } = heldStore()
	const writer = new StreamWriter(0, append)
	const large = JSON.stringify('x'.repeat(STREAM_BUFFER_BYTES_MAX / 2))
	assert.equal(writer.write(record('1')), true)
	assert.equal(writer.write(record(large)), true)
	assert.equal(writer.write(record(large)), false)
	writes[0]!.done()
	await Promise.resolve()
	await Promise.resolve()
	writes[1]!.done()
	await writer.drained()
	assert.equal(writer.write(record('1')), true)
})

test('a write that fails is told to whoever waits for it, and to nobody else', async () => {
	const writer = new StreamWriter(0, () => Promise.reject(new Error('no such job')))
	writer.write(record('1'))
	await assert.rejects(writer.drained(), /no such job/)
	await assert.rejects(writer.end(), /no such job/)
})

test.run()
