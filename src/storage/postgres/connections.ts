import pg from 'pg'
import { type Clock, within } from '../../clock.ts'
import { StoreUnavailableError } from '../../errors.ts'
import { POSTGRES_ANSWER_TIME_MAX, POSTGRES_IDLE_TIME_MAX, STORE_WAITING_MAX } from '../../limits.ts'
import type { Log } from '../../log.ts'
import type { Statement, StatementResult } from '../database.ts'

/** Times in milliseconds. */
type Settings = {
	/** How many there are at once. */
	most: number
	/** How long one may take to be had. */
	connectTime: number
	/** How long a statement may take on the server, and how much later it is given up because the server cannot be reached any more. */
	statementTime: number
	answerTime: number
	/** Asked of each new one before it is used; one that it fails for is not. */
	prepare?: (client: pg.ClientBase) => Promise<unknown>
	clock: Clock
	log: Log
}

/** Runs one statement on a connection. */
export type Run = (statement: Statement) => Promise<StatementResult>

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

/** A pool of connections to a PostgreSQL database. Nobody waits for one while it is known that the database is away. */
export class Connections implements AsyncDisposable {
	readonly #pool: pg.Pool
	readonly #settings: Settings
	readonly #underWay = new Set<Promise<unknown>>()
	readonly #clients = new Set<pg.PoolClient>()
	/** How those are refused that wait for a connection. */
	readonly #waiting = new Set<(error: Error) => void>()
	#isAway = false
	#isClosed = false

	/** Connects at the first use. */
	constructor(url: string, settings: Settings) {
		this.#settings = settings
		this.#pool = new pg.Pool({
			connectionString: url,
			types: postgresTypes,
			max: settings.most,
			connectionTimeoutMillis: settings.connectTime,
			statement_timeout: settings.statementTime,
			// A runner that stops in the middle must not keep its locks.
			idle_in_transaction_session_timeout: POSTGRES_IDLE_TIME_MAX,
			query_timeout: settings.statementTime + settings.answerTime,
			keepAlive: true,
			application_name: 'runhook',
			...(settings.prepare ? { onConnect: settings.prepare } : {}),
		})
		// Without listeners the end of a connection would end the process. Whoever uses it is told by the statement that fails.
		this.#pool.on('connect', (client) => this.#clients.add(client.on('error', () => undefined)))
		this.#pool.on('remove', (client) => this.#clients.delete(client))
		this.#pool.on('error', (error) => {
			if (!this.#isAway) settings.log.warn('A connection to the database was lost', { reason: reasonOf(error) })
		})
	}

	/**
	 * Says whether the database is away. While it is, whatever is asked is refused at once; what waits or is under way when that becomes known is
	 * refused, too, because nothing else would end it for a long time, and its connections are not used again.
	 */
	setAway(isAway: boolean): void {
		if (this.#isAway === isAway) return
		this.#isAway = isAway
		if (!isAway) this.#settings.log.warn('The database answers again: requests are taken')
		else this.#refuseAll()
	}

	/** Does something on a connection. Throws a StoreUnavailableError when there is none, and with what the server refused. */
	async use<Result>(work: (run: Run) => Promise<Result>): Promise<Result> {
		if (this.#isClosed) throw new StoreUnavailableError('The store is closed.')
		if (this.#isAway) throw awayError()
		if (this.#underWay.size >= STORE_WAITING_MAX) throw new StoreUnavailableError('Too many requests wait for the store.')
		const worked = this.#withClient(work)
		this.#underWay.add(worked)
		try {
			return await worked
		} finally {
			this.#underWay.delete(worked)
		}
	}

	/** Waits for what is under way, then closes the connections. A server that no longer answers is not waited for. */
	async [Symbol.asyncDispose](): Promise<void> {
		if (this.#isClosed) return
		this.#isClosed = true
		await Promise.allSettled(this.#underWay)
		const ended = await within(this.#settings.clock, POSTGRES_ANSWER_TIME_MAX, this.#pool.end())
		if (ended === 'late') for (const client of this.#clients) (client as pg.PoolClient & { unref(): void }).unref()
	}

	#refuseAll(): void {
		this.#settings.log.error('The database does not answer: until it does, requests are refused')
		for (const refuse of this.#waiting) refuse(awayError())
		this.#waiting.clear()
		for (const client of this.#clients) client.connection.stream.destroy()
	}

	async #withClient<Result>(work: (run: Run) => Promise<Result>): Promise<Result> {
		const client = await this.#client()
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

	#client(): Promise<pg.PoolClient> {
		const { promise, resolve, reject } = Promise.withResolvers<pg.PoolClient>()
		this.#waiting.add(reject)
		const had = (client: pg.PoolClient) => {
			if (this.#waiting.delete(reject)) resolve(client)
			// Refused meanwhile.
			else client.release(true)
		}
		const failed = (error: Error) => {
			this.#waiting.delete(reject)
			reject(new StoreUnavailableError(`The store cannot be reached: ${reasonOf(error)}.`, { cause: error }))
		}
		this.#pool.connect().then(had, failed)
		return promise
	}
}

/** A connection by itself, before there is a pool. */
export function singleClient(url: string, connectTime: number): pg.Client {
	const client = new pg.Client({ connectionString: url, types: postgresTypes, connectionTimeoutMillis: connectTime })
	return client.on('error', () => undefined)
}

/** Why, without values. Who finds a name at several addresses is told of each, in an error that has no message of its own. */
export function reasonOf(error: unknown): string {
	if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join(', ')
	const { message, code } = error as Error & { code?: string }
	return code && quotingCodes.test(code) ? `a value does not fit (${code})` : message
}

function awayError(): StoreUnavailableError {
	return new StoreUnavailableError('The database does not answer.')
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
