export type Statement = { sql: string; values: readonly unknown[] }
export type StatementResult<Row = unknown> = { rows: Row[]; changes: number }

/** What goes along with a change; `done` is told whether it did. */
export type Companion = { statements: Statement[]; done: (isWritten: boolean) => void }

/** A database as the stores use it. Placeholders of SQL written by hand are numbered from ?1. */
export type Database = {
	readonly kind: 'sqlite' | 'postgres'
	/**
	 * Runs statements as one transaction and resolves with their results when they are durable. While it runs, no other one does that
	 * names one of the same keys: for statements that look at more than the rows they write. Throws a StoreUnavailableError when the
	 * database cannot take or answer it.
	 */
	transaction(statements: Statement[], keys?: readonly string[]): Promise<StatementResult[]>
	/** Runs one statement and resolves with its rows. */
	rows<Row>(sql: string, ...values: unknown[]): Promise<Row[]>
}

/** Whether a statement changes what is kept. */
export function isWriting({ sql }: Pick<Statement, 'sql'>): boolean {
	return /^\s*(insert|update|delete)\b/i.test(sql)
}
