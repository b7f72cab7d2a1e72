import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'

/**
 * Brings a SQLite file to the schema of this program: applies each numbered file that it has not seen, all in one transaction,
 * so that a failed one leaves nothing behind. Throws when the file was written by a newer program.
 */
export function migrate(db: DatabaseSync, folder: string): void {
	const migrations = readdirSync(folder)
		.filter((name) => name.endsWith('.sqlite.sql'))
		.sort()
		.map((name) => ({ version: Number.parseInt(name, 10), sql: readFileSync(join(folder, name), 'utf8') }))
	const newest = migrations.at(-1)!.version
	const current = Number(db.prepare('PRAGMA user_version').get()!.user_version)
	if (current > newest) throw new Error(`it was written by a newer Runhook (schema ${current}, this one knows ${newest})`)
	if (current === newest) return
	db.exec('BEGIN IMMEDIATE')
	try {
		for (const { version, sql } of migrations) if (version > current) db.exec(sql)
		db.exec(`PRAGMA user_version = ${newest}`)
		db.exec('COMMIT')
	} catch (error) {
		db.exec('ROLLBACK')
		throw error
	}
}
