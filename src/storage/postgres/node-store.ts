import type { NodeStore } from '../../worker/node-store.ts'
import type { NodeConnection } from './node-connection.ts'
import type { PostgresDatabase } from './postgres-database.ts'

/** By the clock of the database, milliseconds since 1970. */
const nowSql = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint'

const enterSql = `WITH left_node AS (DELETE FROM nodes WHERE folder_id = ?2)
	INSERT INTO nodes (node_id, folder_id, host, version, beat_time) VALUES (?1, ?2, ?3, ?4, ${nowSql})`
// The row alone: whoever holds up other tables holds up no beat.
const renewSql = `UPDATE nodes SET beat_time = ${nowSql} WHERE node_id = ?1`
const stoppingSql = `SELECT job_id FROM jobs WHERE status = 'Stopping' AND held_by = ?1`
const silentSql = `DELETE FROM nodes WHERE beat_time < ${nowSql} - ?1 RETURNING host`
const takeOutSql = 'DELETE FROM nodes WHERE node_id = ?1'

/** The runners that share a PostgreSQL. */
export function openNodeStore(database: PostgresDatabase, own: NodeConnection): NodeStore {
	return {
		register: async ({ nodeId, folderId, host, version }) => void (await own.beat(enterSql, nodeId, folderId, host, version)),
		renew: async (nodeId) => (await own.beat(renewSql, nodeId)) > 0,
		listStopping: async (nodeId) => (await database.rows<{ job_id: string }>(stoppingSql, nodeId)).map(({ job_id }) => job_id),
		takeOutSilent: async (milliseconds) => (await database.rows<{ host: string }>(silentSql, milliseconds)).map(({ host }) => host),
		takeOut: async (nodeId) => void (await database.rows(takeOutSql, nodeId)),
		hear: (listener) => own.hear(listener),
	}
}
