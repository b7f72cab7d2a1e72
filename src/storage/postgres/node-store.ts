import { NODE_LOST_TIME } from '../../limits.ts'
import type { Node, NodeStore, NodesOverview } from '../../worker/node-store.ts'
import { holdingSql } from '../waiting-order.ts'
import type { NodeConnection } from './node-connection.ts'
import type { PostgresDatabase } from './postgres-database.ts'
import { strandedSql } from './waiting-order.ts'

/** By the clock of the database, milliseconds since 1970. */
export const nowSql = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint'

const enterSql = `WITH left_node AS (DELETE FROM nodes WHERE folder_id = ?2), found AS (DELETE FROM lost_nodes WHERE folder_id = ?2)
	INSERT INTO nodes (node_id, folder_id, host, version, slots, registration_time, beat_time, contents_time, draining_time)
	SELECT ?1, ?2, ?3, ?4, ?5::bigint, now, now, now, CASE WHEN ?6::boolean THEN now END FROM (SELECT ${nowSql} AS now) AS clock`
// The row alone: whoever holds up other tables holds up no beat.
const renewSql = `UPDATE nodes SET beat_time = ${nowSql} WHERE node_id = ?1 RETURNING draining_time IS NOT NULL AS is_draining`
const stoppingSql = `SELECT job_id FROM jobs WHERE status = 'Stopping' AND held_by = ?1`
const drainSql = `UPDATE nodes SET draining_time = CASE WHEN ?2::boolean THEN coalesce(draining_time, ${nowSql}) END WHERE folder_id = ?1`
const contentsTimeSql = `UPDATE nodes SET contents_time = ${nowSql} WHERE node_id = ?1`
const dropContentsSql = 'DELETE FROM node_contents WHERE node_id = ?1 AND content_hash <> ALL (?2::text[])'
const addContentsSql = `INSERT INTO node_contents (node_id, content_hash, runbook_name)
	SELECT node_id, content.* FROM nodes, unnest(?2::text[], ?3::text[]) AS content WHERE node_id = ?1 ON CONFLICT DO NOTHING`
const nodesSql = `SELECT *, (SELECT count(*) FROM jobs WHERE ${holdingSql} AND held_by = node_id) AS running_count
	FROM nodes ORDER BY registration_time, node_id`
const havingSql = 'SELECT content_hash, node_id FROM node_contents WHERE content_hash = ANY (?1::text[])'
const partialSql = 'SELECT content_hash FROM runbook_contents WHERE content_hash = ANY (?1::text[]) AND is_whole = 0'
const contentsSql = 'SELECT node_id, content_hash, runbook_name FROM node_contents'
const lostSql = `SELECT host, lost_time FROM lost_nodes WHERE lost_time > ${nowSql} - ?1::bigint ORDER BY lost_time`
// Which were lost is remembered for a while; what is older goes with the next one.
const forgetSql = `DELETE FROM lost_nodes WHERE lost_time < ${nowSql} - ${NODE_LOST_TIME}`
const silentSql = `WITH silent AS (DELETE FROM nodes WHERE beat_time < ${nowSql} - ?1 RETURNING folder_id, host)
	INSERT INTO lost_nodes (folder_id, host, lost_time) SELECT folder_id, host, ${nowSql} FROM silent
	ON CONFLICT (folder_id) DO UPDATE SET lost_time = excluded.lost_time RETURNING host`
const takeOutSql = 'DELETE FROM nodes WHERE node_id = ?1'

type NodeRow = {
	node_id: string
	folder_id: string
	host: string
	version: string
	slots: number
	registration_time: number
	beat_time: number
	contents_time: number
	draining_time: number | null
	running_count: number
}

type ContentRow = { node_id: string; content_hash: string; runbook_name: string }

/** The runners that share a PostgreSQL. */
export function openNodeStore(database: PostgresDatabase, own: NodeConnection): NodeStore {
	return {
		register: async ({ nodeId, folderId, host, version, slots, isDraining }) =>
			void (await own.beat(enterSql, nodeId, folderId, host, version, slots, isDraining)),
		async renew(nodeId) {
			const [renewed] = await own.beat<{ is_draining: boolean }>(renewSql, nodeId)
			return renewed && { isDraining: renewed.is_draining }
		},
		listStopping: async (nodeId) => (await database.rows<{ job_id: string }>(stoppingSql, nodeId)).map(({ job_id }) => job_id),
		async setContents(nodeId, contents) {
			const hashes = contents.map(({ contentHash }) => contentHash)
			const names = contents.map(({ runbookName }) => runbookName)
			await database.transaction([
				{ sql: contentsTimeSql, values: [nodeId] },
				{ sql: dropContentsSql, values: [nodeId, hashes] },
				{ sql: addContentsSql, values: [nodeId, hashes, names] },
			])
		},
		async setDraining(folderId, isDraining) {
			// After the claims that are under way: those that come see it.
			const [changed] = await database.transaction([{ sql: drainSql, values: [folderId, isDraining] }], ['claim'])
			return changed!.changes > 0
		},
		list: async () => (await database.rows<NodeRow>(nodesSql)).map(nodeOfRow),
		async whoHas(contentHashes) {
			const found = await database.transaction([havingSql, partialSql].map((sql) => ({ sql, values: [contentHashes] })))
			const having = (found[0]!.rows as ContentRow[]).map((row) => ({ contentHash: row.content_hash, nodeId: row.node_id }))
			return { having, partial: (found[1]!.rows as { content_hash: string }[]).map(({ content_hash }) => content_hash) }
		},
		overview: (milliseconds) => readOverview(database, milliseconds),
		async takeOutSilent(milliseconds) {
			const hosts = (await database.rows<{ host: string }>(silentSql, milliseconds)).map(({ host }) => host)
			if (hosts.length > 0) await database.rows(forgetSql)
			return hosts
		},
		takeOut: async (nodeId) => void (await database.rows(takeOutSql, nodeId)),
		hear: (listener) => own.hear(listener),
	}
}

function nodeOfRow(row: NodeRow): Node {
	return {
		...{ nodeId: row.node_id, folderId: row.folder_id, host: row.host, version: row.version, slots: row.slots },
		...{ registrationTime: row.registration_time, beatTime: row.beat_time, contentsTime: row.contents_time },
		...{ drainingTime: row.draining_time, runningCount: row.running_count },
	}
}

async function readOverview(database: PostgresDatabase, milliseconds: number): Promise<NodesOverview> {
	const asked = [
		{ sql: nodesSql, values: [] },
		{ sql: contentsSql, values: [] },
		{ sql: lostSql, values: [milliseconds] },
		{ sql: strandedSql, values: [] },
		{ sql: `SELECT ${nowSql} AS now`, values: [] },
	]
	const [nodes, contents, lost, stranded, clock] = (await database.transaction(asked)).map(({ rows }) => rows)
	return {
		now: (clock as [{ now: number }])[0].now,
		nodes: (nodes as NodeRow[]).map(nodeOfRow),
		contents: (contents as ContentRow[]).map((row) => ({
			...{ nodeId: row.node_id, contentHash: row.content_hash, runbookName: row.runbook_name },
		})),
		lost: (lost as { host: string; lost_time: number }[]).map((row) => ({ host: row.host, lostTime: row.lost_time })),
		stranded: (stranded as { name: string }[]).map(({ name }) => name),
	}
}
