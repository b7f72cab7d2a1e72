import assert from 'node:assert/strict'
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'uvu'
import { COPY_STEP_BYTES, COPY_STEP_ROWS } from '../../../src/limits.ts'
import { type CopiedRow, copiedTables } from '../../../src/storage/copy/copied-table.ts'
import { type CopySource, type CopyTarget, copyStorage } from '../../../src/storage/copy/copy-storage.ts'
import { openPostgresSource, openPostgresTarget, stepsOf } from '../../../src/storage/copy/postgres-copy.ts'
import { openSqliteSource, openSqliteTarget, storeFileOf } from '../../../src/storage/copy/sqlite-copy.ts'
import { lockDataFolder } from '../../../src/storage/sqlite/runner-lock.ts'
import { filledFolder, rowsIn } from '../../support/filled-store.ts'
import { newDatabase } from '../../support/postgres-place.ts'
import { onPostgres, whyNoPostgres } from '../../support/postgres-server.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const reason = whyNoPostgres()
/** Tests that need a server. */
const served = reason ? (name: string) => test.skip(`${name} (${reason})`) : test

const tables = copiedTables()
async function copied(source: CopySource, target: CopyTarget, stopJobsAt?: number) {
	await using from = source
	await using to = target
	const progress: string[] = []
	const told = ({ table, written, count }: { table: string; written: number; count: number }) =>
		void (written === count && progress.push(table))
	const result = await copyStorage({
		source: from,
		target: to,
		tables,
		stopJobsAt,
		progress: told,
		signal: new AbortController().signal,
	})
	await to.commit()
	assert.deepEqual(
		[...new Set(progress)],
		tables.map(({ name }) => name),
	)
	return result
}

served('what is copied to PostgreSQL and back is the same in every table, row by row, and new rows get new numbers', async () => {
	using folder = temporaryFolder()
	const url = await newDatabase()
	const from = filledFolder(folder.path, 7)
	const there = await copied(openSqliteSource(storeFileOf(from)), await openPostgresTarget(url, tables))
	const to = join(folder.path, 'back')
	assert.deepEqual(await copied(await openPostgresSource(url), openSqliteTarget(to)), there)
	const [before, after] = [rowsIn(from), rowsIn(to)]
	for (const { name } of tables) {
		assert.ok(before[name]!.length > 0, name)
		assert.deepEqual(after[name], before[name], name)
	}
	assert.deepEqual(
		there.tables,
		tables.map(({ name }) => ({ name, count: before[name]!.length })),
	)
	const schema = (dataDir: string) => {
		using db = new DatabaseSync(storeFileOf(dataDir), { readOnly: true })
		const { user_version } = db.prepare('PRAGMA user_version').get()!
		const { auto_vacuum } = db.prepare('PRAGMA auto_vacuum').get()!
		return [user_version, auto_vacuum, db.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all()]
	}
	assert.deepEqual(schema(to), schema(from))
	assert.deepEqual(readdirSync(to).sort(), ['runhook.sqlite', 'runner.lock'])

	const most = Math.max(...before.delivery_keys!.map(({ number }) => Number(number)))
	const insertSql = `INSERT INTO delivery_keys (webhook_id, key_hash, body_hash, job_id, time) VALUES (0, '', '', '', 0) RETURNING number`
	await onPostgres(url, async (client) => assert.equal(Number((await client.query(insertSql)).rows[0].number), most + 1))
})

served('the character 0, which PostgreSQL cannot hold, is told; jobs that have not ended can be stopped in the copy', async () => {
	using folder = temporaryFolder()
	const from = filledFolder(folder.path, 3)
	const change = (sql: string) => {
		using db = new DatabaseSync(storeFileOf(from))
		db.exec(sql)
	}
	change(`UPDATE jobs SET end_time = CASE job_id WHEN (SELECT min(job_id) FROM jobs) THEN 5 END, exception = 'nul' || char(0) || '!';
		UPDATE ended_jobs SET count = 1`)
	const url = await newDatabase()
	const { changedTextCount, stoppedJobCount } = await copied(openSqliteSource(storeFileOf(from)), await openPostgresTarget(url, tables), 99)
	assert.deepEqual([changedTextCount, stoppedJobCount], [3, 2])
	await onPostgres(url, async (client) => {
		const rowsOf = async (sql: string) => (await client.query({ text: sql, rowMode: 'array' })).rows
		assert.deepEqual(await rowsOf('SELECT status, exception, end_time FROM jobs ORDER BY end_time DESC, number LIMIT 2'), [
			['Stopped', 'The job was stopped when the store was copied.', '99'],
			['Stopped', 'The job was stopped when the store was copied.', '99'],
		])
		assert.deepEqual(await rowsOf(`SELECT exception FROM jobs WHERE end_time = 5`), [['nul\uFFFD!']])
		assert.deepEqual(await rowsOf('SELECT sum(count)::int FROM ended_jobs'), [[3]])
		assert.deepEqual(await rowsOf('SELECT count(*)::int FROM scheduled_runs WHERE job_id IS NULL'), [[0]])
	})
	const back = join(folder.path, 'back')
	await copied(await openPostgresSource(url), openSqliteTarget(back))
	assert.deepEqual(
		rowsIn(back).ended_jobs!.map(({ count }) => count),
		[3],
	)
})

served('long rows are read in steps of few bytes, from either store', async () => {
	using folder = temporaryFolder()
	const from = filledFolder(folder.path, 1)
	{
		using db = new DatabaseSync(storeFileOf(from))
		const insert = db.prepare(`INSERT INTO job_streams VALUES ('long', ?, 1, 'Output', ?)`)
		for (let sequence = 1; sequence <= 6; sequence++) insert.run(sequence, 'x'.repeat(COPY_STEP_BYTES / 2))
		db.exec(`WITH RECURSIVE next (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM next WHERE n < ${COPY_STEP_ROWS + 1})
			INSERT INTO settings SELECT 'name ' || n, '' FROM next`)
	}
	const url = await newDatabase()
	await copied(openSqliteSource(storeFileOf(from)), await openPostgresTarget(url, tables))
	for (const opened of [openSqliteSource(storeFileOf(from)), await openPostgresSource(url)]) {
		await using source = opened
		const steps = async (name: string) => {
			const lengths: number[] = []
			for await (const rows of source.rows(tables.find((table) => table.name === name)!)) lengths.push(rows.length)
			return lengths
		}
		assert.deepEqual(await steps('settings'), [COPY_STEP_ROWS, 2])
		const [short, ...long] = await steps('job_streams')
		assert.ok(short! <= 3 && long.every((length) => length <= 2), [short, ...long].join())
	}
	assert.deepEqual(stepsOf([1, 1, COPY_STEP_BYTES, COPY_STEP_BYTES + 1, 1]), [2, 1, 1, 1])
})

served('what is in use, not empty or of another program is refused in one sentence, and stays as it is', async () => {
	using folder = temporaryFolder()
	const from = filledFolder(folder.path, 1)
	const refused = (work: () => unknown, message: RegExp) => assert.rejects(async () => work(), { name: 'StartError', message })
	await using held = openSqliteSource(storeFileOf(from))
	await refused(() => openSqliteTarget(from), /^The data folder .* has a store already: name one that has none\.$/)
	await held[Symbol.asyncDispose]()
	{
		using _runner = lockDataFolder(from)
		await refused(() => openSqliteSource(storeFileOf(from)), /^Another runner uses the data folder /)
		const backup = join(from, 'backup.sqlite')
		copyFileSync(storeFileOf(from), backup)
		await openSqliteSource(backup)[Symbol.asyncDispose]()
	}
	{
		await using target = openSqliteTarget(join(folder.path, 'new'))
		await refused(() => openSqliteTarget(join(folder.path, 'new')), /^Another runner uses the data folder /)
		// It is broken off here.
		await target.run({ sql: 'DELETE FROM jobs', values: [] })
	}
	assert.deepEqual(readdirSync(join(folder.path, 'new')), ['runner.lock'])
	await refused(() => openSqliteSource(join(folder.path, 'none')), /^There is no store .*none\.$/)
	for (const url of ['postgres://u:secret@localhost:99999/db', 'postgres://localhost/db?sslcert=/none'])
		await refused(() => openPostgresTarget(url, tables), /^The database that is copied to cannot be reached: (?!.*secret).+\.$/)
	const empty = await newDatabase()
	await refused(() => openPostgresSource(empty), /: it has no store of Runhook\.$/)

	const url = await newDatabase()
	await copied(openSqliteSource(storeFileOf(from)), await openPostgresTarget(url, tables))
	await refused(
		() => openPostgresTarget(url, tables),
		/^The database that is copied to cannot be used: it is not empty \(\w+\): name another one\.$/,
	)
	const now = '(extract(epoch FROM now()) * 1000)::bigint'
	const enter = `INSERT INTO nodes VALUES ('n', 'f', 'a-machine', '1', 1, ${now}, ${now}, ${now})`
	await onPostgres(url, async (client) => {
		{
			await using _source = await openPostgresSource(url)
			await client.query(`SET lock_timeout = 100`)
			await assert.rejects(client.query(enter), /lock timeout/)
		}
		await client.query(enter)
		await refused(
			() => openPostgresSource(url),
			/: a runner uses it \(a-machine\): end it first; one that was killed is forgotten after 10 s\.$/,
		)
		await client.query('DELETE FROM nodes')
		for (const [version, message] of [
			[99, /it was written by a newer Runhook \(schema 99, this one knows \d+\)\.$/],
			[0, /it was written by an older Runhook \(schema 0, this one has \d+\): start a runner of this one on it/],
		] as const) {
			await client.query('UPDATE schema_version SET version = $1', [version])
			await refused(() => openPostgresSource(url), message)
			await refused(() => openPostgresTarget(url, tables), message)
		}
	})
	writeFileSync(join(folder.path, 'text'), 'This is no database, whatever it says.'.repeat(100))
	await refused(() => openSqliteSource(join(folder.path, 'text')), /^The store .* cannot be read: file is not a database\.$/)
})

served('a copy that fails or lacks something leaves the database empty', async () => {
	using folder = temporaryFolder()
	const source = openSqliteSource(storeFileOf(filledFolder(folder.path, 2)))
	const url = await newDatabase()
	const lossy: CopySource = { ...source, rows: (table) => (table.name === 'webhooks' ? rowsLess(source.rows(table)) : source.rows(table)) }
	await assert.rejects(async () => copied(lossy, await openPostgresTarget(url, tables)), {
		name: 'StartError',
		message: 'The table webhooks has 2 rows, and 1 in the copy: nothing of it was kept.',
	})
	await using _target = await openPostgresTarget(url, tables)
	await onPostgres(url, async (client) => {
		await client.query('SET lock_timeout = 100')
		await assert.rejects(client.query(`INSERT INTO settings VALUES ('of a runner that starts', '')`), /lock timeout/)
	})
})

test('a copy from folder to folder can be broken off, and leaves nothing behind', async () => {
	using folder = temporaryFolder()
	const to = join(folder.path, 'to')
	{
		await using source = openSqliteSource(storeFileOf(filledFolder(folder.path, 2)))
		await using target = openSqliteTarget(to)
		const stopping = new AbortController()
		setImmediate(() => stopping.abort())
		const parts = { source, target, tables, stopJobsAt: undefined, progress: () => undefined, signal: stopping.signal }
		await assert.rejects(copyStorage(parts), { name: 'AbortError' })
	}
	assert.deepEqual(readdirSync(to), ['runner.lock'])
})

async function* rowsLess(steps: AsyncIterable<CopiedRow[]>): AsyncGenerator<CopiedRow[]> {
	for await (const rows of steps) yield rows.slice(1)
}

test.run()
