import pg from 'pg'
import { type Clock, within } from '../../clock.ts'
import { StartError, StoreUnavailableError } from '../../errors.ts'
import {
	POSTGRES_ANSWER_TIME_MAX,
	POSTGRES_CONNECT_TIME_MAX,
	POSTGRES_CONNECTIONS_MAX,
	POSTGRES_IDLE_TIME_MAX,
	POSTGRES_STATEMENT_TIME_MAX,
	STORE_WAITING_MAX,
} from '../../limits.ts'
import type { Log } from '../../log.ts'
import type { Meter } from '../../meter.ts'
import { type Companion, type Database, isWriting, type Statement, type StatementResult } from '../database.ts'
import { migratePostgres, migrationsFolder } from '../migrate.ts'

type Settings = {
	/** Asked, in the context of each writing caller, for what has to be written in the same transaction. */
	companion?: () => Companion | undefined
	meter?: Pick<Meter, 'committed'> | undefined
	clock: Clock
	log: Log
}

/** Runs one statement of a transaction. */
export type Run = (statement: Statement) => Promise<StatementResult>
type Look = (run: Run) => Promise<boolean>
type Together = { keys: readonly string[]; may?: Look; companion: Companion | undefined }

/**
 * What PostgreSQL says of itself and not of the statement: connections (08), a conflict that is gone when tried again (40), resources (53),
 * what its operator does and the time limit (57), its system (58), a standby that takes no changes.
 * Source: postgresql.org/docs/current/errcodes-appendix.html
 */
const unavailableCodes = /^(08|40|53|57|58)|^25006$/

/** The class of errors whose messages quote values. */
const quotingCodes = /^22/

/** As on SQLite: numbers for what is counted and for instants, which fit, and plain bytes. */
const { INT8, NUMERIC, BYTEA } = pg.types.builtins
const parsers = new Map<number, (text: string) => unknown>([
	[INT8, Number],
	[NUMERIC, Number],
	[BYTEA, (text) => new Uint8Array(Buffer.from(text.slice(2), 'hex'))],
])
export const postgresTypes = {
	getTypeParser: ((oid: number, format?: 'text') =>
		parsers.get(oid) ?? pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
}

const lockSql = 'SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest($1::text[]) AS key'

/** Waits until no other transaction holds one of these keys; in order, so that two never wait for each other. */
export function lockStatement(keys: readonly string[]): Statement {
	return { sql: lockSql, values: [keys.toSorted()] }
}

/** A PostgreSQL database behind a pool of connections, each with one transaction at a time. A request resolves after its commit. */
export class PostgresDatabase implements Database {
	readonly kind = 'postgres'
	readonly #pool: pg.Pool
	readonly #settings: Settings
	readonly #underWay = new Set<Promise<unknown>>()
	readonly #clients = new Set<pg.PoolClient>()
	#isClosed = false

	/** Connects and brings the schema up to date. Throws a StartError when the database cannot be used; its URL stands in no message. */
	static async open(url: string, settings: Settings): Promise<PostgresDatabase> {
		try {
			await bringUpToDate(url)
		} catch (cause) {
			throw new StartError(`The database of RUNHOOK_DATABASE_URL cannot be opened: ${reasonOf(cause)}.`, { cause })
		}
		return new PostgresDatabase(url, settings)
	}

	private constructor(url: string, settings: Settings) {
		this.#settings = settings
		this.#pool = new pg.Pool({
			connectionString: url,
			types: postgresTypes,
			max: POSTGRES_CONNECTIONS_MAX,
			connectionTimeoutMillis: POSTGRES_CONNECT_TIME_MAX,
			statement_timeout: POSTGRES_STATEMENT_TIME_MAX,
			// A runner that stops in the middle must not keep its locks.
			idle_in_transaction_session_timeout: POSTGRES_IDLE_TIME_MAX,
			query_timeout: POSTGRES_STATEMENT_TIME_MAX + POSTGRES_ANSWER_TIME_MAX,
			keepAlive: true,
			application_name: 'runhook',
		})
		// Without listeners the end of a connection would end the process. Whoever uses it is told by the statement that fails.
		this.#pool.on('connect', (client) => this.#clients.add(client.on('error', () => undefined)))
		this.#pool.on('remove', (client) => this.#clients.delete(client))
		this.#pool.on('error', (error) => settings.log.warn('A connection to the database was lost', { reason: reasonOf(error) }))
	}

	/** What has to be written in the same transaction as the caller's change. */
	companion(): Companion | undefined {
		return this.#settings.companion?.()
	}

	async transaction(statements: Statement[], keys: readonly string[] = []): Promise<StatementResult[]> {
		const companion = statements.some(isWriting) ? this.companion() : undefined
		// One statement is a transaction of its own: one way to the server and back instead of three.
		if (statements.length === 1 && keys.length === 0 && !companion) return [await this.#connected((run) => run(statements[0]!))]
		return (await this.#together(statements, { keys, companion }))!
	}

	/** The same, unless a look in the same transaction says no: then nothing is done, and undefined comes back. */
	transactionIf(may: Look, statements: Statement[], keys: readonly string[] = []): Promise<StatementResult[] | undefined> {
		return this.#together(statements, { keys, may, companion: this.companion() })
	}

	async #together(statements: Statement[], { keys, may, companion }: Together): Promise<StatementResult[] | undefined> {
		let isWritten = false
		try {
			return await this.inTransaction(async (run) => {
				if (keys.length > 0) await run(lockStatement(keys))
				if (may && !(await may(run))) return undefined
				const results: StatementResult[] = []
				for (const statement of statements) results.push(await run(statement))
				isWritten = statements.some((statement, index) => isWriting(statement) && results[index]!.changes > 0)
				if (companion && isWritten) for (const statement of companion.statements) await run(statement)
				return results
			})
		} catch (error) {
			isWritten = false
			throw error
		} finally {
			companion?.done(isWritten)
		}
	}

	async rows<Row>(sql: string, ...values: unknown[]): Promise<Row[]> {
		const [result] = await this.transaction([{ sql, values }])
		return result!.rows as Row[]
	}

	/**
	 * Does several things in one transaction, all or nothing; resolves after its commit. `answered` tells how many requests that answers.
	 * Whoever is told that the store is unavailable because the answer to a commit was lost cannot know whether it was done.
	 */
	inTransaction<Result>(work: (run: Run) => Promise<Result>, answered: (result: Result) => number = () => 1): Promise<Result> {
		return this.#connected(async (run) => {
			const before = performance.now()
			// By its name: what is read after a lock has to be what others committed before they gave it up.
			await run({ sql: 'BEGIN ISOLATION LEVEL READ COMMITTED', values: [] })
			let result: Result
			try {
				result = await work(run)
			} catch (error) {
				await run({ sql: 'ROLLBACK', values: [] })
				throw error
			}
			await run({ sql: 'COMMIT', values: [] })
			this.#settings.meter?.committed(answered(result), performance.now() - before)
			return result
		})
	}

	/** Waits for what is under way, then closes the connections. A server that no longer answers is not waited for. */
	async [Symbol.asyncDispose](): Promise<void> {
		if (this.#isClosed) return
		this.#isClosed = true
		await Promise.allSettled(this.#underWay)
		const ended = await within(this.#settings.clock, POSTGRES_ANSWER_TIME_MAX, this.#pool.end())
		if (ended === 'late') for (const client of this.#clients) (client as pg.PoolClient & { unref(): void }).unref()
	}

	async #connected<Result>(work: (run: Run) => Promise<Result>): Promise<Result> {
		if (this.#isClosed) throw new StoreUnavailableError('The store is closed.')
		if (this.#underWay.size >= STORE_WAITING_MAX) throw new StoreUnavailableError('Too many requests wait for the store.')
		const worked = this.#withClient(work)
		this.#underWay.add(worked)
		try {
			return await worked
		} finally {
			this.#underWay.delete(worked)
		}
	}

	async #withClient<Result>(work: (run: Run) => Promise<Result>): Promise<Result> {
		const client = await this.#pool.connect().catch((error: Error) => {
			throw new StoreUnavailableError(`The store cannot be reached: ${reasonOf(error)}.`, { cause: error })
		})
		let broken: Error | undefined
		const run: Run = async ({ sql, values }) => {
			// What comes after the connection was lost cannot be carried out, nor undone: the server undoes it by itself.
			if (broken) throw broken
			try {
				const { rows, rowCount } = await client.query(translated(sql), values.map(storable))
				return { rows, changes: rowCount ?? 0 }
			} catch (error) {
				const failed = storeError(error as Error, sql)
				if (!(error instanceof pg.DatabaseError)) broken = failed
				throw failed
			}
		}
		try {
			return await work(run)
		} finally {
			client.release(broken)
		}
	}
}

async function bringUpToDate(url: string): Promise<void> {
	const client = new pg.Client({ connectionString: url, types: postgresTypes, connectionTimeoutMillis: POSTGRES_CONNECT_TIME_MAX })
	client.on('error', () => undefined)
	await client.connect()
	try {
		await migratePostgres(client, migrationsFolder)
	} finally {
		await client.end()
	}
}

/** What both stores use is written for SQLite: with its placeholders, and with the hints at indexes that its planner needs. */
export function translated(sql: string): string {
	return sql.replace(/\?(\d+)/g, '$$$1').replace(/ INDEXED BY \w+/g, '')
}

/** A text of PostgreSQL cannot hold the character 0, which may stand in what a runbook throws or an operator describes. */
export function storable(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(storable)
	return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value
}

function storeError(error: Error, sql: string): Error {
	const isUnavailable = error instanceof pg.DatabaseError ? unavailableCodes.test(error.code ?? '') : !(error instanceof TypeError)
	if (isUnavailable) return new StoreUnavailableError(`The store refused: ${reasonOf(error)}.`, { cause: error })
	return new Error(`The store failed: ${reasonOf(error)}. Statement: ${sql}`)
}

/** Why, without values. Who finds a name at several addresses is told of each, in an error that has no message of its own. */
export function reasonOf(error: unknown): string {
	if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join(', ')
	const { message, code } = error as Error & { code?: string }
	return code && quotingCodes.test(code) ? `a value does not fit (${code})` : message
}
