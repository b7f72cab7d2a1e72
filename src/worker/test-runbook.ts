// Runs one runbook to its end as a worker would, without server and store. Started by path, from the command line; told what to run and
// answering over IPC (runbook-test.ts). It ends when its job has, and at once when nobody listens any more.
import { hash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { systemClock } from '../clock.ts'
import { type Config, readConfig, type Secrets } from '../config.ts'
import { StartError } from '../errors.ts'
import { RUNBOOK_CONTENT_BYTES_MAX, WEBHOOK_BODY_BYTES_MAX } from '../limits.ts'
import { openLog } from '../log.ts'
import type { ClaimedJob } from '../queue/queue-store.ts'
import { bindParameters, webhookDataName } from '../runbooks/bind-parameters.ts'
import { type RunbookContent, runbookNamePattern } from '../runbooks/runbook.ts'
import { findSandboxUser } from '../sandbox/find-sandbox-user.ts'
import { inspectRunbook } from '../sandbox/inspect-runbook.ts'
import { findPackageBundle } from '../sandbox/package-bundle.ts'
import { runnerFiles } from '../sandbox/sandbox-launch.ts'
import { SandboxPool } from '../sandbox/sandbox-pool.ts'
import { withScheduleFault } from '../schedules/declared-schedules.ts'
import { StreamTail } from '../streams/stream-tail.ts'
import { recordedRequest } from '../webhooks/recorded-request.ts'
import type { WebhookDataValue } from '../webhooks/webhook-data.ts'
import { type Interruption, JobRun } from './job-run.ts'
import { oneJobStore, surroundingAssets } from './one-job-store.ts'
import type { TestOrder, TestReport, TestStop } from './runbook-test.ts'

/** Refuses the test with a sentence for people. */
class Refusal extends Error {}

// As in main.ts: no runbook opens the debugger of this process.
process.on('SIGUSR1', () => undefined)

let jobRun: JobRun | undefined
/** Aborted when there is no job yet that could be stopped. */
const stopping = new AbortController()
process.on('message', (message: TestOrder | TestStop) => {
	if (message.kind === 'test') void test(message)
	else interrupt('stop')
})
process.on('disconnect', () => interrupt('shutdown'))

function interrupt(interruption: Interruption): void {
	stopping.abort()
	jobRun?.interrupt(interruption)
}

/** Resolves when the message is on its way; nobody may listen any more. */
function tell(report: TestReport): Promise<void> {
	return new Promise((resolve) => {
		if (process.connected) process.send!(report, () => resolve())
		else resolve()
	})
}

async function test(order: TestOrder): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), 'runhook-'))
	try {
		// biome-ignore lint/style/noProcessEnv: the one reading of the environment, with the settings that a runner here would have
		const { config, secrets } = readConfig(process.env, process.cwd(), true)
		await testIn(folder, order, { ...config, runbooksDir: dirname(order.file) }, secrets)
	} catch (error) {
		if (stopping.signal.aborted) await tell({ kind: 'end', to: 'Stopped', exception: 'The test was stopped before the runbook ran.' })
		else if (error instanceof Refusal || error instanceof StartError) await tell({ kind: 'refused', message: error.message })
		else throw error
	} finally {
		await rm(folder, { recursive: true, force: true, maxRetries: 3 })
		if (process.connected) process.disconnect()
	}
}

async function testIn(folder: string, order: TestOrder, config: Config, secrets: Secrets): Promise<void> {
	const log = openLog({ level: 'warn', format: 'text' })
	const { runbooksDir, sandboxUser, envFile } = config
	// Who tries a runbook wrote it: another user only where one is asked for.
	const trial = { folder, dataDir: folder, needed: [...runnerFiles, runbooksDir], secret: [envFile], log }
	await using sandboxes = await SandboxPool.open({
		folder,
		user: sandboxUser === undefined ? undefined : await findSandboxUser(sandboxUser, trial),
		runbooksDir,
		environment: secrets.sandboxEnvironment,
		cacheKey: 'test',
		bundle: findPackageBundle(),
		idleMax: 0,
		spareCount: 0,
		log,
	})
	const content = await loadRunbook(sandboxes, order.file)
	stopping.signal.throwIfAborted()
	const request = order.request === undefined ? undefined : readRequest(order.request)
	const parameters = bound(content, order.parameters, request)
	const ended = Promise.withResolvers<void>()
	const store = oneJobStore({
		record: (record) => tell({ kind: 'record', record }),
		end: (end) => void tell({ kind: 'end', ...end }).then(ended.resolve),
	})
	const tail = new StreamTail(store.streams)
	jobRun = new JobRun(newJob(content, parameters, request), {
		...config,
		...store,
		tail,
		sandboxes,
		contentOf: async () => content,
		assets: surroundingAssets({ ...config, ...secrets }),
		clock: systemClock,
		log,
	})
	await jobRun.toEnd()
	await ended.promise
}

/** Loads the file as the runner's catalog does. Throws a Refusal with its fault. */
async function loadRunbook(sandboxes: SandboxPool, file: string): Promise<RunbookContent> {
	const runbookName = basename(file, '.ts')
	if (!file.endsWith('.ts') || !runbookNamePattern.test(runbookName))
		throw new Refusal(`${basename(file)} is no name for a runbook: a letter, then letters, digits, _ and -, 63 in all, and .ts.`)
	// Loading runs the file's code, which may take long or for ever.
	const stopped = once(stopping.signal, 'abort').then(() => Promise.reject(new Refusal('It was stopped.')))
	const inspection = withScheduleFault(file, await Promise.race([inspectRunbook(sandboxes, file), stopped]))
	if ('fault' in inspection) throw new Refusal(`${basename(file)} cannot be loaded: ${inspection.fault}`)
	const { definition, files } = inspection
	const bytes = files.reduce((sum, { text }) => sum + text.length, 0)
	if (bytes > RUNBOOK_CONTENT_BYTES_MAX)
		throw new Refusal(`It has ${bytes} bytes with its imports: at most ${RUNBOOK_CONTENT_BYTES_MAX} are allowed.`)
	return { contentHash: hash('sha256', JSON.stringify(files)), runbookName, definition, files }
}

function readRequest(file: string): WebhookDataValue {
	let bytes: Buffer
	try {
		bytes = readFileSync(file)
	} catch (error) {
		throw new Refusal(`The recorded request cannot be read: ${(error as Error).message}.`)
	}
	const request = recordedRequest(bytes)
	if (request.RequestBody.length > WEBHOOK_BODY_BYTES_MAX)
		throw new Refusal(`The recorded body is larger than ${WEBHOOK_BODY_BYTES_MAX} bytes: a runner would not take it.`)
	return request
}

/** Binds as a call of a webhook does where there is a request, else as the start of a job. Throws a Refusal. */
function bound(content: RunbookContent, given: Record<string, string>, request: WebhookDataValue | undefined): Record<string, unknown> {
	const binding = bindParameters(content, given, { fromWebhook: request !== undefined })
	if (binding.kind === 'refused') throw new Refusal(binding.message)
	const receiver = webhookDataName(content.definition.parameters)
	return request && receiver ? { ...binding.values, [receiver]: request } : binding.values
}

function newJob(content: RunbookContent, parameters: Record<string, unknown>, request: WebhookDataValue | undefined): ClaimedJob {
	const jobId = randomUUID()
	const now = systemClock.now()
	return {
		jobId,
		name: jobId,
		runbookName: content.runbookName,
		contentHash: content.contentHash,
		webhookId: null,
		webhookName: request?.WebhookName ?? null,
		parameters,
		status: 'Activating',
		statusDetails: 'None',
		startedBy: null,
		isTest: true,
		requestHash: null,
		traceparent: null,
		priority: 0,
		concurrencyKey: null,
		keyConcurrency: null,
		exception: null,
		tryCount: 1,
		creationTime: now,
		queuedTime: now,
		claimTime: now,
		startTime: null,
		endTime: null,
		lastModifiedTime: now,
		lastStatusModifiedTime: now,
		heldBy: null,
		lastSequence: 0,
	}
}
