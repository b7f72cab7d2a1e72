import {
	type Compilable,
	type DatabaseConnection,
	type Dialect,
	type Driver,
	Kysely,
	PostgresAdapter,
	PostgresIntrospector,
	PostgresQueryCompiler,
	type QueryResult,
	SqliteAdapter,
	SqliteIntrospector,
	SqliteQueryCompiler,
} from 'kysely'
import type { Database, Statement } from './database.ts'
import type { Tables } from './tables.ts'

/** Runs queries as one transaction, alone among those that name one of the same keys, and resolves with the rows of each. */
export type Transact = (queries: Compilable[], keys?: readonly string[]) => Promise<unknown[][]>

const dialects = {
	sqlite: {
		createAdapter: () => new SqliteAdapter(),
		createIntrospector: (db) => new SqliteIntrospector(db),
		createQueryCompiler: () => new SqliteQueryCompiler(),
	},
	postgres: {
		createAdapter: () => new PostgresAdapter(),
		createIntrospector: (db) => new PostgresIntrospector(db),
		createQueryCompiler: () => new PostgresQueryCompiler(),
	},
} satisfies Record<Database['kind'], Omit<Dialect, 'createDriver'>>

/** Kysely over a database, for single statements; several that belong together go through Database.transaction. */
export function openQueries(database: Database): Kysely<Tables> {
	const connection: DatabaseConnection = {
		async executeQuery<Row>({ sql, parameters }: { sql: string; parameters: readonly unknown[] }): Promise<QueryResult<Row>> {
			const [result] = await database.transaction([{ sql, values: parameters }])
			return { rows: result!.rows as Row[], numAffectedRows: BigInt(result!.changes) }
		},
		streamQuery: noTransaction,
	}
	const driver: Driver = {
		init: async () => undefined,
		acquireConnection: async () => connection,
		beginTransaction: noTransaction,
		commitTransaction: noTransaction,
		rollbackTransaction: noTransaction,
		releaseConnection: async () => undefined,
		destroy: async () => undefined,
	}
	return new Kysely<Tables>({ dialect: { ...dialects[database.kind], createDriver: () => driver } })
}

/** Runs queries as one transaction, alone among those that name one of the same keys, and resolves with the rows of each. */
export async function transact(database: Database, queries: Compilable[], keys?: readonly string[]): Promise<unknown[][]> {
	return (await database.transaction(queries.map(statementOf), keys)).map(({ rows }) => rows)
}

export function statementOf(query: Compilable): Statement {
	const { sql, parameters } = query.compile()
	return { sql, values: parameters }
}

function noTransaction(): never {
	throw new Error('A transaction is one request: use Database.transaction.')
}
