import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { systemClock } from '../../src/clock.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import type { StorePlace } from '../conformance/store-place.ts'
import { keptLog } from './kept-log.ts'
import { databaseUrl, onPostgres, postgresServer } from './postgres-server.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** Databases that no test uses any more, emptied: making one takes longer than most tests. */
const free: string[] = []

const emptySql = `DO $$ DECLARE name text; BEGIN
	FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('schema_version', 'audit_head') LOOP
		EXECUTE format('DELETE FROM %I', name);
	END LOOP;
	-- What the jobs that went before left.
	DELETE FROM ended_jobs;
	UPDATE audit_head SET sequence = 0, previous_hash = '', hash = '';
END $$`

/** A PostgreSQL database without a schema; it goes with the server, or else at the end of the process. */
export async function newDatabase(onServer = postgresServer()): Promise<string> {
	const server = await onServer
	const name = `runhook_test_${randomBytes(8).toString('hex')}`
	await onPostgres(server, (client) => client.query(`CREATE DATABASE ${name}`))
	if (process.env.TEST_DATABASE_URL)
		process.once('beforeExit', () => onPostgres(server, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`)))
	return databaseUrl(server, name)
}

/** A PostgreSQL database of its own. Every client of it has a data folder and connections of its own, as runners on several machines. */
export async function postgresPlace(): Promise<StorePlace & { url: string }> {
	const url = free.pop() ?? (await newDatabase())
	const kept = new AsyncDisposableStack()
	let opened: Parameters<StorePlace['open']>[0]
	const open: StorePlace['open'] = (given = {}) => {
		opened = given
		const { queueLimit = 1_000, clock = systemClock } = given
		const folder = kept.use(temporaryFolder())
		const retention = { retentionDays: 30, retentionJobs: 1_000_000, retentionMb: 10_240, diskLowMb: undefined }
		const settings = { dataDir: join(folder.path, 'data'), databaseUrl: url, queueLimit, ...retention }
		return openStorage(settings, { clock, log: keptLog() })
	}
	return {
		url,
		open,
		second: async () => kept.use(await open(opened)),
		async [Symbol.asyncDispose]() {
			await kept.disposeAsync()
			await onPostgres(url, (client) => client.query(emptySql))
			free.push(url)
		},
	}
}
