import type { NodeStore } from '../../worker/node-store.ts'
import type { PostgresDatabase } from './postgres-database.ts'

/** By the clock of the database, milliseconds since 1970. */
export const nowSql = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint'

const leaveSql = 'DELETE FROM nodes WHERE folder_id = ?1'
const enterSql = `INSERT INTO nodes (node_id, folder_id, host, version, beat_time) VALUES (?1, ?2, ?3, ?4, ${nowSql})`
const renewSql = `UPDATE nodes SET beat_time = ${nowSql} WHERE node_id = ?1`
const stoppingSql = `SELECT job_id FROM jobs WHERE status = 'Stopping' AND held_by = ?1`
const silentSql = `DELETE FROM nodes WHERE beat_time < ${nowSql} - ?1 RETURNING host`
const takeOutSql = 'DELETE FROM nodes WHERE node_id = ?1'

/** The runners that share a PostgreSQL. */
export function openNodeStore(database: PostgresDatabase): NodeStore {
	return {
		async register({ nodeId, folderId, host, version }) {
			const enter = { sql: enterSql, values: [nodeId, folderId, host, version] }
			await database.transaction([{ sql: leaveSql, values: [folderId] }, enter])
		},
		async renew(nodeId) {
			const statements = [renewSql, stoppingSql].map((sql) => ({ sql, values: [nodeId] }))
			const [renewed, stopping] = await database.transaction(statements)
			if (renewed!.changes === 0) return undefined
			return (stopping!.rows as { job_id: string }[]).map(({ job_id }) => job_id)
		},
		takeOutSilent: async (milliseconds) => (await database.rows<{ host: string }>(silentSql, milliseconds)).map(({ host }) => host),
		takeOut: async (nodeId) => void (await database.rows(takeOutSql, nodeId)),
	}
}
