import { setTimeout as wait } from 'node:timers/promises'
import type { AutomationClient } from '@azure/arm-automation'
import { automationClient } from './automation-client.ts'
import { adminToken, type Runner, startRunner } from './runner.ts'
import { type SentRequest, scriptedServer } from './scripted-server.ts'

/** A runner that stands for Azure: its API behind a gate that also signs in, as the machine of a runbook would be. */
export type AzureRunner = AsyncDisposable & {
	url: string
	runner: Runner
	client: AutomationClient
	/** What was asked for through the gate: `PUT /jobs/x`. */
	asked(): string[]
	/** Forwards such requests and loses their answers, so often. */
	loseAnswers(line: RegExp, times: number): void
	/** Answers such requests itself, so often. */
	answerInstead(line: RegExp, times: number, answer: Instead): void
	/** Holds such requests back, milliseconds each, so often. */
	delay(line: RegExp, times: number, pause: number): void
}

type Instead = { status: number; headers?: Record<string, string> }
type Disturbance = { line: RegExp; times: number; how: 'lose' | number | Instead }

export async function openAzureRunner(runbooks: Record<string, string>, environment: Record<string, string> = {}): Promise<AzureRunner> {
	let upstream = ''
	const disturbances: Disturbance[] = []
	const gate = await scriptedServer(async (request, response) => {
		const disturbance = disturbances.find(({ line, times }) => times > 0 && line.test(lineOf(request)))
		if (disturbance) disturbance.times--
		const how = disturbance?.how
		if (typeof how === 'object') {
			response.writeHead(how.status, { 'content-type': 'application/json', ...how.headers })
			return void response.end(JSON.stringify({ error: { code: 'Disturbed', message: 'A test answers.' } }))
		}
		if (typeof how === 'number') await wait(how, undefined, { ref: false })
		if (request.path === '/msi/token') return { access_token: adminToken, expires_on: '4102444800', resource: 'r', token_type: 'Bearer' }
		const { method, path, query, body } = request
		const { authorization = '', 'content-type': type = 'application/json' } = request.headers
		const headers = { authorization, 'content-type': type }
		const asked = fetch(`${upstream}${path}?${query}`, { method, headers, ...(method === 'GET' ? {} : { body }) })
		const answer = await asked.catch(() => undefined)
		// The test is over.
		if (!answer) return void response.destroy()
		const text = await answer.text()
		if (how === 'lose') response.destroy()
		else response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' }).end(text)
		return undefined
	})
	const runner = await startRunner({ runbooks, webhooks: [], environment: { RUNHOOK_PUBLIC_URL: gate.url, ...environment } })
	upstream = runner.url
	return {
		url: gate.url,
		runner,
		client: automationClient(runner),
		asked: () => gate.requests.filter(({ path }) => path !== '/msi/token').map(lineOf),
		loseAnswers: (line, times) => void disturbances.unshift({ line, times, how: 'lose' }),
		answerInstead: (line, times, answer) => void disturbances.unshift({ line, times, how: answer }),
		delay: (line, times, pause) => void disturbances.unshift({ line, times, how: pause }),
		async [Symbol.asyncDispose]() {
			await runner[Symbol.asyncDispose]()
			await gate[Symbol.asyncDispose]()
		},
	}
}

function lineOf({ method, path }: SentRequest): string {
	return `${method} ${path.replace(/^.*\/automationAccounts\/[^/]+/, '')}`
}
