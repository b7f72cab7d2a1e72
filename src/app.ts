import { join } from 'node:path'
import { openEntra } from './access/entra-sign-in.ts'
import { openManagementToken } from './access/management-token.ts'
import { AssetSource } from './assets/asset-source.ts'
import { SecretKeys } from './assets/secret-keys.ts'
import { keepAuditTrail } from './audit/keep-audit-trail.ts'
import { Refusals } from './audit/refusals.ts'
import type { Clock } from './clock.ts'
import type { Config, Secrets } from './config.ts'
import type { HealthMonitor } from './health/health-monitor.ts'
import { authenticateWith } from './http/authenticate.ts'
import { guardSignInWith } from './http/guard-sign-in.ts'
import { healthRoute } from './http/health-route.ts'
import { listen } from './http/listen.ts'
import { managementOperations } from './http/management-api.ts'
import { metricsRoute } from './http/metrics-route.ts'
import { openApiDocument } from './http/openapi.ts'
import { accountPath, httpApp } from './http/server.ts'
import { addressesBehind } from './http/source-address.ts'
import { webhookRoute } from './http/webhook-route.ts'
import type { JobStatus } from './jobs/job-status.ts'
import type { Log } from './log.ts'
import type { Meter } from './meter.ts'
import type { Metrics } from './metrics/metrics.ts'
import { openMonitoring, watchHealth } from './monitoring.ts'
import { portalRoute } from './portal/portal-route.ts'
import { programHash, programVersion } from './program.ts'
import { Queue } from './queue/queue.ts'
import { explainWaiting } from './queue/why-waiting.ts'
import { NameLock } from './runbooks/name-lock.ts'
import { RunbookCatalog } from './runbooks/runbook-catalog.ts'
import { RunbookDrafts } from './runbooks/runbook-drafts.ts'
import { startByRequest } from './runbooks/start-by-request.ts'
import { inspectRunbook } from './sandbox/inspect-runbook.ts'
import { openSandboxes } from './sandbox/open-sandboxes.ts'
import { startAhead } from './sandbox/start-ahead.ts'
import { withScheduleFault } from './schedules/declared-schedules.ts'
import { openSchedules } from './schedules/open-schedules.ts'
import type { Scheduler } from './schedules/scheduler.ts'
import type { LiveSettings } from './settings-file.ts'
import { nodeFacts } from './storage/node-facts.ts'
import { openStorage, type Storage, storeFiles } from './storage/open-storage.ts'
import { StreamTail } from './streams/stream-tail.ts'
import type { Tracing } from './tracing.ts'
import { callWebhook } from './webhooks/call-webhook.ts'
import { issuedUrl } from './webhooks/manage-webhook.ts'
import { openWebhookCalls, type WebhookCalls } from './webhooks/open-webhook-calls.ts'
import { checkWebhooksFile, enforceWebhooksFile, watchWebhooksFile } from './webhooks/watch-webhooks-file.ts'
import { callability, type Webhook } from './webhooks/webhook.ts'
import type { JobAssets } from './worker/answer-asset-question.ts'
import { NodeClaims } from './worker/node-claims.ts'
import { noteAssetUses } from './worker/note-asset-use.ts'
import { WorkerPool } from './worker/worker-pool.ts'

export type AppParts = {
	config: Config
	secrets: Secrets
	clock: Clock
	log: Log
	/** Prints a line for people on standard output. */
	print: (line: string) => void
}

export type App = AsyncDisposable & { url: string }

/** Builds the parts in the order a request passes them and starts them; disposing ends them in reverse. Throws a StartError. */
export async function openApp({ config, secrets, clock, log, print }: AppParts): Promise<App> {
	checkWebhooksFile({ file: config.webhooksFile, clock })
	await using opened = new AsyncDisposableStack()
	const monitoring = opened.use(await openMonitoring({ config, secrets, clock, log }))
	const { meter } = monitoring
	const storage = opened.use(await openStorage({ ...config, databaseUrl: secrets.databaseUrl }, { clock, log: log.part('storage'), meter }))
	const refusals = new Refusals()
	opened.use(keepAuditTrail({ ...config, store: storage.audit, refusals, clock, log: log.part('audit') }))
	const assets = await openAssets(config, { secrets, storage, log })
	const management = await openManagementToken(storage.settings, secrets.adminToken)
	const creationTime = Number(await storage.settings.setOnce('creation time', String(clock.now())))
	const tail = new StreamTail(storage.streams)
	const program = programHash()
	const { claims, sandboxes } = await openRuns(opened, { config, secrets, storage, program, meter, clock, log })
	const inspect = async (file: string) => withScheduleFault(file, await inspectRunbook(sandboxes, file))
	const reading = { folder: config.runbooksDir, inspect, contents: storage.contents, madeWith: program, clock }
	const queue = new Queue(storage.queue)
	const runbooks = opened.use(await RunbookCatalog.open({ ...reading, limitsChanged: () => queue.wake(), log: log.part('runbooks') }))
	const webhooksFile = { ...storage, file: config.webhooksFile, runbooks, clock, log: log.part('webhooks') }
	await enforceWebhooksFile(webhooksFile)
	const workers = opened.use(
		await WorkerPool.open({
			...config,
			...{ jobs: storage.jobs, queue: storage.queue, waiting: queue, claims, streams: storage.streams },
			tail,
			sandboxes,
			contentOf: (contentHash) => runbooks.content(contentHash),
			settings: storage.runbookSettings,
			states: storage.runbookStates,
			assets,
			concurrencyLimits: () => runbooks.concurrencyLimits(),
			...{ ...monitoring, clock, log: log.part('worker') },
		}),
	)
	const changed = (jobId: string, status: JobStatus) => {
		log.part('jobs').info('A job was changed by request', { jobId, status })
		if (status === 'Stopping') workers.stop(jobId)
		// Also where it waits no more: the next one of its concurrency key may be another runbook's.
		if (status !== 'Stopping') queue.wake()
		tail.notify(jobId)
	}
	const webhookCalls = opened.use(openWebhookCalls({ ...storage, source: assets.source, clock, log: log.part('webhooks') }))
	let publicUrl = config.publicUrl ?? ''
	let scheduler: Scheduler | undefined
	const watched = { config, secrets, storage, sandboxes, runbooks, workers, assets, lookedTime: () => scheduler?.lookedTime(), clock, log }
	const health = await watchHealth(opened, { ...monitoring, ...watched, ...webhookCalls })
	const app = openHttp({
		...{ config, secrets, storage, runbooks, queue, tail, changed, creationTime, clock, ...webhookCalls },
		...{ ...monitoring, health, secretKeys: assets.keys, drafts: new RunbookDrafts(reading), log: log.part('http') },
		managementTokenHash: () => management.tokenHash,
		refusals,
		publicUrl: () => publicUrl,
		schedulesChanged: () => scheduler?.wake(),
	})
	const server = opened.use(await listen(app, config, { clock, log: log.part('http') }))
	const { url } = server
	publicUrl ||= url
	// Kept no earlier: a start that fails would have told a token that cannot be told again.
	if (await management.keep()) print(`Management token: ${management.generated}`)

	let firstUrl: string | undefined
	const issued = (webhook: Webhook, token: string) => {
		const url = issuedUrl(publicUrl, webhook, token)
		// One that answers that it is off or expired, or asks for more than its address, is no good beginning.
		const { signature, entraId } = webhook.protections
		if (callability(webhook, clock.now()) === 'callable' && !signature && !entraId) firstUrl ??= url
		print(`Webhook ${webhook.name}: ${url}`)
	}
	opened.use(await watchWebhooksFile({ ...webhooksFile, issued }))
	scheduler = opened.use(await openSchedules({ ...storage, runbooks, queue, meter, clock, log: log.part('schedules') }))
	print(`Listening on ${url}`)
	if (firstUrl) print(`Try: curl -sS -H 'Content-Type: application/json' -d '{"name":"Ada"}' '${firstUrl}'`)
	startAhead(sandboxes, runbooks).catch((error: Error) => log.warn('No sandbox could be started ahead', { reason: error.message }))
	const all = opened.move()
	return { url, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

type RunsParts = Pick<AppParts, 'config' | 'secrets' | 'clock' | 'log'> & { storage: Storage; program: string; meter: Meter }

/** Where jobs run, and this runner's claims on them. */
async function openRuns(opened: AsyncDisposableStack, { config, secrets, storage, program, meter, clock, log }: RunsParts) {
	const { dataDir } = config
	const claims = new NodeClaims({ nodes: storage.nodes, facts: () => nodeFacts(dataDir), clock, log: log.part('worker') })
	const parts = { program, storeFiles: storeFiles(dataDir), mayPing: () => claims.isRenewed(), meter, log }
	const sandboxes = opened.use(await openSandboxes(config, { ...secrets, ...parts }))
	// No earlier: what was left running must have ended before others may take its jobs.
	await opened.use(claims).begin()
	return { claims, sandboxes }
}

type HttpParts = WebhookCalls & {
	config: Config
	secrets: Secrets
	storage: Storage
	secretKeys: SecretKeys
	runbooks: RunbookCatalog
	drafts: RunbookDrafts
	queue: Queue
	tail: StreamTail
	changed: (jobId: string, status: JobStatus) => void
	creationTime: number
	managementTokenHash: () => string
	refusals: Refusals
	publicUrl: () => string
	schedulesChanged: () => void
	health: HealthMonitor
	liveSettings: () => LiveSettings
	metrics: Metrics
	meter: Meter
	tracing: Tracing | undefined
	clock: Clock
	log: Log
}

/** Joins what is asked from outside with the parts that do it. */
function openHttp({ config, secrets, storage, managementTokenHash, ...parts }: HttpParts) {
	const { runbooks, queue, clock, publicUrl, guard } = parts
	const { webhooks, jobs } = storage
	const addressOf = addressesBehind(config.trustedProxies)
	const http = { ...storage, ...parts, addressOf, account: config.account, accountPath: accountPath(config.account) }
	const calling = { webhooks, runbooks, queue, guard, changed: parts.changed }
	const operations = managementOperations({
		...http,
		managing: {
			folder: config.runbooksDir,
			lock: new NameLock(),
			isShared: storage.nodes !== undefined,
			runbooks,
			drafts: parts.drafts,
			settings: storage.runbookSettings,
			states: storage.runbookStates,
		},
		startByRequest: (request) => startByRequest({ runbooks, jobs, queue }, request),
		contentOf: (contentHash) => runbooks.content(contentHash),
		limits: config,
		explain: explainWaiting({ store: storage.queue, limits: () => runbooks.concurrencyLimits(), slots: config.concurrency }),
		calling,
	})
	let document: unknown
	const guardSignIn = guardSignInWith(http)
	const { checkEntraToken, entraSignIn } = openEntra(config.entra, { clientSecret: secrets.entraClientSecret, clock })
	const authenticate = authenticateWith({ ...http, managementTokenHash, checkEntraToken, guardSignIn })
	const actions = [...operations.inAccount, ...operations.atRoot].map(({ action }) => action)
	return httpApp({
		...http,
		portal: portalRoute({ ...http, authenticate, guardSignIn, entraSignIn, actions, healthPath: () => parts.liveSettings().health.path }),
		monitoring: [healthRoute({ ...http, authenticate, guardSignIn }), metricsRoute({ ...http, authenticate, guardSignIn })],
		webhookRoute: webhookRoute({ ...http, callWebhook: (call) => callWebhook(calling, call) }),
		operations,
		describe: () => {
			document ??= openApiDocument({ ...operations, version: programVersion(), publicUrl: publicUrl() })
			return document
		},
		authenticate,
	})
}

/** Variables and credentials, for jobs and for the API. Throws a StartError when the key is not there that they are sealed with. */
async function openAssets(
	{ dataDir, secretsDir }: Config,
	{ secrets, storage, log }: { secrets: Secrets; storage: Storage; log: Log },
): Promise<JobAssets & { keys: SecretKeys }> {
	const store = storage.assets
	const file = join(dataDir, 'secret.key')
	const keys = await SecretKeys.open({ store, file, configured: secrets.secretKeys, log: log.part('assets') })
	return {
		store,
		keys,
		noteUse: noteAssetUses(store, storage.audit),
		source: new AssetSource({ store, keys, variables: secrets.variables, secretsDir }),
	}
}
