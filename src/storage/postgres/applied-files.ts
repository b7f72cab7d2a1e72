import { POSTGRES_APPLY_TIME_MAX, WEBHOOKS_FILES_KNOWN } from '../../limits.ts'
import { type AppliedFiles, withFile } from '../../webhooks/applied-files.ts'
import { lockStatement, type PostgresDatabase } from './postgres-database.ts'

/** A row among the settings: its value is a list as JSON. */
const name = 'webhooks files'
const readSql = 'SELECT value FROM settings WHERE name = ?1'
const writeSql = 'INSERT INTO settings (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value'

/** The files that runners on one PostgreSQL have applied. */
export function openAppliedFiles(database: PostgresDatabase): AppliedFiles {
	return {
		apply: (fileHash, apply) =>
			// Open while the file is applied by other connections, for the sake of its lock alone.
			database.inTransaction(async (run) => {
				await run({ sql: `SET LOCAL idle_in_transaction_session_timeout = ${POSTGRES_APPLY_TIME_MAX}`, values: [] })
				await run(lockStatement([name]))
				const [row] = (await run({ sql: readSql, values: [name] })).rows as { value: string }[]
				const applied = withFile(row ? JSON.parse(row.value) : [], fileHash, WEBHOOKS_FILES_KNOWN)
				if (!applied) return 'superseded'
				await apply()
				await run({ sql: writeSql, values: [name, JSON.stringify(applied)] })
				return 'applied'
			}),
	}
}
