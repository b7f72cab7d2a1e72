import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type CopiedRow, copiedTables } from '../../src/storage/copy/copied-table.ts'
import { storeFileOf } from '../../src/storage/copy/sqlite-copy.ts'
import { migrate, migrationsFolder } from '../../src/storage/migrate.ts'

const tables = copiedTables()
const wide = '𝕒 "quoted" \\ \t\n\u0001 é \u2028'

/** A data folder whose store has `count` rows in every table, of values that are as odd as a column takes; what a table has but once stays once. */
export function filledFolder(path: string, count: number): string {
	const dataDir = join(path, 'data')
	mkdirSync(dataDir, { recursive: true })
	using db = new DatabaseSync(storeFileOf(dataDir))
	db.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL')
	migrate(db, migrationsFolder)
	db.exec(`UPDATE audit_head SET sequence = 5, previous_hash = 'a', hash = 'b'; UPDATE ended_jobs SET count = 7; BEGIN`)
	for (const { name, columns } of tables.filter(({ keys }) => keys.length > 0)) {
		const types = db.prepare(`SELECT name, type, "notnull", pk FROM pragma_table_info('${name}')`).all()
		const insert = db.prepare(`INSERT INTO ${name} VALUES (${columns.map(() => '?').join(', ')})`)
		for (let index = 1; index <= count; index++)
			insert.run(
				...types.map(({ type, notnull, pk }) => {
					if (notnull === 0 && pk === 0 && index % 3 === 0) return null
					if (type === 'INTEGER') return index % 2 ? index : Number.MAX_SAFE_INTEGER - index
					return type === 'BLOB' ? randomBytes(index % 40) : `${index} ${wide}`
				}),
			)
	}
	db.exec('COMMIT')
	return dataDir
}

/** All rows of a store, by table. */
export function rowsIn(dataDir: string): Record<string, CopiedRow[]> {
	using db = new DatabaseSync(storeFileOf(dataDir), { readOnly: true })
	const rowsOf = ({ selectSql, keys }: (typeof tables)[number]) =>
		db.prepare(keys.length > 0 ? `${selectSql} ORDER BY ${keys.join(', ')}` : selectSql).all() as CopiedRow[]
	return Object.fromEntries(tables.map((table) => [table.name, rowsOf(table)]))
}
