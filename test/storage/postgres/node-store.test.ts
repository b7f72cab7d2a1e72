import assert from 'node:assert/strict'
import { test } from 'uvu'
import { POSTGRES_CONNECTIONS_MAX } from '../../../src/limits.ts'
import { clockAt } from '../../support/clock-at.ts'
import { newJob } from '../../support/new-job.ts'
import { postgresPlace } from '../../support/postgres-place.ts'
import { onPostgres, whyNoPostgres } from '../../support/postgres-server.ts'
import { runbookContent } from '../../support/runbook-content.ts'
import { until } from '../../support/until.ts'

const reason = whyNoPostgres()
/** Tests that need a server. */
const served = reason ? (name: string) => test.skip(`${name} (${reason})`) : test

const clock = clockAt('1970-01-01T00:00:01Z')
const node = (nodeId: string, folderId = nodeId) => ({
	nodeId,
	folderId,
	host: `host of ${nodeId}`,
	version: '1',
	slots: 4,
	isDraining: false,
})

/** Ends all other connections to the database. */
const othersSql = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()'

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
	// Two runners find a job that a copy brought, which nobody holds; the slower one after it was taken again.
	await queue.giveBack(jobId, { at: 3, countTry: true, heldBy: null })
	assert.equal(await queue.finish({ jobId, to: 'Completed', at: 3, heldBy: 'two', records: [record(3)] }), undefined)
	const job = (await jobs.get(jobId))!
	assert.deepEqual([job.status, job.endTime], ['Activating', null])
	assert.equal((await streams.list(jobId, { after: 0, limit: 9 })).length, 1)

	await queue.giveBack(jobId, { at: 4, countTry: true, heldBy: 'one' })
	const [again] = await queue.claim({ count: 1, at: 5, heldBy: 'two' })
	assert.deepEqual([again?.heldBy, again?.tryCount, again?.lastSequence], ['two', 2, 1])
	// They wait together for what is written before them.
	const [, , late] = await Promise.all([
		queue.started('another', 5, 'two'),
		queue.started(jobId, 5, 'two'),
		queue.finish({ jobId, to: 'Failed', at: 6, heldBy: 'one', records: [] }),
	])
	assert.equal(late, undefined)
	assert.equal((await jobs.get(jobId))?.startTime, 5)
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
		assert.deepEqual([await nodes.renew('one'), await nodes.renew('two')], [{ isDraining: false }, { isDraining: false }])
		const told = (await nodes.list()).filter(({ beatTime, registrationTime }) => beatTime > registrationTime)
		assert.deepEqual(told.map(({ nodeId }) => nodeId).toSorted(), ['one', 'two'])
		const held = async (except: string[]) => (await queue.listHeld('two', { except })).map(({ jobId }) => jobId)
		assert.deepEqual([await held([ids[0]!]), await held([ids[1]!])], [[ids[1]], []])

		await nodes.register(node('one anew', 'one'))
		assert.deepEqual(await taken(), [ids[0]])
		assert.equal(await nodes.renew('one'), undefined)
		await nodes.takeOut('two')
		assert.deepEqual(await taken(), ids.slice(0, 2))
		assert.deepEqual(await nodes.takeOutSilent(60_000), [])
		assert.deepEqual((await nodes.takeOutSilent(-1_000)).toSorted(), ['host of one anew', 'host of three'])
		const lost = async () => (await nodes.overview(60_000)).lost.map(({ host }) => host).toSorted()
		assert.deepEqual(await lost(), ['host of one anew', 'host of three'])
		await nodes.register(node('three anew', 'three'))
		assert.deepEqual(await lost(), ['host of one anew'])
		assert.deepEqual(await taken(), ids)
	},
)

served(
	'a job goes to a node that has its content; to another one when none has it that takes jobs, and only when all of it is kept',
	async () => {
		await using place = await postgresPlace()
		await using storage = await place.open({ clock })
		const { queue, contents, history } = storage
		const nodes = storage.nodes!
		const content = (contentHash: string, source: string | null) => {
			const { definition } = runbookContent()
			return { contentHash, runbookName: 'deploy', definition, files: [{ path: 'deploy.ts', text: '', source }], madeWith: '' }
		}
		await contents.keep(content('whole', ''), 1)
		await contents.keep(content('partial', null), 1)
		const both = ['whole', 'partial'].map((contentHash) => ({ contentHash, runbookName: 'deploy' }))
		for (const nodeId of ['one', 'two']) await nodes.register(node(nodeId))
		await nodes.setContents('one', both)
		// It had them for a moment.
		await nodes.setContents('two', both)
		await nodes.setContents('two', [])
		const put = async (contentHash: string) => {
			const job = newJob({ contentHash })
			await queue.insert(job)
			return job.jobId
		}
		const [first, second, third] = [await put('partial'), await put('whole'), await put('partial')]
		const claim = async (heldBy: string) => (await queue.claim({ count: 1, at: 2, heldBy })).map(({ jobId }) => jobId)
		assert.deepEqual([await claim('two'), await claim('one')], [[], [first]])
		assert.deepEqual((await nodes.overview(0)).stranded, [])
		assert.equal(await nodes.setDraining('one', true), true)
		assert.equal(await nodes.setDraining('three', true), false)
		assert.deepEqual([await claim('one'), await claim('two'), await claim('two')], [[], [second], []])
		assert.deepEqual(await nodes.renew('one'), { isDraining: true })
		// Since when it does stays as it is when a second operator says so, too.
		await onPostgres(place.url, (client) => client.query('UPDATE nodes SET draining_time = draining_time - 60000'))
		const drainingTime = async () => (await nodes.list()).find(({ nodeId }) => nodeId === 'one')?.drainingTime
		const since = await drainingTime()
		await nodes.setDraining('one', true)
		assert.equal(await drainingTime(), since)
		// What lies in a folder is in use, whatever superseded it.
		await queue.finish({ jobId: second, to: 'Completed', at: 3, heldBy: 'two', records: [] })
		await history.deleteContents(9, 10)
		assert.ok(await contents.get('whole'))

		await nodes.takeOut('one')
		assert.deepEqual([(await nodes.overview(0)).stranded, (await queue.waiting()).oldestTime, await claim('two')], [['deploy'], null, []])
		await history.deleteContents(9, 10)
		assert.equal(await contents.get('whole'), undefined)
		await nodes.setContents('two', both)
		assert.deepEqual(await claim('two'), [third])
	},
)

served('a runner hears what others have done and not what it did itself, also after its connection was lost', async () => {
	await using place = await postgresPlace()
	await using storage = await place.open()
	const other = await place.second(storage)
	const heard: string[] = []
	storage.nodes!.hear({
		claimable: () => heard.push('claimable'),
		stop: (jobId) => heard.push(`stop ${jobId}`),
		written: (jobId) => heard.push(`written ${jobId}`),
	})
	for (const cut of [false, true]) {
		// It looks at its connection each time that it tells that it lives.
		if (cut) await onPostgres(place.url, (client) => client.query(othersSql))
		await until('it lives', () =>
			storage.nodes!.register(node(String(cut))).then(
				() => true,
				() => false,
			),
		)
		heard.length = 0
		const [own, job] = [newJob(), newJob({ concurrencyKey: 'deploy/a', keyConcurrency: 2 })]
		await storage.queue.insert(own)
		await storage.streams.append(own.jobId, [{ sequence: 1, time: 1, streamType: 'Output', json: '""' }])
		await until('the other one is there', () =>
			other.queue.insert(job).then(
				() => true,
				() => false,
			),
		)
		await until('that it waits is heard', () => heard.includes('claimable'))
		await other.streams.append(job.jobId, [{ sequence: 1, time: 1, streamType: 'Output', json: '""' }])
		heard.length = 0
		await other.queue.claim({ count: 2, at: 2 })
		await until('that the next one of a key with several slots can go is heard', () => heard.includes('claimable'))
		await other.jobs.changeStatus({ jobId: job.jobId, from: 'Activating', to: 'Stopping', at: 3 })
		await until('the stop is heard', () => heard.includes(`stop ${job.jobId}`))
		await until('its record is heard', () => heard.includes(`written ${job.jobId}`))
		assert.ok(!heard.includes(`written ${own.jobId}`))
		await other.queue.finish({ jobId: job.jobId, to: 'Stopped', at: 4, records: [] })
	}
})

served('a runner tells that it lives while nothing else of it gets through', async () => {
	await using place = await postgresPlace()
	await using storage = await place.open({ clock })
	await storage.nodes!.register(node('one'))
	const { promise: held, resolve: release } = Promise.withResolvers<void>()
	const locked = Promise.withResolvers<void>()
	const holding = onPostgres(place.url, async (client) => {
		await client.query('BEGIN; LOCK TABLE jobs')
		locked.resolve()
		await held
	})
	await locked.promise
	const asked = Promise.all(Array.from({ length: POSTGRES_CONNECTIONS_MAX + 5 }, () => storage.jobs.get('a')))
	const busySql = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
	await until('its connections are busy', () =>
		onPostgres(place.url, async (client) => (await client.query(busySql)).rows.length === POSTGRES_CONNECTIONS_MAX),
	)
	asked.catch(() => undefined)
	assert.deepEqual(await Promise.race([storage.nodes!.renew('one').finally(release), asked]), { isDraining: false })
	await Promise.all([holding, asked])
})

served('a delivery that comes twice at once, long after the first time, makes one job while few places are left', async () => {
	await using place = await postgresPlace()
	await using storage = await place.open()
	const now = Date.now()
	const put = (creationTime: number, limit: object = {}) => {
		const key = { webhookId: 1, keyHash: new Uint8Array([1]), bodyHash: new Uint8Array([2]), forgottenTime: creationTime - 1 }
		return storage.queue.insertDelivery(newJob({ creationTime, ...limit }), { key, overflow: 'reject' })
	}
	await put(now)
	const waitingSql = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
	const outcomes = await onPostgres(place.url, async (client) => {
		await client.query(`SELECT pg_advisory_lock(hashtextextended('queue', 0))`)
		const asked: ReturnType<typeof put>[] = []
		// The two are written in different ways.
		for (const limit of [{ concurrencyKey: 'a', keyConcurrency: 1 }, {}]) {
			asked.push(put(now + 1, limit))
			await until('it waits', async () => (await client.query(waitingSql)).rows.length === asked.length)
		}
		return Promise.all([client.query('SELECT pg_advisory_unlock_all()'), ...asked])
	})
	assert.deepEqual(
		outcomes.slice(1).map((outcome) => 'kind' in outcome && outcome.kind),
		['accepted', 'repeated'],
	)
})

test.run()
