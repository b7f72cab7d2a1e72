import { Worker } from 'node:worker_threads'
import { StartError, StoreUnavailableError } from '../../errors.ts'
import { STORE_BATCH_MAX, STORE_WAITING_MAX } from '../../limits.ts'
import type { Meter } from '../../meter.ts'
import { type Companion, type Database, isWriting, type Statement, type StatementResult } from '../database.ts'
import { migrationsFolder } from '../migrate.ts'

/** The statements of one transaction; those that belong to it where the others changed something; and whether the log is written into the file after it. */
export type StoreRequest = { statements: Statement[]; ifChanged?: Statement[]; checkpoint?: true }
/** `hasChanged` is looked for only where something depends on it. */
export type StoreReply = { results: StatementResult[]; hasChanged: boolean } | { failed: string; code: number | undefined }
export type ThreadData = { file: string; migrationsDir: string }
type FromThread = { kind: 'open' } | { kind: 'failed'; message: string } | { kind: 'done'; replies: StoreReply[] }

type Waiting = {
	request: StoreRequest
	resolve: (results: StatementResult[]) => void
	reject: (error: Error) => void
	done?: Companion['done']
}

/**
 * SQLite's primary result codes that tell of the disk and not of the statement: BUSY, LOCKED, NOMEM, READONLY, IOERR, FULL, CANTOPEN.
 * Source: sqlite.org/rescode.html
 */
const unavailableCodes = new Set([5, 6, 7, 8, 10, 13, 14])

/** Of them the one that tells of a full disk. */
const SQLITE_FULL = 13

type DatabaseSettings = {
	companion?: (() => Companion | undefined) | undefined
	/** Told when a write was refused because the disk is full. */
	diskFull?: () => void
	meter?: Pick<Meter, 'committed'> | undefined
}

/**
 * The SQLite file behind a thread of its own. One batch is under way at a time; the requests that arrive meanwhile are the next one,
 * so that many share one durable commit. A request resolves after that commit.
 */
export class SqliteDatabase implements Database {
	readonly kind = 'sqlite'
	readonly #thread: Worker
	readonly #companion: () => Companion | undefined
	#waiting: Waiting[] = []
	#underWay: Waiting[] = []
	readonly #meter: Pick<Meter, 'committed'> | undefined
	readonly #diskFull: () => void
	#sentAt = 0
	#scheduled = false
	#ended: Error | undefined

	/**
	 * Opens the file and brings its schema up to date. Throws a StartError when it cannot be used.
	 * `companion` is asked, in the context of each writing caller, for what has to be written in the same transaction.
	 */
	static async open(file: string, settings: DatabaseSettings = {}): Promise<SqliteDatabase> {
		const data: ThreadData = { file, migrationsDir: migrationsFolder }
		const thread = new Worker(new URL('./thread.ts', import.meta.url), { workerData: data, name: 'store' })
		const first = Promise.withResolvers<FromThread>()
		thread.once('message', first.resolve)
		thread.once('error', first.reject)
		const answer = await first.promise.finally(() => thread.off('error', first.reject))
		if (answer.kind === 'failed') {
			await thread.terminate()
			throw new StartError(`The store ${file} cannot be opened: ${answer.message}.`)
		}
		return new SqliteDatabase(thread, settings)
	}

	private constructor(thread: Worker, { companion = () => undefined, diskFull = () => undefined, meter }: DatabaseSettings) {
		this.#thread = thread
		this.#companion = companion
		this.#meter = meter
		this.#diskFull = diskFull
		thread.on('message', (message: FromThread) => message.kind === 'done' && this.#settle(message.replies))
		// An error of the thread itself is not caught on purpose: a runner without its store has to end, and is started again from outside.
		thread.on('exit', () => this.#fail(new Error('the thread of the store has ended')))
	}

	/** One transaction runs at a time: there is nothing for keys to keep apart. */
	transaction(statements: Statement[]): Promise<StatementResult[]> {
		if (this.#ended) return Promise.reject(new StoreUnavailableError('The store is closed.', { cause: this.#ended }))
		if (this.#waiting.length >= STORE_WAITING_MAX) return Promise.reject(new StoreUnavailableError('Too many requests wait for the store.'))
		const companion = statements.some(isWriting) ? this.#companion() : undefined
		return this.#request({ statements, ...(companion ? { ifChanged: companion.statements } : {}) }, companion?.done)
	}

	/**
	 * Writes the log into the file, which gets as short as what is kept, and shortens the log to nothing. As far as readers of the file, such
	 * as a backup, let it: they are not waited for, and a later one does the rest. Resolves with whether none was in the way.
	 */
	async checkpoint(): Promise<boolean> {
		if (this.#ended) return true
		const [result] = await this.#request({ statements: [], checkpoint: true })
		return result!.changes === 1
	}

	#request(request: StoreRequest, done?: Companion['done']): Promise<StatementResult[]> {
		return new Promise((resolve, reject) => {
			this.#waiting.push({ request, resolve, reject, ...(done ? { done } : {}) })
			this.#schedule()
		})
	}

	async rows<Row>(sql: string, ...values: unknown[]): Promise<Row[]> {
		const [result] = await this.transaction([{ sql, values }])
		return result!.rows as Row[]
	}

	/** Waits for what is under way, then closes the file. */
	async [Symbol.asyncDispose](): Promise<void> {
		if (this.#ended) return
		await this.transaction([]).catch(() => undefined)
		const exited = new Promise((resolve) => this.#thread.once('exit', resolve))
		// Whoever still comes is refused: the thread would end with an error over a file that is closed.
		this.#ended = new Error('it was closed')
		this.#thread.postMessage('close')
		await exited
	}

	#schedule(): void {
		if (this.#scheduled || this.#underWay.length > 0) return
		this.#scheduled = true
		// What else arrives in this turn of the event loop shares the commit.
		setImmediate(() => {
			this.#scheduled = false
			this.#send()
		})
	}

	#send(): void {
		if (this.#ended || this.#underWay.length > 0 || this.#waiting.length === 0) return
		this.#underWay = this.#waiting.splice(0, STORE_BATCH_MAX)
		this.#sentAt = performance.now()
		this.#thread.postMessage(this.#underWay.map(({ request }) => request))
	}

	#settle(replies: StoreReply[]): void {
		const settled = this.#underWay
		this.#meter?.committed(settled.length, performance.now() - this.#sentAt)
		this.#underWay = []
		this.#send()
		for (const [index, { request, resolve, reject, done }] of settled.entries()) {
			const reply = replies[index]!
			if ('failed' in reply && reply.code !== undefined && (reply.code & 0xff) === SQLITE_FULL) this.#diskFull()
			done?.('results' in reply && reply.hasChanged)
			if ('results' in reply) resolve(reply.results)
			else reject(storeError(reply, request))
		}
	}

	#fail(error: Error): void {
		this.#ended = error
		for (const { reject, done } of [...this.#underWay, ...this.#waiting]) {
			done?.(false)
			reject(new StoreUnavailableError('The store has ended.', { cause: this.#ended }))
		}
		this.#underWay = []
		this.#waiting = []
	}
}

function storeError({ failed, code }: { failed: string; code: number | undefined }, request: StoreRequest): Error {
	// The low byte of an extended result code is the primary one.
	if (code === undefined || unavailableCodes.has(code & 0xff)) return new StoreUnavailableError(`The store refused: ${failed}.`)
	return new Error(`The store failed: ${failed}. Statements: ${request.statements.map(({ sql }) => sql).join('; ')}`)
}
