import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StartError } from '../../errors.ts'
import { COPY_LOCK_TIME_MAX, COPY_STEP_BYTES, COPY_STEP_ROWS } from '../../limits.ts'
import { closeToOthers, openFolder } from '../data-folder.ts'
import { migrate, migrationsFolder } from '../migrate.ts'
import { lockDataFolder } from '../sqlite/runner-lock.ts'
import { type CopiedRow, type CopiedTable, knownSchema, schemaFault, seededTables } from './copied-table.ts'
import type { CopySource, CopyTarget } from './copy-storage.ts'

/** The store of a data folder. */
export const storeFileOf = (dataDir: string) => join(dataDir, 'runhook.sqlite')

/** Opens the store of a data folder, or a file that is one, such as a backup. Throws a StartError when it is none, or a runner uses it. */
export function openSqliteSource(file: string): CopySource {
	using opened = new DisposableStack()
	const folder = dirname(file)
	// A backup has no runner, also where it lies beside the store of one.
	if (basename(file) === storeFileOf('') && isFile(join(folder, 'runner.lock'))) opened.use(lockDataFolder(folder))
	const db = openToRead(file)
	opened.defer(() => db.close())
	const all = opened.move()
	const rowsOf = (sql: string) => db.prepare(sql).all() as Record<string, unknown>[]
	return {
		count: async ({ selectSql }) => Number(rowsOf(`SELECT count(*) AS count FROM (${selectSql})`)[0]!.count),
		async *rows({ selectSql, longColumns }) {
			let step: CopiedRow[] = []
			let bytes = 0
			for (const row of db.prepare(selectSql).iterate() as Iterable<CopiedRow>) {
				const length = lengthOf(row, longColumns)
				if (step.length === COPY_STEP_ROWS || (step.length > 0 && bytes + length > COPY_STEP_BYTES)) {
					yield step
					step = []
					bytes = 0
				}
				step.push(row)
				bytes += length
			}
			if (step.length > 0) yield step
		},
		keyIds: async () => rowsOf('SELECT DISTINCT key_id FROM assets WHERE key_id IS NOT NULL').map(({ key_id }) => String(key_id)),
		[Symbol.asyncDispose]: async () => all.dispose(),
	}
}

/** Opens a store as it stands at this moment, whoever writes it meanwhile. Throws a StartError when it is none of this program's. */
export function openToRead(file: string): DatabaseSync {
	if (!isFile(file)) throw new StartError(`There is no store ${file}.`)
	using opened = new DisposableStack()
	try {
		// A runner that ends has its store to itself for a moment.
		const db = new DatabaseSync(file, { readOnly: true, timeout: COPY_LOCK_TIME_MAX })
		opened.defer(() => db.close())
		db.exec('BEGIN')
		const fault = schemaFault(Number(db.prepare('PRAGMA user_version').get()!.user_version), knownSchema())
		if (fault) throw new Error(fault)
		db.prepare('SELECT count(*) FROM settings').get()
		opened.move()
		return db
	} catch (cause) {
		throw new StartError(`The store ${file} cannot be read: ${(cause as Error).message}.`, { cause })
	}
}

/**
 * Makes the store of a data folder, under another name until it is committed. Throws a StartError when the folder cannot be used, has a store,
 * or belongs to a runner.
 */
export function openSqliteTarget(dataDir: string): CopyTarget {
	const file = storeFileOf(dataDir)
	openFolder(dataDir)
	using opened = new DisposableStack()
	closeToOthers(join(dataDir, 'runner.lock'))
	opened.use(lockDataFolder(dataDir))
	if (isFile(file)) throw new StartError(`The data folder ${dataDir} has a store already: name one that has none.`)
	const part = `${file}.copy`
	removeStore(part)
	closeToOthers(part)
	opened.defer(() => removeStore(part))
	const db = opened.adopt(new DatabaseSync(part), (each) => each.isOpen && each.close())
	// Who ends in the middle leaves a file that nobody opens: it is flushed once, at the end. What is new needs no room in the journal.
	db.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536')
	migrate(db, migrationsFolder)
	db.exec(`BEGIN; ${seededTables.map((name) => `DELETE FROM ${name}`).join('; ')}`)
	const all = opened.move()
	return {
		async write({ name, columns }, rows) {
			const insert = db.prepare(`INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`)
			for (const row of rows) insert.run(...columns.map((column) => row[column]!))
			return 0
		},
		count: async ({ selectSql }) => Number(db.prepare(`SELECT count(*) AS count FROM (${selectSql})`).get()!.count),
		run: async ({ sql, values }) => Number(db.prepare(sql).run(...(values as number[])).changes),
		async commit() {
			db.exec('COMMIT')
			db.close()
			flush(part)
			renameSync(part, file)
			flush(dataDir)
		},
		[Symbol.asyncDispose]: async () => all.dispose(),
	}
}

/** Removes what was written in part, also by whoever was killed in the middle. */
export function removeStore(file: string): void {
	for (const each of [file, `${file}-journal`]) rmSync(each, { force: true })
}

/** A file, or the names in a folder, last when this returns. */
export function flush(path: string): void {
	const descriptor = openSync(path, 'r')
	try {
		fsyncSync(descriptor)
	} finally {
		closeSync(descriptor)
	}
}

export function isFile(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

function lengthOf(row: CopiedRow, columns: CopiedTable['longColumns']): number {
	return columns.reduce((sum, column) => sum + ((row[column] as string | Uint8Array | null)?.length ?? 0), 0)
}
