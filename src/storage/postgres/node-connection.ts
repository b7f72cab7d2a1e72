import type pg from 'pg'
import type { Clock } from '../../clock.ts'
import { StoreUnavailableError } from '../../errors.ts'
import { NOTICE_INTERVAL, NOTICES_AT_ONCE, NOTICES_WAITING_MAX, POSTGRES_BEAT_TIME_MAX } from '../../limits.ts'
import type { Log } from '../../log.ts'
import type { NodeListener } from '../../worker/node-store.ts'
import { Connections } from './connections.ts'

type Parts = {
	/** Told with each beat whether the database answered it. */
	answered: (isAnswered: boolean) => void
	clock: Clock
	log: Log
}

/** What is told of: something to claim, or one of these of a job. */
export type Notice = 'claimable' | `${'stop' | 'written'} ${string}`

const channel = 'runhook'
const tellSql = `SELECT pg_notify('${channel}', notice) FROM unnest(?1::text[]) AS notice`

/**
 * A connection beside those of the pool, for what must not wait behind other requests: that this runner lives, and what runners tell each other.
 *
 * It is told after the commit, and for many commits at once. A NOTIFY in the same transaction would hold a lock of the whole server while the commit
 * is flushed: of 3 000 to 5 000 commits a second 400 to 800 were left. What is lost when a runner dies in between is found by looking.
 */
export class NodeConnection implements AsyncDisposable {
	readonly #parts: Parts
	readonly #connections: Connections
	readonly #closing = new AbortController()
	readonly #waiting = new Set<Notice>()
	#telling: Promise<void> | undefined
	#listener: NodeListener | undefined

	constructor(url: string, parts: Parts) {
		this.#parts = parts
		const time = { connectTime: POSTGRES_BEAT_TIME_MAX, statementTime: POSTGRES_BEAT_TIME_MAX, answerTime: 0 }
		this.#connections = new Connections(url, { ...parts, ...time, most: 1, prepare: (client) => this.#listen(client) })
	}

	/** Changes the row of this node by a statement; the rows that it returns. */
	async beat<Row>(sql: string, ...values: unknown[]): Promise<Row[]> {
		try {
			const { rows } = await this.#connections.use((run) => run({ sql, values }))
			this.#parts.answered(true)
			return rows as Row[]
		} catch (error) {
			if (error instanceof StoreUnavailableError) this.#parts.answered(false)
			throw error
		}
	}

	/** Tells the other runners, soon. What cannot be told is not told again. */
	tell(...notices: Notice[]): void {
		for (const notice of notices) if (this.#waiting.size < NOTICES_WAITING_MAX) this.#waiting.add(notice)
		this.#telling ??= this.#tellAll()
	}

	/** Says who is told what other runners tell. */
	hear(listener: NodeListener): void {
		this.#listener = listener
	}

	/** Tells what is left, and closes the connection. */
	async [Symbol.asyncDispose](): Promise<void> {
		this.#closing.abort()
		await this.#telling
		await this.#connections[Symbol.asyncDispose]()
	}

	async #tellAll(): Promise<void> {
		const { clock, log } = this.#parts
		while (this.#waiting.size > 0) {
			const notices = [...this.#waiting].slice(0, NOTICES_AT_ONCE)
			for (const notice of notices) this.#waiting.delete(notice)
			await this.#connections
				.use((run) => run({ sql: tellSql, values: [notices] }))
				.catch((error: Error) => {
					this.#waiting.clear()
					log.debug('Other runners could not be told', { reason: error.message })
				})
			await clock.sleep(NOTICE_INTERVAL, this.#closing.signal).catch(() => undefined)
		}
		// With the last look at what waits: whoever comes after it begins anew.
		this.#telling = undefined
	}

	async #listen(client: pg.ClientBase): Promise<void> {
		const { processID } = client as pg.ClientBase & { processID: number }
		client.on('notification', ({ processId, payload }) => {
			// What it told itself it knows.
			if (processId !== processID) this.#heard(payload ?? '')
		})
		await client.query(`LISTEN ${channel}`)
	}

	#heard(notice: string): void {
		const [what, jobId = ''] = notice.split(' ')
		if (what === 'claimable') this.#listener?.claimable()
		if (what === 'stop') this.#listener?.stop(jobId)
		if (what === 'written') this.#listener?.written(jobId)
	}
}
