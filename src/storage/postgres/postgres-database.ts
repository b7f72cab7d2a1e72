import type { Clock } from '../../clock.ts'
import { StartError } from '../../errors.ts'
import { POSTGRES_ANSWER_TIME_MAX, POSTGRES_CONNECT_TIME_MAX, POSTGRES_CONNECTIONS_MAX, POSTGRES_STATEMENT_TIME_MAX } from '../../limits.ts'
import type { Log } from '../../log.ts'
import type { Meter } from '../../meter.ts'
import { type Companion, type Database, isWriting, type Statement, type StatementResult } from '../database.ts'
import { migratePostgres, migrationsFolder } from '../migrate.ts'
import { Connections, type Run, reasonOf, singleClient } from './connections.ts'

type Settings = {
	/** Asked, in the context of each writing caller, for what has to be written in the same transaction. */
	companion?: () => Companion | undefined
	meter?: Pick<Meter, 'committed'> | undefined
	clock: Clock
	log: Log
}

type Look = (run: Run) => Promise<boolean>
type Together = { keys: readonly string[]; may?: Look; companion: Companion | undefined }

const lockSql = 'SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest($1::text[]) AS key'

/** Waits until no other transaction holds one of these keys; in order, so that two never wait for each other. */
export function lockStatement(keys: readonly string[]): Statement {
	return { sql: lockSql, values: [keys.toSorted()] }
}

/** A PostgreSQL database behind a pool of connections, each with one transaction at a time. A request resolves after its commit. */
export class PostgresDatabase implements Database {
	readonly kind = 'postgres'
	readonly #connections: Connections
	readonly #settings: Settings

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
		this.#connections = new Connections(url, {
			most: POSTGRES_CONNECTIONS_MAX,
			connectTime: POSTGRES_CONNECT_TIME_MAX,
			statementTime: POSTGRES_STATEMENT_TIME_MAX,
			answerTime: POSTGRES_ANSWER_TIME_MAX,
			...settings,
		})
	}

	/** Says whether the database is away: while it is, every request is refused at once. */
	setAway(isAway: boolean): void {
		this.#connections.setAway(isAway)
	}

	/** What has to be written in the same transaction as the caller's change. */
	companion(): Companion | undefined {
		return this.#settings.companion?.()
	}

	async transaction(statements: Statement[], keys: readonly string[] = []): Promise<StatementResult[]> {
		const companion = statements.some(isWriting) ? this.companion() : undefined
		// One statement is a transaction of its own: one way to the server and back instead of three.
		if (statements.length === 1 && keys.length === 0 && !companion) return [await this.#connections.use((run) => run(statements[0]!))]
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
		return this.#connections.use(async (run) => {
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

	/** Waits for what is under way, then closes the connections. */
	[Symbol.asyncDispose](): Promise<void> {
		return this.#connections[Symbol.asyncDispose]()
	}
}

async function bringUpToDate(url: string): Promise<void> {
	const client = singleClient(url, POSTGRES_CONNECT_TIME_MAX)
	await client.connect()
	try {
		await migratePostgres(client, migrationsFolder)
	} finally {
		await client.end()
	}
}
