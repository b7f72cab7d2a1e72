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
}

export async function openAzureRunner(runbooks: Record<string, string>, environment: Record<string, string> = {}): Promise<AzureRunner> {
	let upstream = ''
	let lost: { line: RegExp; times: number } | undefined
	const gate = await scriptedServer(async (request, response) => {
		if (request.path === '/msi/token') return { access_token: adminToken, expires_on: '4102444800', resource: 'r', token_type: 'Bearer' }
		const { method, path, query, body } = request
		const { authorization = '', 'content-type': type = 'application/json' } = request.headers
		const headers = { authorization, 'content-type': type }
		const answer = await fetch(`${upstream}${path}?${query}`, { method, headers, ...(method === 'GET' ? {} : { body }) })
		const text = await answer.text()
		if (lost && lost.times > 0 && lost.line.test(lineOf(request))) {
			lost.times--
			response.destroy()
		} else response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' }).end(text)
		return undefined
	})
	const runner = await startRunner({ runbooks, webhooks: [], environment: { RUNHOOK_PUBLIC_URL: gate.url, ...environment } })
	upstream = runner.url
	return {
		url: gate.url,
		runner,
		client: automationClient(runner),
		asked: () => gate.requests.filter(({ path }) => path !== '/msi/token').map(lineOf),
		loseAnswers: (line, times) => {
			lost = { line, times }
		},
		async [Symbol.asyncDispose]() {
			await runner[Symbol.asyncDispose]()
			await gate[Symbol.asyncDispose]()
		},
	}
}

function lineOf({ method, path }: SentRequest): string {
	return `${method} ${path.replace(/^.*\/automationAccounts\/[^/]+/, '')}`
}
