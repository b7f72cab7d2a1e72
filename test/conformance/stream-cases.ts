import assert from 'node:assert/strict'
import { test } from 'uvu'
import type { JobStreamRecord, StreamType } from '../../src/streams/job-stream.ts'
import type { NewStorePlace } from './store-place.ts'

const record = (sequence: number, streamType: StreamType = 'Output', json = `"${sequence}"`): JobStreamRecord => ({
	sequence,
	time: sequence,
	streamType,
	json,
})

export function streamCases(newPlace: NewStorePlace): void {
	test('records are listed in their order, after a sequence, up to a limit, of one type', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const records = [record(1), record(2, 'Warning'), record(3), record(10), record(11, 'Warning')]
		await storage.streams.append('a', records.slice(2))
		await storage.streams.append('a', records.slice(0, 2))
		await storage.streams.append('b', [record(1, 'Error')])
		const list = (page: { after: number; limit: number; streamType?: StreamType }) => storage.streams.list('a', page)
		assert.deepEqual(await list({ after: 0, limit: 9 }), records)
		assert.deepEqual(await list({ after: 2, limit: 2 }), [records[2], records[3]])
		assert.deepEqual(await list({ after: 2, limit: 9, streamType: 'Warning' }), [records[4]])
		assert.deepEqual(await list({ after: 11, limit: 9 }), [])
	})

	test('one record is read by its sequence', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		await storage.streams.append('a', [record(1), record(2, 'Progress', '{"activity":"é😀\\u0000"}')])
		assert.deepEqual(await storage.streams.get('a', 2), record(2, 'Progress', '{"activity":"é😀\\u0000"}'))
		assert.equal(await storage.streams.get('a', 3), undefined)
		assert.equal(await storage.streams.get('b', 1), undefined)
	})

	test('records that are written twice are there once, as they were first', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const other = await place.second(storage)
		const records = [record(1), record(2), record(3)]
		await Promise.all([storage.streams.append('a', records), other.streams.append('a', records)])
		await storage.streams.append('a', [record(3, 'Error', '"other"'), record(4)])
		assert.deepEqual(await storage.streams.list('a', { after: 0, limit: 9 }), [...records, record(4)])
	})

	test('nothing to write is written', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		await storage.streams.append('a', [])
		assert.deepEqual(await storage.streams.list('a', { after: 0, limit: 9 }), [])
	})

	test('a page of large records ends before it fills the memory; of each record a list can have the beginning alone', async () => {
		await using place = await newPlace()
		await using storage = await place.open()
		const large = JSON.stringify('x'.repeat(1024 * 1024 - 2))
		const records = [1, 2, 3, 4, 5, 6].map((sequence) => ({ sequence, time: sequence, streamType: 'Output' as const, json: large }))
		for (const record of records) await storage.streams.append('a', [record])
		const page = async (after: number) => (await storage.streams.list('a', { after, limit: 100 })).map(({ sequence }) => sequence)
		assert.deepEqual([await page(0), await page(4), await page(6)], [[1, 2, 3, 4], [5, 6], []])
		const heads = await storage.streams.listHeads('a', { after: 0, limit: 5, time: { from: 2, to: null } })
		assert.deepEqual(
			heads.map(({ sequence }) => sequence),
			[2, 3, 4, 5, 6],
		)
		assert.ok(heads.every(({ json }) => json.length < 1_000))
		await storage.streams.append('b', [{ ...records[0]!, json: JSON.stringify('x'.repeat(5 * 1024 * 1024)) }])
		assert.equal((await storage.streams.list('b', { after: 0, limit: 100 })).length, 1)
	})
}
