import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type pg from 'pg'
import { test } from 'uvu'
import { systemClock } from '../../../src/clock.ts'
import type { Log } from '../../../src/log.ts'
import { migrate, migratePostgres, migrationsFolder } from '../../../src/storage/migrate.ts'
import { PostgresDatabase } from '../../../src/storage/postgres/postgres-database.ts'
import { PostgresQueueStore } from '../../../src/storage/postgres/queue-store.ts'
import { claimSql } from '../../../src/storage/postgres/waiting-order.ts'
import { keptLog } from '../../support/kept-log.ts'
import { newJob } from '../../support/new-job.ts'
import { newDatabase, postgresPlace } from '../../support/postgres-place.ts'
import { onPostgres, whyNoPostgres } from '../../support/postgres-server.ts'
import { tcpProxy } from '../../support/tcp-proxy.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { until } from '../../support/until.ts'

const reason = whyNoPostgres()
/** Tests that need a server. */
const served = reason ? (name: string) => test.skip(`${name} (${reason})`) : test

const set = (name: string, value: string | null) => ({ sql: 'INSERT INTO settings (name, value) VALUES (?1, ?2)', values: [name, value] })

function open(url: string, log: Log = keptLog()): Promise<PostgresDatabase> {
	return PostgresDatabase.open(url, { clock: systemClock, log })
}

async function names(database: PostgresDatabase): Promise<string[]> {
	return (await database.rows<{ name: string }>('SELECT name FROM settings ORDER BY name')).map(({ name }) => name)
}

function withParameter(url: string, name: string, value: string): string {
	const changed = new URL(url)
	changed.searchParams.set(name, value)
	return changed.href
}

/** Ends all other connections to a database, as an operator or a restart of the server does. */
function cutOff(url: string): Promise<unknown> {
	const others = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()'
	return onPostgres(url, (client) => client.query(others))
}

test('a database that cannot be reached stops the start with a sentence, without its password', async () => {
	const url = 'postgres://someone:hidden-password@127.0.0.1:1/runhook'
	await assert.rejects(open(url), {
		name: 'StartError',
		message: 'The database of RUNHOOK_DATABASE_URL cannot be opened: connect ECONNREFUSED 127.0.0.1:1.',
	})
})

served('runners that start at the same time make the schema once', async () => {
	const url = await newDatabase()
	const databases = await Promise.all(Array.from({ length: 4 }, () => open(url)))
	for (const [index, database] of databases.entries()) await database.transaction([set(String(index), '')])
	assert.deepEqual(await names(databases[0]!), ['0', '1', '2', '3'])
	for (const database of databases) await database[Symbol.asyncDispose]()
})

served('a migration that fails leaves nothing behind, and a schema of a newer program is refused with a sentence', async () => {
	using folder = temporaryFolder()
	const url = await newDatabase()
	const write = (name: string, sql: string) => writeFileSync(join(folder.path, name), sql)
	const tables = async (client: pg.Client) =>
		(await client.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`)).rows.map(({ tablename }) => tablename)
	await onPostgres(url, async (client) => {
		write('0001-first.postgres.sql', 'CREATE TABLE a (x int)')
		write('0002-second.postgres.sql', 'CREATE TABLE b (x int); CREATE TABLE a (x int)')
		await assert.rejects(migratePostgres(client, folder.path), /relation "a" already exists/)
		assert.deepEqual(await tables(client), [])
		write('0002-second.postgres.sql', 'CREATE TABLE b (x int)')
		for (let times = 0; times < 2; times++) await migratePostgres(client, folder.path)
		assert.deepEqual(await tables(client), ['a', 'b', 'schema_version'])
	})
	await assert.rejects(open(url), {
		name: 'StartError',
		message: `The database of RUNHOOK_DATABASE_URL cannot be opened: it was written by a newer Runhook (schema 2, this one knows 1).`,
	})
})

served('both stores have the same tables and columns', async () => {
	await using place = await postgresPlace()
	await using _storage = await place.open()
	const { rows } = await onPostgres(place.url, (client) =>
		client.query(`SELECT table_name || '.' || column_name || CASE is_nullable WHEN 'YES' THEN '?' ELSE '' END AS name
			FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'schema_version'`),
	)
	using db = new DatabaseSync(':memory:')
	migrate(db, migrationsFolder)
	const columns = db
		.prepare(`SELECT t.name || '.' || c.name || CASE WHEN c."notnull" = 1 OR c.pk > 0 THEN '' ELSE '?' END AS name
			FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'`)
		.all()
	assert.deepEqual(rows.map(({ name }) => name).sort(), columns.map(({ name }) => name).sort())
})

served('a request that fails is undone whole and alone, and its error says which statement it was, not with which values', async () => {
	await using place = await postgresPlace()
	await using storage = await place.open()
	await using database = await open(place.url)
	const settled = await Promise.allSettled([
		database.transaction([set('a', '1')]),
		database.transaction([set('b', 'secret'), set('c', null)]),
		database.transaction([{ sql: 'SELECT ?1::bigint', values: ['secret'] }]),
		database.transaction([set('d', '1'), set('e', '1')]),
		database.inTransaction(async (run) => {
			await run(set('f', '1'))
			throw new Error('changed my mind')
		}),
	])
	const reasons = settled.map((each) => (each.status === 'fulfilled' ? 'kept' : String(each.reason)))
	assert.deepEqual(
		reasons.map((each) => each.replace(/:.*/s, '')),
		['kept', 'Error', 'Error', 'kept', 'Error'],
	)
	assert.match(reasons[1]!, /null value in column "value".*Statement: INSERT INTO settings/)
	assert.ok(!reasons.join().includes('secret'))
	assert.deepEqual(await names(database), ['a', 'd', 'e'])
	assert.equal(await storage.settings.get('a'), '1')
})

served('a text that PostgreSQL cannot hold is kept without the character that it cannot', async () => {
	await using place = await postgresPlace()
	await using storage = await place.open()
	assert.equal(await storage.settings.setOnce('a\0', '\0b\0'), '\uFFFDb\uFFFD')
	const job = newJob({ name: 'nul\0' })
	assert.equal(await storage.queue.insert(job), 'accepted')
	assert.equal((await storage.jobs.get(job.jobId))?.name, 'nul\uFFFD')
})

served('who loses its connection in the middle of a transaction has written nothing, and the next request is served', async () => {
	await using place = await postgresPlace()
	const log = keptLog()
	await using database = await open(place.url, log)
	const cut = database.inTransaction(async (run) => {
		await run(set('a', '1'))
		await cutOff(place.url)
		await run(set('b', '1'))
	})
	await assert.rejects(cut, { name: 'StoreUnavailableError' })
	await database.transaction([set('c', '1')])
	assert.deepEqual(await names(database), ['c'])
	await cutOff(place.url)
	await until('the end of an idle connection is told', () =>
		log.lines.some(({ message }) => message === 'A connection to the database was lost'),
	)
	assert.deepEqual(await names(database), ['c'])
})

served('a statement that takes too long is given up, and so is a server that no longer answers', async () => {
	await using place = await postgresPlace()
	await using slow = await open(withParameter(place.url, 'statement_timeout', '100'))
	await assert.rejects(slow.rows('SELECT pg_sleep(60)'), { name: 'StoreUnavailableError', message: /statement timeout/ })
	assert.deepEqual(await names(slow), [])

	await using proxy = await tcpProxy(place.url)
	await using cut = await open(withParameter(proxy.url, 'query_timeout', '200'))
	proxy.hold()
	await assert.rejects(cut.transaction([set('a', '1')]), { name: 'StoreUnavailableError' })
})

served('what waits is refused once the database is known to be away, and nothing is asked of it until it is back', async () => {
	await using place = await postgresPlace()
	await using proxy = await tcpProxy(place.url)
	await using database = await open(proxy.url)
	await database.transaction([set('a', '1')])
	proxy.hold()
	const before = performance.now()
	// More than there are connections: some wait for one.
	const asked = Array.from({ length: 20 }, () => database.transaction([set('b', '1')]))
	database.setAway(true)
	asked.push(database.transaction([set('c', '1')]))
	for (const each of await Promise.allSettled(asked)) {
		assert.equal(each.status, 'rejected')
		assert.equal(each.reason.name, 'StoreUnavailableError')
	}
	assert.ok(performance.now() - before < 1_000)
	await proxy.pass()
	database.setAway(false)
	await database.transaction([set('d', '1')])
	assert.ok(!(await names(database)).includes('c'))
})

served('jobs that come at once are written in few commits, and as many as may wait, whoever accepts them', async () => {
	await using place = await postgresPlace()
	await using storage = await place.open({ queueLimit: 100 })
	const other = await place.second(storage)
	const bodyHash = new Uint8Array(16)
	const keyOf = (index: number) => ({ webhookId: 1, keyHash: new Uint8Array(Buffer.from(`key ${index}`)), bodyHash, forgottenTime: 0 })
	const outcomes = await Promise.all(
		Array.from({ length: 150 }, async (_, index) => {
			const { queue } = index % 2 ? other : storage
			return index % 3
				? queue.insert(newJob())
				: (await queue.insertDelivery(newJob({ creationTime: Date.now() }), { key: keyOf(index) })).kind
		}),
	)
	assert.equal(outcomes.filter((outcome) => outcome === 'accepted').length, 100)
	const accepted = outcomes.flatMap((outcome, index) => (index % 3 === 0 && outcome === 'accepted' ? [index] : []))
	const { rows: kept } = await onPostgres(place.url, (client) => client.query('SELECT key_hash FROM delivery_keys'))
	assert.deepEqual(
		kept.map(({ key_hash }) => Number(String(key_hash).slice(4))).toSorted((a, b) => a - b),
		accepted,
	)
	const commits = `SELECT count(DISTINCT xmin::text) AS count FROM jobs`
	const { rows } = await onPostgres(place.url, (client) => client.query(commits))
	assert.ok(Number(rows[0].count) <= 20, rows[0].count)
})

served('what cannot be next, by its runbook or by its concurrency key, is never looked through', async () => {
	await using place = await postgresPlace()
	await using database = await open(place.url)
	const queue = new PostgresQueueStore(database, { limit: 10_000, tell: () => undefined, clock: systemClock })
	const kinds = [{ runbookName: 'blocked' }, { concurrencyKey: 'a/b', keyConcurrency: 1 }]
	const jobs = Array.from({ length: 3_000 }, (_, index) => newJob(index < 2_990 ? { ...kinds[index % 2], priority: 1 } : {}))
	await Promise.all(jobs.map((job) => queue.insert(job)))
	// The server decides by what it knows of the table.
	await database.rows('ANALYZE jobs')
	const readSql = `SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) AS read FROM pg_stat_xact_user_tables WHERE relname = 'jobs'`
	await database.inTransaction(async (run) => {
		const read = async () => ((await run({ sql: readSql, values: [] })).rows as [{ read: number }])[0].read
		const before = await read()
		assert.equal((await run({ sql: claimSql, values: [2, '{"blocked":0}', 4, null] })).rows.length, 4)
		const rows = (await read()) - before
		assert.ok(rows < 200, `${rows} rows`)
	})
})

served('a flood over the rate of a webhook is refused without asking the server, until a call fits by what it said', async () => {
	await using place = await postgresPlace()
	await using storage = await place.open()
	const take = (calls: number) => storage.rates.take('hook', { calls, seconds: 3_600 }, Date.now())
	assert.deepEqual([await take(1), await take(1)], [undefined, 3_600])
	await onPostgres(place.url, (client) => client.query('DELETE FROM webhook_rates'))
	assert.ok((await take(1))! > 3_500)
	assert.equal(await take(2), undefined)
})

test.run()
