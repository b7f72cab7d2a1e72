import { hash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AssetSource } from './assets/asset-source.ts'
import { SecretKeys } from './assets/secret-keys.ts'
import type { Clock } from './clock.ts'
import type { Config, Secrets } from './config.ts'
import { authenticateWith } from './http/authenticate.ts'
import { listen } from './http/listen.ts'
import { managementOperations } from './http/management-api.ts'
import { openApiDocument } from './http/openapi.ts'
import { accountPath, httpApp } from './http/server.ts'
import { webhookRoute } from './http/webhook-route.ts'
import type { JobStatus } from './jobs/job-status.ts'
import type { Log } from './log.ts'
import { Queue } from './queue/queue.ts'
import { NameLock } from './runbooks/name-lock.ts'
import { RunbookCatalog } from './runbooks/runbook-catalog.ts'
import { RunbookDrafts } from './runbooks/runbook-drafts.ts'
import { startByRequest } from './runbooks/start-by-request.ts'
import { inspectRunbook } from './sandbox/inspect-runbook.ts'
import { openSandboxes, startAhead } from './sandbox/open-sandboxes.ts'
import { withScheduleFault } from './schedules/declared-schedules.ts'
import { openSchedules } from './schedules/open-schedules.ts'
import { openStorage, type Storage, storeFiles } from './storage/open-storage.ts'
import { StreamTail } from './streams/stream-tail.ts'
import { callWebhook } from './webhooks/call-webhook.ts'
import { enforceWebhooksFile, watchWebhooksFile } from './webhooks/watch-webhooks-file.ts'
import { callability, type Webhook } from './webhooks/webhook.ts'
import { hashToken, webhookUrl } from './webhooks/webhook-token.ts'
import type { JobAssets } from './worker/answer-asset-question.ts'
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
	await using opened = new AsyncDisposableStack()
	const storage = opened.use(await openStorage(config, { clock, log: log.part('storage') }))
	const assets = await openAssets(config, { secrets, storage, log })
	const management = await managementToken(storage, secrets)
	const creationTime = Number(await storage.settings.setOnce('creation time', String(clock.now())))
	const tail = new StreamTail(storage.streams)
	const program = programHash()
	const sandboxes = opened.use(
		await openSandboxes(config, { ...secrets, program, storeFiles: storeFiles(config.dataDir), log: log.part('sandbox') }),
	)
	const inspect = async (file: string) => withScheduleFault(file, await inspectRunbook(sandboxes, file))
	const reading = { folder: config.runbooksDir, inspect, contents: storage.contents, madeWith: program, clock }
	const runbooks = await RunbookCatalog.open({ ...reading, log: log.part('runbooks') })
	const webhooksFile = { file: config.webhooksFile, webhooks: storage.webhooks, runbooks, clock, log: log.part('webhooks') }
	await enforceWebhooksFile(webhooksFile)
	const queue = new Queue(storage.queue)
	const workers = opened.use(
		await WorkerPool.open({
			...config,
			jobs: storage.jobs,
			queue: storage.queue,
			waiting: queue,
			streams: storage.streams,
			tail,
			sandboxes,
			contentOf: (contentHash) => runbooks.content(contentHash),
			settings: storage.runbookSettings,
			states: storage.runbookStates,
			assets,
			concurrencyLimits: () => runbooks.concurrencyLimits(),
			clock,
			log: log.part('worker'),
		}),
	)
	const changed = (jobId: string, status: JobStatus) => {
		log.part('jobs').info('A job was changed by request', { jobId, status })
		if (status === 'Stopping') workers.stop(jobId)
		if (status === 'New') queue.wake()
		tail.notify(jobId)
	}
	let publicUrl = config.publicUrl ?? ''
	let wakeScheduler = () => {}
	const app = openHttp({
		...{ config, storage, runbooks, queue, tail, changed, creationTime, clock },
		...{ secretKeys: assets.keys, drafts: new RunbookDrafts(reading), log: log.part('http') },
		managementTokenHash: () => management.tokenHash,
		publicUrl: () => publicUrl,
		schedulesChanged: () => wakeScheduler(),
	})
	const server = opened.use(await listen(app, config, { clock, log: log.part('http') }))
	const { url } = server
	publicUrl ||= url
	// Kept no earlier: a start that fails would have told a token that cannot be told again.
	if (await management.keep()) print(`Management token: ${management.generated}`)

	let firstUrl: string | undefined
	const issued = (webhook: Webhook, token: string) => {
		const issuedUrl = webhookUrl(publicUrl, token)
		// One that answers that it is off or expired is no good beginning.
		if (callability(webhook, clock.now()) === 'callable') firstUrl ??= issuedUrl
		print(`Webhook ${webhook.name}: ${issuedUrl}`)
	}
	opened.use(await watchWebhooksFile({ ...webhooksFile, issued }))
	wakeScheduler = opened.use(await openSchedules({ ...storage, runbooks, queue, clock, log: log.part('schedules') })).wake
	print(`Listening on ${url}`)
	if (firstUrl) print(`Try: curl -sS -H 'Content-Type: application/json' -d '{"name":"Ada"}' '${firstUrl}'`)
	startAhead(sandboxes, runbooks).catch((error: Error) => log.warn('No sandbox could be started ahead', { reason: error.message }))
	const all = opened.move()
	return { url, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

type HttpParts = {
	config: Config
	storage: Storage
	secretKeys: SecretKeys
	runbooks: RunbookCatalog
	drafts: RunbookDrafts
	queue: Queue
	tail: StreamTail
	changed: (jobId: string, status: JobStatus) => void
	creationTime: number
	managementTokenHash: () => string
	publicUrl: () => string
	schedulesChanged: () => void
	clock: Clock
	log: Log
}

/** Joins what is asked from outside with the parts that do it. */
function openHttp({ config, storage, managementTokenHash, ...parts }: HttpParts) {
	const { runbooks, queue, clock, publicUrl } = parts
	const { webhooks, jobs } = storage
	const http = { ...storage, ...parts, account: config.account, accountPath: accountPath(config.account) }
	const operations = managementOperations({
		...http,
		managing: {
			folder: config.runbooksDir,
			lock: new NameLock(),
			runbooks,
			drafts: parts.drafts,
			settings: storage.runbookSettings,
			states: storage.runbookStates,
		},
		startByRequest: (request) => startByRequest({ runbooks, jobs, queue }, request),
		contentOf: (contentHash) => runbooks.content(contentHash),
		limits: config,
	})
	let document: unknown
	return httpApp({
		...http,
		webhookRoute: webhookRoute({ ...http, callWebhook: (call) => callWebhook({ webhooks, runbooks, queue }, call) }),
		operations,
		describe: () => {
			document ??= openApiDocument({ ...operations, version: programVersion(), publicUrl: publicUrl() })
			return document
		},
		authenticate: authenticateWith({ managementTokenHash, webhooks, clock }),
	})
}

function programVersion(): string {
	return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
}

type ManagementToken = {
	tokenHash: string
	/** Made now; nobody knows it yet. */
	generated?: string
	/** Keeps the hash of a generated one; whether it is the one that is valid from now on. */
	keep(): Promise<boolean>
}

/** The token that manages this account: the one that is set, else one that is made at the first start and told once. */
async function managementToken({ settings }: Storage, { adminToken }: Secrets): Promise<ManagementToken> {
	const kept = adminToken === undefined ? await settings.get('management token hash') : hashToken(adminToken)
	if (kept !== undefined) return { tokenHash: kept, keep: async () => false }
	const generated = randomBytes(32).toString('base64url')
	const own = hashToken(generated)
	const token: ManagementToken = {
		tokenHash: own,
		generated,
		async keep() {
			token.tokenHash = await settings.setOnce('management token hash', own)
			return token.tokenHash === own
		},
	}
	return token
}

/** Variables and credentials, for jobs and for the API. Throws a StartError when the key is not there that they are sealed with. */
async function openAssets(
	{ dataDir, secretsDir }: Config,
	{ secrets, storage, log }: { secrets: Secrets; storage: Storage; log: Log },
): Promise<JobAssets & { keys: SecretKeys }> {
	const store = storage.assets
	const file = join(dataDir, 'secret.key')
	const keys = await SecretKeys.open({ store, file, configured: secrets.secretKeys, log: log.part('assets') })
	return { store, keys, source: new AssetSource({ store, keys, variables: secrets.variables, secretsDir }) }
}

/** Tells programs apart that may read the same runbook differently: what a sandbox loads, and Node's version. */
function programHash(): string {
	const folders = ['runbooks', 'sandbox', 'schedules', 'streams', 'azure', 'alerts'].map((name) =>
		fileURLToPath(new URL(name, import.meta.url)),
	)
	const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
	return hash('sha256', [process.version, ...files.sort().map((file) => readFileSync(file, 'utf8'))].join('\0'))
}
