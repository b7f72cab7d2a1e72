// What is compared in the benches of PostgreSQL: the product's own queue, and pg-boss with the settings that matter to it.
import { randomUUIDv7 } from 'node:crypto'
import { join } from 'node:path'
import pg from 'pg'
import { PgBoss } from 'pg-boss'
import { systemClock } from '../../src/clock.ts'
import { openStorage, type Storage } from '../../src/storage/open-storage.ts'
import { keptLog } from '../support/kept-log.ts'
import { newJob } from '../support/new-job.ts'
import { newDatabase } from '../support/postgres-place.ts'
import { durablePostgresServer, onPostgres } from '../support/postgres-server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** A queue without HTTP and without sandboxes. */
export type Engine = AsyncDisposable & {
	/** Keeps one job, durably, in a transaction that others who wait at that moment share. */
	accept(): Promise<void>
	/** Takes all jobs that wait and ends them, up to `slots` at once, `each` by one request where the engine knows that; resolves with how many there were. */
	takeAll(slots: number, each: number): Promise<number>
}

export const bossQueue = 'run'
/** As many share one transaction as of the product's. */
const BATCH_MAX = 512
const parameters = { WebhookData: { WebhookName: 'nothing', RequestBody: 'x'.repeat(300) } }

/** Databases on a server that flushes what it commits; prints which one that is. */
export async function benchDatabases(count: number): Promise<string[]> {
	const shownSql = `SELECT string_agg(name || ' ' || current_setting(name), ', ') AS shown
		FROM unnest(ARRAY['server_version', 'fsync', 'synchronous_commit', 'shared_buffers']) AS name`
	const { rows } = await onPostgres(await durablePostgresServer(), (client) => client.query<{ shown: string }>(shownSql))
	console.log(`PostgreSQL: ${rows[0]!.shown}.\n`)
	return Promise.all(Array.from({ length: count }, () => newDatabase(durablePostgresServer())))
}

/** The product's store, as its runners use it: what they write for a job is its insert, its claim, its start and its end. */
export async function openStore(databaseUrl: string): Promise<Engine> {
	await using opened = new AsyncDisposableStack()
	const { queue, nodes } = opened.use(await openBenchStorage(databaseUrl))
	const heldBy = randomUUIDv7()
	await nodes!.register({ nodeId: heldBy, folderId: heldBy, host: 'bench', version: '0', slots: 1, isDraining: false })
	const end = async (jobId: string) => {
		// Nor does a runner wait for it.
		const started = queue.started(jobId, Date.now(), heldBy)
		await queue.finish({ jobId, to: 'Completed', at: Date.now(), heldBy, records: [] })
		await started
	}
	const all = opened.move()
	return {
		accept: async () => void (await queue.insert(newJob({ parameters, creationTime: Date.now() }))),
		// As a runner does: one claim at a time for all slots that are free, and each job ends by itself.
		async takeAll(slots) {
			const running = new Set<Promise<void>>()
			for (let count = 0; ; ) {
				const jobs = running.size < slots ? await queue.claim({ count: slots - running.size, at: Date.now(), heldBy }) : []
				count += jobs.length
				for (const { jobId } of jobs) {
					const ended: Promise<void> = end(jobId).then(() => void running.delete(ended))
					running.add(ended)
				}
				if (running.size === 0) return count
				if (jobs.length === 0 || running.size === slots) await Promise.race(running)
			}
		},
		[Symbol.asyncDispose]: () => all.disposeAsync(),
	}
}

/** pg-boss beside the product's table of jobs: a row of it and an entry of the queue are written in one transaction; taking and ending touch the entry alone. */
export async function openBossBesideJobs(databaseUrl: string): Promise<Engine> {
	await using opened = new AsyncDisposableStack()
	await using _schema = await openBenchStorage(databaseUrl)
	const boss = await openBoss(databaseUrl)
	opened.defer(() => boss.stop({ graceful: false }))
	const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 })
	opened.defer(() => pool.end())
	let waiting: (() => void)[] = []
	let isSending = false
	const sendAll = async () => {
		isSending = true
		while (waiting.length > 0) {
			const batch = waiting.splice(0, BATCH_MAX)
			await insert(boss, pool, batch.length)
			for (const resolve of batch) resolve()
		}
		isSending = false
	}
	const all = opened.move()
	return {
		accept: () =>
			new Promise((resolve) => {
				waiting.push(resolve)
				if (!isSending) void sendAll()
			}),
		async takeAll(slots, each) {
			const takers = Array.from({ length: slots / each }, async () => {
				for (let count = 0; ; ) {
					const jobs = await boss.fetch(bossQueue, { batchSize: each })
					if (jobs.length === 0) return count
					const ids = jobs.map(({ id }) => id)
					await boss.complete(bossQueue, each === 1 ? ids[0]! : ids)
					count += jobs.length
				}
			})
			return (await Promise.all(takers)).reduce((sum, count) => sum + count, 0)
		},
		async [Symbol.asyncDispose]() {
			waiting = []
			await all.disposeAsync()
		},
	}
}

/** With the settings that let others notice the end of a worker in time: its own defaults are minutes. */
export async function openBoss(connectionString: string): Promise<PgBoss> {
	const boss = new PgBoss({ connectionString, useListenNotify: true, superviseIntervalSeconds: 1, monitorIntervalSeconds: 1 })
	boss.on('error', (error) => console.error(error))
	await boss.start()
	await boss.createQueue(bossQueue, { notify: true, heartbeatSeconds: 10, expireInSeconds: 86_400, retryLimit: 2 })
	return boss
}

const insertSql = `INSERT INTO jobs (job_id, runbook_name, content_hash, parameters, status, is_test, creation_time, last_modified_time, last_status_modified_time)
	SELECT job_id, 'deploy', 'hash', $2, 'New', 0, $3, $3, $3 FROM unnest($1::text[]) AS job_id`

async function insert(boss: PgBoss, pool: pg.Pool, count: number): Promise<void> {
	const ids = Array.from({ length: count }, () => randomUUIDv7())
	const client = await pool.connect()
	const db = { executeSql: (sql: string, values?: unknown[]) => client.query(sql, values) }
	await client.query('BEGIN')
	await client.query(insertSql, [ids, JSON.stringify(parameters), Date.now()])
	await boss.insert(
		bossQueue,
		ids.map((id) => ({ id, data: { jobId: id } })),
		{ db },
	)
	await client.query('COMMIT')
	client.release()
}

async function openBenchStorage(databaseUrl: string): Promise<Storage> {
	await using opened = new AsyncDisposableStack()
	const folder = opened.use(temporaryFolder())
	const retention = { retentionDays: 30, retentionJobs: 10_000_000, retentionMb: 10_240, diskLowMb: undefined }
	const settings = { dataDir: join(folder.path, 'data'), databaseUrl, queueLimit: 10_000_000, ...retention }
	const storage = opened.use(await openStorage(settings, { clock: systemClock, log: keptLog() }))
	const all = opened.move()
	return { ...storage, [Symbol.asyncDispose]: () => all.disposeAsync() }
}
