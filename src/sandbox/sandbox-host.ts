// The process that runbooks run in. Started by path; told what to do over one pipe, reports over another (sandbox-protocol.ts).
import { flushCompileCache } from 'node:module'
import { Socket } from 'node:net'
import { relative, sep } from 'node:path'
import { azureForJob } from '../azure/azure-clients.ts'
import type { ParametersSchema } from '../runbooks/define-runbook.ts'
import type { RunbookDefinition } from '../runbooks/runbook.ts'
import { bindThreads } from './bind-threads.ts'
import { describeRunbook } from './describe-runbook.ts'
import { exceptionText } from './exception-text.ts'
import { currentOutput, JobOutput, redirectConsole } from './job-output.ts'
import { activeResources, leftBehind } from './left-behind.ts'
import { usePackageBundle } from './package-bundle.ts'
import { channelText } from './process-end.ts'
import { Questions } from './questions.ts'
import { readLines } from './report-lines.ts'
import { report, writeWhole } from './report-pipe.ts'
import { runbookContext } from './runbook-context.ts'
import { RunbookLoader } from './runbook-loader.ts'
import { type HostSettings, ORDER_FD, type Order, type RunOrder } from './sandbox-protocol.ts'
import { startWatchdog } from './watchdog.ts'

const { runbooksDir, packages, bundleFolder, watchdogMilliseconds } = JSON.parse(process.argv[2]!) as HostSettings
const workFolder = process.cwd()
// Taken before a runbook can replace it.
const { parse } = JSON

/** The job that runs, or the inspection. `end` ends it, once, with the exception or null. */
type CurrentJob = { output: JobOutput; controller: AbortController; end(exception: string | null): void }
let current: CurrentJob | undefined
/** Before it is ready, and once it was told, there is nothing more to tell. */
let mayBeSpoiled = false

startWatchdog(watchdogMilliseconds)
// biome-ignore lint/style/noProcessEnv: Node reads options from it for every thread
bindThreads(process.env)
redirectConsole(() => {
	const output = currentOutput.getStore() ?? current?.output
	if (!output) spoil('something was written while it had no job')
	return output
})
if (bundleFolder !== null) usePackageBundle(bundleFolder)
const loader = new RunbookLoader(runbooksDir)
const questions = new Questions(report)

const orders = new Socket({ fd: ORDER_FD, readable: true, writable: false })
readLines(
	orders,
	(line) => obey(parse(line) as Order),
	() => orders.destroy(),
)
// The runner closes the pipe when this process is no longer needed: it ends by itself, so that coverage and caches are written.
orders.on('close', () => {
	current?.end(channelText)
	process.exit()
})
orders.on('error', () => undefined)

const listeners = {
	/** The process goes on, because the runner ends it in its own way; but no job has it again. */
	uncaughtException(error: unknown, origin: NodeJS.UncaughtExceptionOrigin) {
		spoil('nothing handled an error')
		const owner = currentOutput.getStore()
		if (current && owner !== undefined && owner !== current.output) return
		const what =
			origin === 'unhandledRejection' ? 'A promise was rejected and nothing handled it.' : 'An error was thrown and nothing caught it.'
		current?.end(`${what} ${exceptionText(error)}`)
		current = undefined
		report({ kind: 'settled', leftBehind: ['an uncaught error'] })
	},
	/** A runbook that ends its own process loses nothing that it wrote. */
	exit() {
		current?.output.end()
	},
}
for (const [name, listener] of Object.entries(listeners)) process.on(name, listener)

// What every runbook imports is loaded before there is one.
await import('../runbooks/kit.ts')
// A package that cannot be loaded is the runbook's own to report, when it imports it.
for (const name of packages) await loader.preload(name).catch(() => undefined)
mayBeSpoiled = true
report({ kind: 'ready' })

function obey(order: Order): void {
	if (order.kind === 'run') void run(order)
	else if (order.kind === 'inspect') void inspect(order.file)
	else if (order.kind === 'answer') questions.answer(order.id, order)
	else if (order.kind === 'stop') current?.controller.abort(new Error(order.reason))
	else {
		flushCompileCache()
		report({ kind: 'flushed' })
	}
}

/** Tells the runner that no further job may run here. */
function spoil(because: string): void {
	if (mayBeSpoiled) report({ kind: 'spoiled', because })
	mayBeSpoiled = false
}

async function inspect(file: string): Promise<void> {
	let told = false
	const tell = (result: { definition: RunbookDefinition } | { fault: string }) => {
		if (!told) report({ kind: 'inspected', inspection: { files: loader.files, missing: loader.missing, ...result } })
		told = true
	}
	const output = new JobOutput({ keep: [], report, late: () => undefined })
	current = { output, controller: new AbortController(), end: (exception) => tell({ fault: exception ?? '' }) }
	try {
		const runbook = await loader.load(file)
		tell({ definition: describeRunbook(runbook, loader.packages) })
	} catch (error) {
		tell({ fault: faultText(error) })
	}
}

/** A load fault in one line: what, and where among the runbook's own files. */
function faultText(error: unknown): string {
	const text = exceptionText(error)
	if (!(error instanceof Error)) return text
	// TypeScript that cannot be read has the place in the first line, everything else in a frame of its stack.
	const place = /(?:file:\/\/)?(\/[^\s():]+\.(?:m?[tj]s|json)):(\d+)/.exec(text)
	const path = place ? relative(runbooksDir, place[1]!).split(sep).join('/') : ''
	const own = loader.files.some((file) => file.path === path)
	return `${error.name}: ${error.message}${own ? ` (${path}, line ${place![2]})` : ''}`
}

async function run(order: RunOrder): Promise<void> {
	const before = activeResources()
	const output = new JobOutput({ keep: order.keep, report, late: () => spoil('a job that had ended wrote something') })
	const controller = new AbortController()
	let ended = false
	const end = (exception: string | null) => {
		if (ended) return
		ended = true
		output.end()
		questions.forget()
		for (const fd of [1, 2]) writeWhole(fd, `${order.mark}\n`)
		report({ kind: 'ended', exception })
	}
	const job = { output, controller, end }
	current = job
	const exception = await currentOutput.run(output, () => runToEnd(order, output, controller.signal))
	// What it did in its last moment shows in this turn of the event loop: a warning, a promise that nothing handles.
	await new Promise((resolve) => setImmediate(resolve))
	end(exception)
	if (current === job) current = undefined
	if (!Object.entries(listeners).every(([name, listener]) => process.listeners(name as 'exit').includes(listener as never)))
		spoil('a job removed the listeners of its process')
	report({ kind: 'settled', leftBehind: await leftBehind(before) })
}

/** Resolves with the exception, or null when the runbook completed. */
async function runToEnd(order: RunOrder, output: JobOutput, signal: AbortSignal): Promise<string | null> {
	try {
		// An earlier job may have gone elsewhere.
		process.chdir(workFolder)
		const runbook = await loader.load(order.content.file, order.content.sources).catch((error: unknown) => {
			// Node keeps the error: the next job would get it again, though its cause may be gone.
			spoil('its runbook could not be loaded')
			throw error
		})
		report({ kind: 'started' })
		const parameters = await checkParameters(runbook.parameters, order.parameters)
		const verbose = (message: string) => output.write('Verbose', message)
		// biome-ignore lint/style/noProcessEnv: the identity that the runner handed to this process
		const azure = azureForJob({ endpoint: order.armEndpoint, principal: order.principal, signal, environment: process.env, verbose })
		const { job } = order
		const { state, assets } = questions
		await runbook.run(runbookContext({ job, parameters, output, signal, azure, state, assets }) as Parameters<typeof runbook.run>[0])
		return null
	} catch (error) {
		return exceptionText(error)
	}
}

async function checkParameters(schema: ParametersSchema | undefined, values: Record<string, unknown>): Promise<unknown> {
	if (!schema) return values
	const result = await schema['~standard'].validate(values)
	if (!result.issues) return result.value
	const faults = result.issues.map(({ path, message }) => {
		const name = (path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)).join('.')
		return `Parameter '${name}' does not fit: ${message}.`
	})
	throw new Error(faults.join(' '))
}
