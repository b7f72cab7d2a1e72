import {
	type Compilable,
	type DatabaseConnection,
	type Dialect,
	type Driver,
	Kysely,
	type QueryResult,
	SqliteAdapter,
	SqliteIntrospector,
	SqliteQueryCompiler,
} from 'kysely'
import type { Tables } from '../tables.ts'
import type { SqliteDatabase, Statement } from './sqlite-database.ts'

/** Kysely over the store's thread, for single statements; several that belong together go through SqliteDatabase.transaction as one message. */
export function openQueries(database: SqliteDatabase): Kysely<Tables> {
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
	const dialect: Dialect = {
		createAdapter: () => new SqliteAdapter(),
		createDriver: () => driver,
		createIntrospector: (db) => new SqliteIntrospector(db),
		createQueryCompiler: () => new SqliteQueryCompiler(),
	}
	return new Kysely<Tables>({ dialect })
}

/** Runs queries as one transaction and resolves with the rows of each. */
export async function transact(database: SqliteDatabase, queries: Compilable[]): Promise<unknown[][]> {
	return (await database.transaction(queries.map(statementOf))).map(({ rows }) => rows)
}

export function statementOf(query: Compilable): Statement {
	const { sql, parameters } = query.compile()
	return { sql, values: parameters }
}

function noTransaction(): never {
	throw new Error('A transaction on the SQLite thread is one message: use SqliteDatabase.transaction.')
}
