import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { azureForJob, type JobAzureSettings } from '../../src/azure/azure-clients.ts'
import type { Azure } from '../../src/runbooks/azure.ts'
import { openSimulator, type Simulator, type SimulatorOptions } from '../simulator/simulator.ts'

export const subscriptionId = '11111111-1111-1111-1111-111111111111'

/** The real clients of a job, pointed at a simulator; disposing it closes the simulator. */
export type SimulatedAzure = AsyncDisposable & { azure: Azure; simulator: Simulator; job: AbortController; verboseLines: string[] }

/** The managed identity stays with the first endpoint it used for as long as the process lives; so all simulators of a file take turns at one. */
let port = 0

export async function openAzure(options: SimulatorOptions & Partial<JobAzureSettings> = {}): Promise<SimulatedAzure> {
	const simulator = await openSimulator({ ...options, port })
	port = Number(new URL(simulator.url).port)
	const job = new AbortController()
	const verboseLines: string[] = []
	const azure = azureForJob({
		endpoint: simulator.url,
		principal: null,
		signal: job.signal,
		environment: process.env,
		verbose: (message) => verboseLines.push(message),
		pollInterval: 1,
		...options,
	})
	return { azure, simulator, job, verboseLines, [Symbol.asyncDispose]: () => leave(() => simulator[Symbol.asyncDispose]()) }
}

/** `never` leaves the request without an answer. */
export type ScriptedAnswer = 'never' | { status: number; headers?: Record<string, string>; body?: unknown }

/** A server that gives the answers a test wrote, for what the simulated Azure never does; tokens are handed out to anyone. */
export async function openAnswers(
	answer: (request: { path: string; url: string }) => ScriptedAnswer,
): Promise<AsyncDisposable & { azure: Azure }> {
	let url = ''
	const server = createServer((request, response) => {
		const path = request.url?.split('?')[0] ?? ''
		const token = { access_token: 'token', expires_on: '4102444800', resource: 'r', token_type: 'Bearer' }
		const given = path === '/msi/token' ? { status: 200, body: token } : answer({ path, url })
		if (given === 'never') return
		response.writeHead(given.status, { 'content-type': 'application/json', ...given.headers })
		response.end(given.body === undefined ? '' : JSON.stringify(given.body))
	})
	server.listen(port, '127.0.0.1')
	await once(server, 'listening')
	port = (server.address() as AddressInfo).port
	url = `http://127.0.0.1:${port}`
	const signal = new AbortController().signal
	const azure = azureForJob({ endpoint: url, principal: null, signal, environment: process.env, verbose: () => undefined, pollInterval: 1 })
	return {
		azure,
		[Symbol.asyncDispose]: () =>
			leave(async () => {
				server.close()
				server.closeAllConnections()
				await once(server, 'close')
			}),
	}
}

/** The next server listens at the same port: the idle sockets of the clients have to see this one's end first, or they are used again. */
async function leave(close: () => PromiseLike<void>): Promise<void> {
	await close()
	for (let turn = 0; turn < 5; turn++) await setImmediate()
}
