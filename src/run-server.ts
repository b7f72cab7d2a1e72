import { pathToFileURL } from 'node:url'
import { openApp } from './app.ts'
import { systemClock, within } from './clock.ts'
import { readConfig } from './config.ts'
import { StartError, StoreUnavailableError } from './errors.ts'
import { TELEMETRY_END_TIME_MAX } from './limits.ts'
import { openLog } from './log.ts'

/** Runs the server until a signal: SIGTERM and SIGINT end it with code 0, a second one at once with 130, a fault of the start with 1. */
export async function runServer(): Promise<void> {
	const print = (text: string) => void process.stdout.write(`${text}\n`)
	try {
		// biome-ignore lint/style/noProcessEnv: the one reading of the environment
		const { config, secrets, misspelt } = readConfig(process.env, process.cwd(), process.stderr.isTTY === true)
		const log = openLog({ level: config.logLevel, format: config.logFormat })
		for (const each of misspelt) log.warn('A variable of the environment is no setting: is another one meant?', each)
		const telemetry = await loadTelemetry(config.otelModule)
		const signal = firstSignal()
		const app = await openApp({ config, secrets, clock: systemClock, log, print })
		log.info('Ending', { signal: await signal })
		await app[Symbol.asyncDispose]()
		await telemetry.end()
		log.info('Ended')
	} catch (error) {
		if (!(error instanceof StartError || error instanceof StoreUnavailableError)) throw error
		process.stderr.write(`${error.message}\n`)
		process.exitCode = 1
	}
}

/** Loads the operator's module, which sets OpenTelemetry up; its export `shutdown`, if it has one, is called at the end. Throws a StartError. */
async function loadTelemetry(file: string | undefined): Promise<{ end(): Promise<void> }> {
	if (file === undefined) return { end: async () => undefined }
	let loaded: { shutdown?: unknown }
	try {
		loaded = await import(pathToFileURL(file).href)
	} catch (cause) {
		throw new StartError(`RUNHOOK_OTEL_MODULE: ${file} cannot be loaded: ${(cause as Error).message}.`, { cause })
	}
	const { shutdown } = loaded
	if (typeof shutdown !== 'function') return { end: async () => undefined }
	return {
		async end() {
			// What it still has to send must not hold the end up.
			const ended = Promise.resolve().then(() => shutdown())
			await within(systemClock, TELEMETRY_END_TIME_MAX, ended).catch(() => undefined)
		},
	}
}

/** Resolves with the first signal; the second one ends the process at once. The sandboxes then end by themselves. */
function firstSignal(): Promise<NodeJS.Signals> {
	return new Promise((resolve) => {
		let seen = false
		for (const name of ['SIGTERM', 'SIGINT'] as const)
			process.on(name, () => {
				if (seen) process.exit(130)
				seen = true
				resolve(name)
			})
	})
}
