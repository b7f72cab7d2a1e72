import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { ClientBase } from 'pg'
import { POSTGRES_MIGRATION_TIME_MAX } from '../limits.ts'

type Migration = { version: number; sql: string }

/** Where the migrations of this program are. */
export const migrationsFolder = new URL('./migrations/', import.meta.url).pathname

/**
 * Brings a SQLite file to the schema of this program: applies each numbered file that it has not seen, all in one transaction,
 * so that a failed one leaves nothing behind. Throws when the file was written by a newer program.
 */
export function migrate(db: DatabaseSync, folder: string): void {
	const migrations = readMigrations(folder, '.sqlite.sql')
	const current = Number(db.prepare('PRAGMA user_version').get()!.user_version)
	const due = dueOf(migrations, current)
	if (due.length === 0) return
	db.exec('BEGIN IMMEDIATE')
	try {
		for (const { sql } of due) db.exec(sql)
		db.exec(`PRAGMA user_version = ${due.at(-1)!.version}`)
		db.exec('COMMIT')
	} catch (error) {
		db.exec('ROLLBACK')
		throw error
	}
}

/** Any number that nobody else locks: it makes runners that start at the same time wait for the one that migrates. */
const MIGRATION_LOCK = 7_486_271

/** The same for a PostgreSQL database, of which other runners may start at the same time. */
export async function migratePostgres(client: Pick<ClientBase, 'query'>, folder: string): Promise<void> {
	const migrations = readMigrations(folder, '.postgres.sql')
	await client.query('BEGIN')
	try {
		await client.query(`SET LOCAL statement_timeout = ${POSTGRES_MIGRATION_TIME_MAX}`)
		await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
		await client.query('CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)')
		const { rows } = await client.query<{ version: number }>('SELECT version FROM schema_version')
		const due = dueOf(migrations, rows[0]?.version ?? 0)
		for (const { sql } of due) await client.query(sql)
		const newest = due.at(-1)?.version
		if (newest !== undefined) {
			await client.query('DELETE FROM schema_version')
			await client.query('INSERT INTO schema_version VALUES ($1)', [newest])
		}
		await client.query('COMMIT')
	} catch (error) {
		await client.query('ROLLBACK').catch(() => undefined)
		throw error
	}
}

function readMigrations(folder: string, ending: string): Migration[] {
	return readdirSync(folder)
		.filter((name) => name.endsWith(ending))
		.sort()
		.map((name) => ({ version: Number.parseInt(name, 10), sql: readFileSync(join(folder, name), 'utf8') }))
}

function dueOf(migrations: Migration[], current: number): Migration[] {
	const newest = migrations.at(-1)!.version
	if (current > newest) throw new Error(`it was written by a newer Runhook (schema ${current}, this one knows ${newest})`)
	return migrations.filter(({ version }) => version > current)
}
