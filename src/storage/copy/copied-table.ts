import { DatabaseSync } from 'node:sqlite'
import { migrate, migrationsFolder } from '../migrate.ts'

/** A value as both databases give and take it. */
export type CopiedValue = string | number | Uint8Array | null
export type CopiedRow = Record<string, CopiedValue>

/** A table of the store, the same in every database. */
export type CopiedTable = {
	name: string
	columns: string[]
	/** Those of its primary key; none: it has one row. */
	keys: string[]
	/** Those of texts and bytes, which make a row long. */
	longColumns: string[]
	/** Reads all rows, in no order. */
	selectSql: string
}

/** They tell of the runners that live and of none that comes after, and of the calls of this moment. */
const ofRunners = ['nodes', 'node_contents', 'lost_nodes', 'webhook_rates']

/** Counts that are kept as changes are added up. */
const summed: Record<string, string> = { ended_jobs: 'SELECT coalesce(sum(count), 0) AS count FROM ended_jobs' }

/** They have a row from the beginning. */
export const seededTables = ['audit_head', 'ended_jobs']

/** What a copy takes along: every table of this program's schema, so that none can be forgotten, but what is of runners alone. */
export function copiedTables(): CopiedTable[] {
	using db = new DatabaseSync(':memory:')
	migrate(db, migrationsFolder)
	const names = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`).all()
	return names
		.map(({ name }) => String(name))
		.filter((name) => !ofRunners.includes(name))
		.map((name) => {
			const columns = db.prepare(`SELECT name, type, pk FROM pragma_table_info('${name}') ORDER BY cid`).all()
			const namesOf = (chosen: typeof columns) => chosen.map((column) => String(column.name))
			return {
				name,
				columns: namesOf(columns),
				keys: namesOf(columns.filter(({ pk }) => pk !== 0).sort((a, b) => Number(a.pk) - Number(b.pk))),
				longColumns: namesOf(columns.filter(({ type }) => type !== 'INTEGER')),
				selectSql: summed[name] ?? `SELECT ${namesOf(columns).join(', ')} FROM ${name}`,
			}
		})
}

/** The newest schema that this program knows. */
export function knownSchema(): number {
	using db = new DatabaseSync(':memory:')
	migrate(db, migrationsFolder)
	return Number(db.prepare('PRAGMA user_version').get()!.user_version)
}

/** Why a store of this schema cannot be read as it stands; undefined when it can. */
export function schemaFault(found: number, known: number): string | undefined {
	if (found === known) return undefined
	if (found > known) return `it was written by a newer Runhook (schema ${found}, this one knows ${known})`
	return `it was written by an older Runhook (schema ${found}, this one has ${known}): start a runner of this one on it, and end it, first`
}
