import { accessSync, chmodSync, closeSync, constants, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { AccessTokenStore } from '../access/access-token-store.ts'
import type { SessionStore } from '../access/session.ts'
import type { AssetStore } from '../assets/asset-store.ts'
import type { AuditStore } from '../audit/audit-store.ts'
import { pendingEntry, unaudited } from '../audit/audit-trail.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { StartError } from '../errors.ts'
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
import type { DeliveryStore } from '../webhooks/delivery-store.ts'
import type { WebhookStore } from '../webhooks/webhook-store.ts'
import type { EndStore } from '../worker/job-end.ts'
import { openAccessTokenStore } from './access-token-store.ts'
import { openAssetStore } from './asset-store.ts'
import { appendQueries, openAuditStore } from './audit-store.ts'
import { openDeliveryStore } from './delivery-store.ts'
import type { HistoryStore } from './history-store.ts'
import { openJobReads } from './job-store.ts'
import { startRetention } from './retention.ts'
import { openRunbookContentStore } from './runbook-content-store.ts'
import { openRunbookSettingStore } from './runbook-setting-store.ts'
import { openRunbookStateStore } from './runbook-state-store.ts'
import { openScheduleStore } from './schedule-store.ts'
import { openSessionStore } from './session-store.ts'
import { openSettingStore, type SettingStore } from './setting-store.ts'
import { WatchedDisk } from './sqlite/disk-room.ts'
import { openHistoryStore } from './sqlite/history-store.ts'
import { SqliteQueueStore } from './sqlite/queue-store.ts'
import { cacheRunbookSettings } from './sqlite/runbook-setting-cache.ts'
import { lockDataFolder } from './sqlite/runner-lock.ts'
import { type Companion, SqliteDatabase } from './sqlite/sqlite-database.ts'
import { openQueries, statementOf, transact } from './sqlite/sqlite-dialect.ts'
import { appendRecords } from './sqlite/stream-batches.ts'
import { cacheWebhooks } from './sqlite/webhook-cache.ts'
import { openStoreProof } from './store-proof.ts'
import { openStreamReads } from './stream-store.ts'
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
}

const MiB = 1024 * 1024

/** Where SQLite keeps it all. */
export function storeFile(dataDir: string): string {
	return join(dataDir, 'runhook.sqlite')
}

/** Opens the store in the data folder. Throws a StartError when the folder cannot be used or belongs to another runner. */
export async function openStorage(
	config: Pick<Config, 'dataDir' | 'queueLimit'> & Omit<RetentionSettings, 'auditRetentionDays'>,
	{ clock, log, meter }: { clock: Clock; log: Log; meter?: Meter },
): Promise<Storage> {
	const { dataDir, queueLimit, retentionDays } = config
	openFolder(dataDir)
	for (const file of storeFiles(dataDir)) closeToOthers(file)
	await using opened = new AsyncDisposableStack()
	opened.use(lockDataFolder(dataDir))
	const room = opened.use(await WatchedDisk.open({ ...config, clock, log }))
	const settings = { companion: () => auditCompanion(queries), diskFull: () => room.refused(), meter }
	const database = opened.use(await SqliteDatabase.open(storeFile(dataDir), settings))
	const queries = openQueries(database)
	const queue = await SqliteQueueStore.open(database, queueLimit, room)
	const webhooks = openWebhookStore(queries, {
		transact: (compilable) => transact(database, compilable),
		onError: (error) => log.warn('The time of a call was not kept', { reason: String(error) }),
	})
	const deliveries = openDeliveryStore(queries, (compilable) => transact(database, compilable))
	const history = openHistoryStore(database)
	const forgetOthers = async (before: number) => {
		await webhooks.forgetReplaced(clock.now())
		await deliveries.forgetBefore(before)
	}
	const bounds = { jobs: config.retentionJobs, bytes: config.retentionMb * MiB }
	opened.use(startRetention({ history, retentionDays, bounds, space: room, forgetOthers, clock, log }))
	const parts = {
		jobs: { ...openJobReads(queries), changeStatus: queue.changeStatus.bind(queue) },
		queue,
		streams: { ...openStreamReads(queries), append: appendRecords.bind(undefined, database) },
		webhooks: await cacheWebhooks(webhooks, clock),
		// Deliveries are written whenever some wait, and contents of runbooks are kept by the way: no request is about that.
		deliveries: unaudited(deliveries),
		contents: unaudited(openRunbookContentStore(queries)),
		settings: openSettingStore(queries),
		assets: openAssetStore(queries),
		accessTokens: openAccessTokenStore(queries),
		sessions: openSessionStore(queries),
		audit: openAuditStore(queries, { transact: (compilable) => transact(database, compilable) }),
		runbookStates: openRunbookStateStore(queries),
		schedules: openScheduleStore(queries, (compilable) => transact(database, compilable)),
		proof: openStoreProof(queries, (compilable) => transact(database, compilable)),
		runbookSettings: cacheRunbookSettings(openRunbookSettingStore(queries)),
		...{ history, room },
	}
	const all = opened.move()
	return { ...parts, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

/** The entry of the audit trail that the caller's change has to take along. */
function auditCompanion(queries: ReturnType<typeof openQueries>): Companion | undefined {
	const pending = pendingEntry()
	if (!pending) return undefined
	pending.state = 'underWay'
	const done = (isWritten: boolean) => {
		if (pending.state === 'underWay') pending.state = isWritten ? 'written' : 'waiting'
	}
	return { statements: appendQueries(queries, pending.entry).map(statementOf), done }
}

/** The files of the store; SQLite makes those beside them with the same mode. */
export function storeFiles(dataDir: string): string[] {
	return [storeFile(dataDir), join(dataDir, 'runner.lock')]
}

/** Others may be let through the folder: sandboxes of another user have their own in it. Throws a StartError. */
function closeToOthers(file: string): void {
	try {
		closeSync(openSync(file, 'a', 0o600))
		if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600)
	} catch (cause) {
		throw new StartError(`The store ${file} cannot be used: ${(cause as Error).message}.`, { cause })
	}
}

/** Step by step: Node's own `recursive` never ends where a folder can hold none, as in /proc. */
function makeFolder(folder: string): void {
	const found = statSync(folder, { throwIfNoEntry: false })
	if (found?.isDirectory()) return
	if (!found) makeFolder(dirname(folder))
	mkdirSync(folder, { mode: 0o700 })
}

function openFolder(dataDir: string): void {
	try {
		makeFolder(dataDir)
		accessSync(dataDir, constants.W_OK)
	} catch (cause) {
		throw new StartError(
			`The data folder ${dataDir} cannot be used: ${(cause as Error).message}. Set RUNHOOK_DATA_DIR to a folder that can be written.`,
			{ cause },
		)
	}
}
