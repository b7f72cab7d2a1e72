import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import type { AccessTokenStore } from '../access/access-token-store.ts'
import type { SessionStore } from '../access/session.ts'
import type { AssetStore } from '../assets/asset-store.ts'
import type { AuditStore } from '../audit/audit-store.ts'
import { pendingEntry, unaudited } from '../audit/audit-trail.ts'
import type { Clock } from '../clock.ts'
import type { Config, Secrets } from '../config.ts'
import type { DiskRoom } from '../health/check-disk.ts'
import type { StoreProof } from '../health/check-store.ts'
import type { JobStore } from '../jobs/job-store.ts'
import type { Log } from '../log.ts'
import type { Meter } from '../meter.ts'
import type { QueueStore } from '../queue/queue-store.ts'
import type { RetentionSettings } from '../retention-settings.ts'
import type { RunbookContentStore } from '../runbooks/runbook-content-store.ts'
import type { RunbookSettingStore } from '../runbooks/runbook-setting-store.ts'
import type { RunbookStateStore } from '../runbooks/runbook-state-store.ts'
import type { ScheduleStore } from '../schedules/schedule-store.ts'
import type { StreamStore } from '../streams/stream-store.ts'
import type { AppliedFiles } from '../webhooks/applied-files.ts'
import type { DeliveryStore } from '../webhooks/delivery-store.ts'
import { RateLimits } from '../webhooks/rate-limit.ts'
import type { RateStore } from '../webhooks/rate-store.ts'
import type { WebhookStore } from '../webhooks/webhook-store.ts'
import type { EndStore } from '../worker/job-end.ts'
import type { NodeStore } from '../worker/node-store.ts'
import { openAccessTokenStore } from './access-token-store.ts'
import { openAssetStore } from './asset-store.ts'
import { appendQueries, openAuditStore } from './audit-store.ts'
import { closeToOthers, openFolder } from './data-folder.ts'
import type { Companion, Database } from './database.ts'
import { openDeliveryStore } from './delivery-store.ts'
import type { HistoryStore } from './history-store.ts'
import { openJobReads } from './job-store.ts'
import { openAppliedFiles } from './postgres/applied-files.ts'
import { openHistoryStore as openPostgresHistory } from './postgres/history-store.ts'
import { NodeConnection } from './postgres/node-connection.ts'
import { openNodeStore } from './postgres/node-store.ts'
import { PostgresDatabase } from './postgres/postgres-database.ts'
import { PostgresQueueStore } from './postgres/queue-store.ts'
import { PostgresRateStore } from './postgres/rate-store.ts'
import { shareLookUps } from './postgres/shared-look-ups.ts'
import { appendRecords as appendPostgresRecords } from './postgres/stream-batches.ts'
import { openQueries, statementOf, type Transact, transact } from './queries.ts'
import { type Space, startRetention } from './retention.ts'
import { openRunbookContentStore } from './runbook-content-store.ts'
import { openRunbookSettingStore } from './runbook-setting-store.ts'
import { openRunbookStateStore } from './runbook-state-store.ts'
import { openScheduleStore } from './schedule-store.ts'
import { openSessionStore } from './session-store.ts'
import { openSettingStore, type SettingStore } from './setting-store.ts'
import { WatchedDisk } from './sqlite/disk-room.ts'
import { openHistoryStore as openSqliteHistory } from './sqlite/history-store.ts'
import { SqliteQueueStore } from './sqlite/queue-store.ts'
import { cacheRunbookSettings } from './sqlite/runbook-setting-cache.ts'
import { lockDataFolder } from './sqlite/runner-lock.ts'
import { SqliteDatabase } from './sqlite/sqlite-database.ts'
import { appendRecords as appendSqliteRecords } from './sqlite/stream-batches.ts'
import { cacheWebhooks } from './sqlite/webhook-cache.ts'
import { openStoreProof } from './store-proof.ts'
import { openStreamReads } from './stream-store.ts'
import type { Tables } from './tables.ts'
import { openWebhookStore } from './webhook-store.ts'

/** Everything that is kept, behind the types of those who need it. */
export type Storage = AsyncDisposable & {
	jobs: JobStore
	queue: QueueStore & EndStore
	streams: StreamStore
	webhooks: WebhookStore
	deliveries: DeliveryStore
	assets: AssetStore
	accessTokens: AccessTokenStore
	sessions: SessionStore
	audit: AuditStore
	contents: RunbookContentStore
	settings: SettingStore
	runbookSettings: RunbookSettingStore
	runbookStates: RunbookStateStore
	schedules: ScheduleStore
	proof: StoreProof
	history: HistoryStore
	room: DiskRoom
	rates: RateStore
	/** undefined where one runner has the store for itself. */
	nodes: NodeStore | undefined
	/** Likewise. */
	appliedFiles: AppliedFiles | undefined
	/** Size of all that is kept, bytes. */
	bytes(): Promise<number>
}

const MiB = 1024 * 1024

type Settings = Pick<Config, 'dataDir' | 'queueLimit'> &
	Omit<RetentionSettings, 'auditRetentionDays'> &
	Partial<Pick<Secrets, 'databaseUrl'>>
type Parts = { clock: Clock; log: Log; meter?: Meter }

/** What differs from one database to the other. */
type Opened = Pick<Storage, 'webhooks' | 'runbookSettings' | 'rates' | 'history' | 'room' | 'nodes' | 'appliedFiles' | 'bytes'> & {
	space: Space
	forgetReplaced: WebhookStore['forgetReplaced']
	database: Database
	queries: Kysely<Tables>
	queue: Storage['queue'] & Pick<JobStore, 'changeStatus'>
	append: StreamStore['append']
}

/**
 * Opens the store: in the data folder, or in the PostgreSQL database of the settings. The folder belongs to one runner either way, because
 * its sandboxes are noted there. Throws a StartError when one of them cannot be used, or the folder belongs to another runner.
 */
export async function openStorage(settings: Settings, parts: Parts): Promise<Storage> {
	const { dataDir, databaseUrl } = settings
	openFolder(dataDir)
	closeToOthers(lockFile(dataDir))
	await using opened = new AsyncDisposableStack()
	opened.use(lockDataFolder(dataDir))
	const own = await (databaseUrl === undefined ? openSqlite(settings, parts, opened) : openPostgres(databaseUrl, settings, parts, opened))
	const { database, queries, queue, append, webhooks, rates, runbookSettings, history, room, nodes, appliedFiles, bytes } = own
	const transacting: Transact = (compilable, keys) => transact(database, compilable, keys)
	const deliveries = openDeliveryStore(queries, transacting)
	opened.use(keepHistory(own, { deliveries, settings, parts }))
	const stores = {
		...{ queue, webhooks, rates, runbookSettings, history, room, nodes, appliedFiles, bytes },
		jobs: { ...openJobReads(queries), changeStatus: queue.changeStatus.bind(queue) },
		streams: { ...openStreamReads(queries), append },
		// Deliveries are written whenever some wait, and contents of runbooks are kept by the way: no request is about that.
		deliveries: unaudited(deliveries),
		contents: unaudited(openRunbookContentStore(queries)),
		settings: openSettingStore(queries),
		assets: openAssetStore(queries, transacting),
		accessTokens: openAccessTokenStore(queries, transacting),
		sessions: openSessionStore(queries),
		audit: openAuditStore(queries, transacting),
		runbookStates: openRunbookStateStore(queries, transacting),
		schedules: openScheduleStore(queries, transacting),
		proof: openStoreProof(queries, transacting),
	}
	const all = opened.move()
	return { ...stores, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

/** Deletes what is too old or too much from time to time, until it is disposed. */
function keepHistory(
	{ history, space, forgetReplaced }: Opened,
	{ deliveries, settings, parts }: { deliveries: DeliveryStore; settings: Settings; parts: Parts },
): AsyncDisposable {
	const { retentionDays, retentionJobs, retentionMb } = settings
	const { clock, log } = parts
	const forgetOthers = async (before: number) => {
		await forgetReplaced(clock.now())
		await deliveries.forgetBefore(before)
	}
	const bounds = { jobs: retentionJobs, bytes: retentionMb * MiB }
	return startRetention({ history, retentionDays, bounds, space, forgetOthers, clock, log })
}

/** This runner is the only one that writes the file: what is asked for at every call and every job is kept in memory. */
async function openSqlite(settings: Settings, { clock, log, meter }: Parts, opened: AsyncDisposableStack): Promise<Opened> {
	const { dataDir, queueLimit } = settings
	const file = storeFile(dataDir)
	closeToOthers(file)
	const room = opened.use(await WatchedDisk.open({ ...settings, clock, log }))
	const database = opened.use(
		await SqliteDatabase.open(file, { companion: () => auditCompanion(queries), diskFull: () => room.refused(), meter }),
	)
	const queries = openQueries(database)
	const queue = await SqliteQueueStore.open(database, queueLimit, room)
	const webhooks = openWebhooks(database, queries, log)
	return {
		...{ database, queries, queue, room, space: room },
		append: appendSqliteRecords.bind(undefined, database),
		webhooks: await cacheWebhooks(webhooks, clock),
		rates: new RateLimits(),
		forgetReplaced: webhooks.forgetReplaced.bind(webhooks),
		runbookSettings: cacheRunbookSettings(openRunbookSettingStore(queries)),
		history: openSqliteHistory(database),
		nodes: undefined,
		appliedFiles: undefined,
		bytes: async () => (await stat(file)).size,
	}
}

/** Nothing is kept in memory: other runners write too, and what they tell of it may be lost. */
async function openPostgres(url: string, settings: Settings, { clock, log, meter }: Parts, opened: AsyncDisposableStack): Promise<Opened> {
	const database = opened.use(await PostgresDatabase.open(url, { companion: () => auditCompanion(queries), meter, clock, log }))
	const queries = openQueries(database)
	const own = opened.use(new NodeConnection(url, { answered: (isAnswered) => database.setAway(!isAnswered), clock, log }))
	const tell = own.tell.bind(own)
	const webhooks = { ...openWebhooks(database, queries, log), ...shareLookUps(database) }
	const rates = new PostgresRateStore(database)
	return {
		...{ database, queries, webhooks, rates },
		queue: new PostgresQueueStore(database, { limit: settings.queueLimit, tell, clock }),
		append: async (jobId, records, heldBy) => {
			await appendPostgresRecords(database, jobId, records, heldBy)
			tell(`written ${jobId}`)
		},
		async forgetReplaced(at) {
			await webhooks.forgetReplaced(at)
			await rates.forget()
		},
		runbookSettings: openRunbookSettingStore(queries),
		history: openPostgresHistory(database),
		nodes: openNodes(database, own),
		appliedFiles: openAppliedFiles(database),
		// The disk of the database is its operator's: the one of the data folder says nothing about it.
		room: { state: 'enough' },
		space: { isLow: () => false, look: async () => undefined },
		bytes: async () => (await database.rows<{ bytes: number }>('SELECT pg_database_size(current_database()) AS bytes'))[0]!.bytes,
	}
}

/** Runners tell by the way what they have; that one is to take no more jobs is a request. */
function openNodes(database: PostgresDatabase, own: NodeConnection): NodeStore {
	const nodes = openNodeStore(database, own)
	return { ...unaudited(nodes), setDraining: nodes.setDraining }
}

function openWebhooks(database: Database, queries: Kysely<Tables>, log: Log): WebhookStore {
	return openWebhookStore(queries, {
		transact: (compilable) => transact(database, compilable),
		onError: (error) => log.warn('The time of a call was not kept', { reason: String(error) }),
	})
}

/** The entry of the audit trail that the caller's change has to take along. */
function auditCompanion(queries: Kysely<Tables>): Companion | undefined {
	const pending = pendingEntry()
	if (!pending) return undefined
	pending.state = 'underWay'
	const done = (isWritten: boolean) => {
		if (pending.state === 'underWay') pending.state = isWritten ? 'written' : 'waiting'
	}
	return { statements: appendQueries(queries, pending.entry).map(statementOf), done }
}

const storeFile = (dataDir: string) => join(dataDir, 'runhook.sqlite')
const lockFile = (dataDir: string) => join(dataDir, 'runner.lock')

/** The files of the store, where it has them; SQLite makes those beside them with the same mode. */
export function storeFiles(dataDir: string): string[] {
	return [storeFile(dataDir), lockFile(dataDir)]
}
