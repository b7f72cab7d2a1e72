import assert from 'node:assert/strict'
import { test } from 'uvu'
import { clockAt } from '../../support/clock-at.ts'
import { newJob } from '../../support/new-job.ts'
import { postgresPlace } from '../../support/postgres-place.ts'
import { whyNoPostgres } from '../../support/postgres-server.ts'

const reason = whyNoPostgres()
/** Tests that need a server. */
const served = reason ? (name: string) => test.skip(`${name} (${reason})`) : test

const clock = clockAt('1970-01-01T00:00:01Z')
const node = (nodeId: string, folderId = nodeId) => ({ nodeId, folderId, host: `host of ${nodeId}`, version: '1' })

served('what is written for a node that no longer has the job changes nothing', async () => {
	await using place = await postgresPlace()
	await using storage = await place.open({ clock })
	const { queue, streams, jobs } = storage
	const nodes = storage.nodes!
	await nodes.register(node('one'))
	await nodes.register(node('two'))
	const { jobId } = newJob()
	assert.equal(await queue.insert(newJob({ jobId, name: jobId })), 'accepted')
	assert.deepEqual(await queue.claim({ count: 1, at: 2, heldBy: 'unknown' }), [])
	const [claimed] = await queue.claim({ count: 1, at: 2, heldBy: 'one' })
	assert.equal(claimed?.heldBy, 'one')
	const record = (sequence: number) => ({ sequence, time: 1, streamType: 'Output', json: '"a"' }) as const
	await streams.append(jobId, [record(1)], 'one')
	await streams.append(jobId, [record(2)], 'two')
	await queue.started(jobId, 3, 'two')
	await queue.giveBack(jobId, { at: 3, countTry: true, heldBy: 'two' })
	assert.equal(await queue.finish({ jobId, to: 'Completed', at: 3, heldBy: 'two', records: [record(3)] }), undefined)
	const job = (await jobs.get(jobId))!
	assert.deepEqual([job.status, job.endTime], ['Activating', null])
	assert.equal((await streams.list(jobId, { after: 0, limit: 9 })).length, 1)

	await queue.giveBack(jobId, { at: 4, countTry: true, heldBy: 'one' })
	const [again] = await queue.claim({ count: 1, at: 5, heldBy: 'two' })
	assert.deepEqual([again?.heldBy, again?.tryCount, again?.lastSequence], ['two', 2, 1])
	await queue.started(jobId, 5, 'two')
	assert.equal(await queue.finish({ jobId, to: 'Failed', at: 6, heldBy: 'one', records: [] }), undefined)
	const end = { jobId, to: 'Completed' as const, at: 6, heldBy: 'two', records: [record(2)] }
	// Again when the answer was lost.
	for (let times = 0; times < 2; times++) assert.equal(await queue.finish(end), 'Completed')
})

served(
	'jobs are taken up of nodes that are gone, and are silent or start again; a node learns what it is to stop, or that it is none',
	async () => {
		await using place = await postgresPlace()
		await using storage = await place.open({ clock })
		const { queue, jobs } = storage
		const nodes = storage.nodes!
		for (const each of ['one', 'two', 'three']) await nodes.register(node(each))
		const ids = []
		for (const heldBy of ['one', 'two', 'three']) {
			await queue.insert(newJob())
			const [claimed] = await queue.claim({ count: 1, at: 2, heldBy })
			ids.push(claimed!.jobId)
		}
		const taken = async () => (await queue.listTaken()).map(({ jobId }) => jobId)
		assert.deepEqual(await taken(), [])
		await jobs.changeStatus({ jobId: ids[1]!, from: 'Activating', to: 'Stopping', at: 3 })
		assert.deepEqual([await nodes.listStopping('one'), await nodes.listStopping('two')], [[], [ids[1]]])
		assert.deepEqual([await nodes.renew('one'), await nodes.renew('two')], [true, true])

		await nodes.register(node('one anew', 'one'))
		assert.deepEqual(await taken(), [ids[0]])
		assert.equal(await nodes.renew('one'), false)
		await nodes.takeOut('two')
		assert.deepEqual(await taken(), ids.slice(0, 2))
		assert.deepEqual(await nodes.takeOutSilent(60_000), [])
		assert.deepEqual((await nodes.takeOutSilent(-1_000)).toSorted(), ['host of one anew', 'host of three'])
		assert.deepEqual(await taken(), ids)
	},
)

test.run()
