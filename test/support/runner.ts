import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { findLeaks } from './find-leaks.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { until } from './until.ts'

export const adminToken = 'management-token-of-the-tests'

const mainFile = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const observedMainFile = fileURLToPath(new URL('./observed-main.ts', import.meta.url))

export type RunnerSettings = {
	/** Texts of runbooks by name; without it the runner has the shipped ones that its webhooks are for, without these all. */
	runbooks?: Record<string, string>
	/** Entries of webhooks.json; expiryTime is filled in. Without it: one webhook for each runbook given, called as it. */
	webhooks?: Record<string, unknown>[]
	environment?: Record<string, string>
	/** Of another program than this one. */
	mainFile?: string
	/** What the runner is started by, with its values. */
	startedBy?: string[]
	/** Other users are let into the runner's folder, so that its sandboxes can be another's. */
	letsOthersIn?: boolean
	/** The program alone, where its speed is measured: what it presents is not noted, nor searched for secrets. */
	isBare?: boolean
}

/** A job as the management API shows it, as far as tests look at it. */
export type JobView = {
	name: string
	properties: {
		jobId: string
		status: string
		statusDetails: string
		waits: { seconds: number; reason: string }[]
		exception: string | null
		startTime: string | null
		endTime: string | null
		creationTime: string
		parameters: Record<string, string>
	}
}
type StreamView = { id: string; properties: { jobStreamId: string; streamType: string; summary: string; time: string } }

/** A real runner: its own process, its own folder, any free port. Its disposal throws when a secret stands where none may. */
export type Runner = AsyncDisposable & {
	folder: string
	url: string
	process: ChildProcess
	/** What it printed on standard output and on standard error so far. */
	printed: string[]
	logged: string[]
	webhookUrl(name: string): string
	/** POSTs to a webhook's URL. */
	call(name: string, body?: string | Uint8Array<ArrayBuffer>, headers?: Record<string, string>): Promise<Response>
	/** POSTs and resolves with the job's id; throws when it was not accepted. */
	start(name: string, body?: string, headers?: Record<string, string>): Promise<string>
	/** A request with the management token. */
	manage(path: string, init?: RequestInit): Promise<Response>
	job(jobId: string): Promise<JobView>
	/** Resolves when the job has one of these statuses, without them: when it has ended. */
	untilJob(jobId: string, ...statuses: string[]): Promise<JobView>
	output(jobId: string): Promise<string>
	streams(jobId: string): Promise<StreamView[]>
	writeRunbook(name: string, text: string): void
	writeWebhooks(entries: Record<string, unknown>[]): void
	/** Ends the process with a signal and resolves with its exit code and signal. */
	end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: string | null }>
	/** Starts it again on the same folder, after it has ended. */
	restart(environment?: Record<string, string>): Promise<void>
}

const finalStatuses = ['Completed', 'Failed', 'Stopped']

const shippedDir = fileURLToPath(new URL('../../runbooks', import.meta.url))

/** Each runbook in its folder is looked at by a process of its own when a runner starts: of those of no webhook that takes longer than most tests. */
function copyShipped(webhooks: Record<string, unknown>[], folder: string): void {
	const needed = (path: string) =>
		dirname(path) !== shippedDir || !path.endsWith('.ts') || webhooks.some(({ runbook }) => basename(path) === `${runbook}.ts`)
	cpSync(shippedDir, folder, { recursive: true, filter: needed })
}

/** Starts a runner and resolves when it listens; throws with what it logged when it ends instead. */
export async function startRunner(settings: RunnerSettings = {}): Promise<Runner> {
	const temporary = temporaryFolder()
	const folder = temporary.path
	if (settings.letsOthersIn) chmodSync(folder, 0o755)
	const isShipped = settings.runbooks === undefined && settings.webhooks === undefined
	const runbooksDir = isShipped ? shippedDir : join(folder, 'runbooks')
	if (settings.runbooks) mkdirSync(runbooksDir)
	else if (settings.webhooks) copyShipped(settings.webhooks, runbooksDir)
	const urls = new Map<string, string>()
	const writeRunbook = (name: string, text: string) => writeFileSync(join(runbooksDir, `${name}.ts`), text)
	const writeWebhooks = (entries: Record<string, unknown>[]) => {
		const filled = entries.map((entry) => ({ expiryTime: '2035-12-31T00:00:00Z', ...entry }))
		writeFileSync(join(folder, 'webhooks.json'), JSON.stringify({ webhooks: filled }, null, '\t'))
	}
	for (const [name, text] of Object.entries(settings.runbooks ?? {})) writeRunbook(name, text)
	writeWebhooks(settings.webhooks ?? Object.keys(settings.runbooks ?? {}).map((name) => ({ name, runbook: name })))

	const observed = temporaryFolder()
	const observedFile = join(observed.path, 'observed.jsonl')
	writeFileSync(observedFile, '')
	const everPrinted: string[] = []
	let launched: Record<string, string | undefined> = {}

	const launch = async (environment: Record<string, string> = {}): Promise<void> => {
		const { NODE_V8_COVERAGE, TZ } = process.env
		const own = {
			PATH: process.env.PATH,
			...(NODE_V8_COVERAGE ? { NODE_V8_COVERAGE } : {}),
			...(TZ ? { TZ } : {}),
			RUNHOOK_PORT: '0',
			RUNHOOK_RUNBOOKS_DIR: runbooksDir,
			RUNHOOK_ADMIN_TOKEN: adminToken,
			RUNHOOK_SHUTDOWN_SECONDS: '5',
		}
		launched = { ...own, ...settings.environment, ...environment }
		const program = settings.isBare ? [mainFile] : [settings.mainFile ?? observedMainFile, observedFile]
		const [command = process.execPath, ...values] = [...(settings.startedBy ?? []), process.execPath, ...program]
		const child = spawn(command, values, {
			cwd: folder,
			env: launched,
			stdio: ['ignore', 'pipe', 'pipe'],
		})
		runner.process = child
		createInterface({ input: child.stderr! }).on('line', (line) => runner.logged.push(line))
		createInterface({ input: child.stdout! }).on('line', (line) => {
			runner.printed.push(line)
			everPrinted.push(line)
			const issued = /^Webhook (.*): (http\S+)$/.exec(line)
			if (issued) urls.set(issued[1]!, issued[2]!)
		})
		runner.url = await until('the runner listens', () => {
			const code = child.exitCode ?? child.signalCode
			if (code !== null) throw new Error(`The runner ended with ${code}: ${runner.logged.join('\n')}`)
			return runner.printed.findLast((line) => line.startsWith('Listening on '))?.slice('Listening on '.length)
		})
	}

	const request = (path: string, init: RequestInit = {}) =>
		fetch(runner.url + path, { ...init, headers: { ...init.headers, authorization: `Bearer ${adminToken}` } })
	const json = async <Body>(path: string): Promise<Body> => {
		const response = await request(path)
		if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`)
		return (await response.json()) as Body
	}
	const runner: Runner = {
		folder,
		url: '',
		process: undefined as unknown as ChildProcess,
		printed: [],
		logged: [],
		webhookUrl: (name) => {
			const issued = urls.get(name)
			if (!issued) throw new Error(`No URL was printed for webhook ${name}.`)
			// The port is another one after a restart.
			return runner.url + issued.slice(new URL(issued).origin.length)
		},
		call: (name, body = '', headers = {}) => fetch(runner.webhookUrl(name), { method: 'POST', body, headers }),
		async start(name, body, headers) {
			const response = await runner.call(name, body, headers)
			if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`)
			return ((await response.json()) as { JobIds: string[] }).JobIds[0]!
		},
		manage: request,
		job: (jobId) => json(`/jobs/${jobId}`),
		untilJob: (jobId, ...statuses) =>
			until(`job ${jobId} is ${statuses.join(' or ') || 'ended'}`, async () => {
				const job = await runner.job(jobId)
				return (statuses.length > 0 ? statuses : finalStatuses).includes(job.properties.status) && job
			}),
		output: async (jobId) => (await request(`/jobs/${jobId}/output`)).text(),
		streams: async (jobId) => (await json<{ value: StreamView[] }>(`/jobs/${jobId}/streams`)).value,
		writeRunbook,
		writeWebhooks,
		async end(signal) {
			const child = runner.process
			if (child.exitCode !== null || child.signalCode !== null) return { code: child.exitCode, signal: child.signalCode }
			const exited = once(child, 'exit')
			child.kill(signal)
			await exited
			return { code: child.exitCode, signal: child.signalCode }
		},
		async restart(environment) {
			runner.printed.length = 0
			await launch(environment)
		},
		async [Symbol.asyncDispose]() {
			const timer = setTimeout(() => runner.process.kill('SIGKILL'), 10_000)
			await runner.end('SIGTERM')
			clearTimeout(timer)
			using _observed = observed
			using _temporary = temporary
			if (settings.isBare) return
			const dataDir = resolve(folder, launched.RUNHOOK_DATA_DIR ?? 'data')
			const leaks = findLeaks({ observedFile, dataDir, logged: runner.logged, printed: everPrinted, environment: launched })
			if (leaks.length > 0) throw new Error(leaks.join('\n'))
		},
	}
	try {
		await launch()
	} catch (error) {
		runner.process.kill('SIGKILL')
		temporary[Symbol.dispose]()
		observed[Symbol.dispose]()
		throw error
	}
	return runner
}
