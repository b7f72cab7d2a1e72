import assert from 'node:assert/strict'
import { test } from 'uvu'
import { newJob } from '../../support/new-job.ts'
import { postgresPlace } from '../../support/postgres-place.ts'
import { onPostgres, whyNoPostgres } from '../../support/postgres-server.ts'
import { until } from '../../support/until.ts'

const reason = whyNoPostgres()
/** Tests that need a server. */
const served = reason ? (name: string) => test.skip(`${name} (${reason})`) : test

served('starts and ends that come at once share commits; one that cannot be written keeps no other from it', async () => {
	await using place = await postgresPlace()
	await using storage = await place.open()
	const { queue, jobs, streams } = storage
	const claimed = async (count: number) => {
		await Promise.all(Array.from({ length: count }, () => queue.insert(newJob({ creationTime: Date.now() }))))
		return (await queue.claim({ count, at: 2 })).map(({ jobId }) => jobId)
	}
	const run = async (jobId: string, sequence = 1) => {
		const record = { sequence, time: 3, streamType: 'Output', json: JSON.stringify(jobId) } as const
		const [, end] = await Promise.allSettled([queue.started(jobId, 3), queue.finish({ jobId, to: 'Completed', at: 4, records: [record] })])
		return end.status === 'fulfilled' ? end.value : 'not written'
	}
	const ids = await claimed(40)
	assert.deepEqual(new Set(await Promise.all(ids.map((jobId) => run(jobId)))), new Set(['Completed']))
	for (const jobId of [ids[1]!, ids[39]!]) {
		const { startTime, endTime } = (await jobs.get(jobId))!
		const records = await streams.list(jobId, { after: 0, limit: 9 })
		assert.deepEqual([startTime, endTime, records.map(({ json }) => json)], [3, 4, [JSON.stringify(jobId)]])
	}
	const { rows } = await onPostgres(place.url, (client) => client.query('SELECT count(DISTINCT xmin::text) AS count FROM jobs'))
	assert.ok(Number(rows[0].count) <= 5, rows[0].count)

	const more = await claimed(4)
	const ends = await Promise.all(more.map((jobId, index) => run(jobId, index === 2 ? 1.5 : 1)))
	assert.deepEqual(ends, ['Completed', 'Completed', 'not written', 'Completed'])
	assert.equal(await run(more[2]!), 'Completed')
})

served('claims wait for each other only where a limit is counted, and who sets a runner draining waits for those under way', async () => {
	await using place = await postgresPlace()
	await using storage = await place.open()
	const { queue } = storage
	const nodes = storage.nodes!
	await nodes.register({ nodeId: 'one', folderId: 'one', host: 'h', version: '1', slots: 4, isDraining: false })
	const put = async (runbookName: string) => {
		const job = newJob({ runbookName, creationTime: Date.now() })
		await queue.insert(job)
		return job.jobId
	}
	const ids: string[] = []
	for (const name of ['free', 'free', 'free', 'x', 'free', 'free', 'x', 'free']) ids.push(await put(name))
	const limits = new Map([['x', 1]])
	const claim = async (count: number) => (await queue.claim({ count, limits, at: 2 })).map(({ jobId }) => jobId)
	await onPostgres(place.url, async (client) => {
		const isWaitedFor = () =>
			until(
				'it waits',
				async () => (await client.query(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`)).rows.length > 0,
			)
		await client.query('BEGIN')
		await client.query(`SELECT claim_jobs(2, '{"x":1}', 2, NULL)`)
		assert.deepEqual(await claim(1), [ids[2]])
		await client.query(`SELECT claim_jobs(2, '{"x":1}', 1, NULL)`)
		const late = claim(3)
		await isWaitedFor()
		await client.query('COMMIT')
		assert.deepEqual(await late, [ids[4], ids[5], ids[7]])

		await client.query('BEGIN')
		await client.query(`SELECT claim_jobs(2, '{"x":1}', 1, 'one')`)
		const drained = nodes.setDraining('one', true)
		await isWaitedFor()
		await client.query('COMMIT')
		assert.equal(await drained, true)
	})
})

test.run()
