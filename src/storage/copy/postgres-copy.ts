import pg from 'pg'
import { systemClock, within } from '../../clock.ts'
import { StartError } from '../../errors.ts'
import {
	COPY_LOCK_TIME_MAX,
	COPY_STATEMENT_TIME_MAX,
	COPY_STEP_BYTES,
	COPY_STEP_ROWS,
	NODE_SILENT_TIME_MAX,
	POSTGRES_ANSWER_TIME_MAX,
	POSTGRES_CONNECT_TIME_MAX,
} from '../../limits.ts'
import { migratePostgres, migrationsFolder } from '../migrate.ts'
import { postgresTypes, reasonOf, storable, translated } from '../postgres/connections.ts'
import { nowSql } from '../postgres/node-store.ts'
import { type CopiedRow, type CopiedTable, type CopiedValue, knownSchema, schemaFault, seededTables } from './copied-table.ts'
import type { CopySource, CopyTarget } from './copy-storage.ts'

type Client = Pick<pg.Client, 'query'>

/** Another transaction holds what was to be locked. Source: postgresql.org/docs/current/errcodes-appendix.html */
const LOCK_NOT_AVAILABLE = '55P03'

/** Opens the store of a database. Throws a StartError when there is none, or a runner lives on it; its URL stands in no message. */
export async function openPostgresSource(url: string): Promise<CopySource> {
	await using opened = new AsyncDisposableStack()
	const client = await connect('The database that is copied', url, opened)
	await said('The database that is copied cannot be read', async () => {
		if (!(await hasStore(client))) throw new Error('it has no store of Runhook')
		await begin(client, 'REPEATABLE READ')
		// A runner that starts has to enter itself here, and cannot until the copy is done. Before the first look, which all later ones agree with.
		await client.query('LOCK TABLE nodes IN SHARE MODE')
		const living = await rowsOf<{ host: string }[]>(client, `SELECT host FROM nodes WHERE beat_time >= ${nowSql} - ${NODE_SILENT_TIME_MAX}`)
		if (living.length > 0)
			throw new Error(
				`a runner uses it (${[...new Set(living.map(({ host }) => host))].join(', ')}): end it first; one that was killed is forgotten after ${NODE_SILENT_TIME_MAX / 1000} s`,
			)
	})
	const all = opened.move()
	return {
		count: (table) => countOf(client, table),
		rows: (table) => readRows(client, table),
		async keyIds() {
			const rows = await rowsOf<{ key_id: string }[]>(client, 'SELECT DISTINCT key_id FROM assets WHERE key_id IS NOT NULL')
			return rows.map(({ key_id }) => key_id)
		},
		[Symbol.asyncDispose]: () => all.disposeAsync(),
	}
}

/**
 * Opens a database that has no store, or an empty one, and begins the one transaction that fills it: nobody else writes there meanwhile.
 * Throws a StartError when it cannot be used, or is not empty.
 */
export async function openPostgresTarget(url: string, tables: readonly CopiedTable[]): Promise<CopyTarget> {
	await using opened = new AsyncDisposableStack()
	const client = await connect('The database that is copied to', url, opened)
	await said('The database that is copied to cannot be used', async () => {
		// One that is there is not brought up to date: it may be another installation's.
		if (!(await hasStore(client))) await migratePostgres(client, migrationsFolder)
		await begin(client, 'READ COMMITTED')
		await client.query(`LOCK TABLE nodes, ${tables.map(({ name }) => name).join(', ')} IN EXCLUSIVE MODE`)
		for (const table of tables.filter(({ name }) => !seededTables.includes(name)))
			if ((await countOf(client, table)) > 0) throw new Error(`it is not empty (${table.name}): name another one`)
		for (const name of seededTables) await client.query(`DELETE FROM ${name}`)
	})
	const all = opened.move()
	return {
		async write({ name, columns, longColumns }, rows) {
			let changed = 0
			const written = rows.map((row) => {
				const fit = Object.fromEntries(columns.map((column) => [column, fitting(row[column]!)]))
				changed += longColumns.filter((column) => typeof row[column] === 'string' && row[column] !== fit[column]).length
				return fit
			})
			const list = columns.join(', ')
			const insertSql = `INSERT INTO ${name} (${list}) OVERRIDING SYSTEM VALUE SELECT ${list} FROM json_populate_recordset(NULL::${name}, $1::json)`
			await client.query(insertSql, [JSON.stringify(written)])
			return changed
		},
		count: (table) => countOf(client, table),
		run: async ({ sql, values }) => (await client.query(translated(sql), [...values])).rowCount ?? 0,
		async commit() {
			const identities = await rowsOf<{ name: string; column: string }[]>(client, identitiesSql)
			for (const { name, column } of identities.filter((each) => tables.some((table) => table.name === each.name)))
				await client.query(
					`SELECT setval(pg_get_serial_sequence('${name}', '${column}'), coalesce(max(${column}), 0) + 1, false) FROM ${name}`,
				)
			await said('Whether the copy was committed is not known; begin it again, and it is refused if it was', () => client.query('COMMIT'))
			// The server decides by what it knows of the tables how it looks for something in them.
			await client.query('ANALYZE').catch(() => undefined)
		},
		[Symbol.asyncDispose]: () => all.disposeAsync(),
	}
}

/** The columns that number rows by themselves. */
const identitiesSql = `SELECT table_name AS name, column_name AS column FROM information_schema.columns
	WHERE table_schema = current_schema() AND is_identity = 'YES'`

async function connect(which: string, url: string, opened: AsyncDisposableStack): Promise<pg.Client> {
	const client = await said(`${which} cannot be reached`, async () => {
		// It reads the URL, and the files that are named in it.
		const made = new pg.Client({
			connectionString: url,
			types: postgresTypes,
			connectionTimeoutMillis: POSTGRES_CONNECT_TIME_MAX,
			query_timeout: COPY_STATEMENT_TIME_MAX + POSTGRES_ANSWER_TIME_MAX,
			keepAlive: true,
			application_name: 'runhook storage copy',
		})
		made.on('error', () => undefined)
		await made.connect()
		return made
	})
	// The end of the connection undoes what was not committed. A server that no longer answers is not waited for.
	opened.defer(async () => {
		if ((await within(systemClock, POSTGRES_ANSWER_TIME_MAX, client.end())) === 'late') (client as pg.Client & { unref(): void }).unref()
	})
	return client
}

/** Whether a database has a store of this program's schema. Throws an Error when it has one of another. */
async function hasStore(client: Client): Promise<boolean> {
	const [{ there }] = await rowsOf<[{ there: boolean }]>(client, `SELECT to_regclass('schema_version') IS NOT NULL AS there`)
	if (!there) return false
	const [row] = await rowsOf<{ version: number }[]>(client, 'SELECT version FROM schema_version')
	const fault = schemaFault(row?.version ?? 0, knownSchema())
	if (fault) throw new Error(fault)
	return true
}

async function begin(client: Client, isolation: string): Promise<void> {
	await client.query(`BEGIN ISOLATION LEVEL ${isolation}`)
	await client.query(`SET LOCAL statement_timeout = ${COPY_STATEMENT_TIME_MAX}`)
	// One side waits while the other one is read or written.
	await client.query(`SET LOCAL idle_in_transaction_session_timeout = ${COPY_STATEMENT_TIME_MAX}`)
	await client.query(`SET LOCAL lock_timeout = ${COPY_LOCK_TIME_MAX}`)
}

/** Puts what goes wrong into a sentence. */
async function said<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
	try {
		return await work()
	} catch (cause) {
		const isLocked = (cause as { code?: string }).code === LOCK_NOT_AVAILABLE
		throw new StartError(`${what}: ${isLocked ? 'somebody else changes it' : reasonOf(cause)}.`, { cause })
	}
}

async function rowsOf<Rows>(client: Client, sql: string): Promise<Rows> {
	return (await client.query(sql)).rows as Rows
}

async function countOf(client: Client, { selectSql }: CopiedTable): Promise<number> {
	return (await rowsOf<[{ count: number }]>(client, `SELECT count(*) AS count FROM (${selectSql}) AS read`))[0].count
}

/** Steps over two cursors: the first tells how long the rows are that the second one is about to read. */
async function* readRows(client: Client, { selectSql, keys, longColumns }: CopiedTable): AsyncGenerator<CopiedRow[]> {
	const order = keys.length > 0 ? ` ORDER BY ${keys.join(', ')}` : ''
	const bytes = ['0', ...longColumns.map((column) => `coalesce(octet_length(${column}), 0)`)].join(' + ')
	await client.query(`DECLARE lengths NO SCROLL CURSOR FOR SELECT ${bytes} AS bytes FROM (${selectSql}) AS read${order}`)
	await client.query(`DECLARE read NO SCROLL CURSOR FOR ${selectSql}${order}`)
	for (;;) {
		const lengths = await rowsOf<{ bytes: number }[]>(client, `FETCH ${COPY_STEP_ROWS} FROM lengths`)
		if (lengths.length === 0) break
		for (const count of stepsOf(lengths.map((each) => each.bytes))) yield await rowsOf<CopiedRow[]>(client, `FETCH ${count} FROM read`)
	}
	await client.query('CLOSE lengths; CLOSE read')
}

/** How many rows to read at once, step by step, so that a step has few bytes, or one row. */
export function stepsOf(lengths: readonly number[]): number[] {
	const steps: number[] = []
	let bytes = Number.POSITIVE_INFINITY
	for (const length of lengths) {
		bytes += length
		if (bytes <= COPY_STEP_BYTES) steps[steps.length - 1]!++
		else {
			steps.push(1)
			bytes = length
		}
	}
	return steps
}

/** As JSON can have it. */
function fitting(value: CopiedValue): unknown {
	return value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : storable(value)
}
