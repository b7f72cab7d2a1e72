// npm run demo: simulator and runner in one terminal, two calls, and their jobs live until both have ended. Leaves nothing behind.
import { readFileSync } from 'node:fs'
import { styleText } from 'node:util'
import { type Runner, startRunner } from '../support/runner.ts'
import { type DemoCall, demoCalls } from './demo-calls.ts'
import { followJob } from './follow-job.ts'
import type { RequestRecord } from './request-record.ts'
import { openSimulator } from './simulator.ts'

type Entry = { name: string; [member: string]: unknown }

const webhooksFile = new URL('../../webhooks.json', import.meta.url)
/** Colours appear on a terminal alone: styleText looks at the stream. */
const colours = { Output: 'green', Warning: 'yellow', Error: 'red', azure: 'gray' } as const

const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())
try {
	const completed = await runDemo(ending.signal)
	process.exitCode = completed ? 0 : 1
} catch (error) {
	if (!ending.signal.aborted) throw error
	say('demo', 'Interrupted.')
	process.exitCode = 130
}

/** Resolves with whether every job completed, after runner and simulator have ended. */
async function runDemo(signal: AbortSignal): Promise<boolean> {
	const { webhooks } = JSON.parse(readFileSync(webhooksFile, 'utf8')) as { webhooks: Entry[] }
	await using simulator = await openSimulator({ operationLength: { seconds: 1.5 }, captureLength: { timeScale: 0.1 }, log: sayRequest })
	say('simulator', `A local Azure listens on ${simulator.url}.`)
	const environment = { RUNHOOK_ARM_ENDPOINT: simulator.url, RUNHOOK_SHUTDOWN_SECONDS: '1' }
	await using runner = await startRunner({ webhooks, environment })
	say('runner', `Runhook listens on ${runner.url}.`)
	signal.throwIfAborted()
	const statuses = await Promise.all(demoCalls(new Date()).map((call) => runCall(runner, { call, webhooks, signal })))
	return statuses.every((status) => status === 'Completed')
}

/** Posts to a webhook and follows its job; resolves with the job's last status, or what kept it from being started. */
async function runCall(
	runner: Runner,
	{ call, webhooks, signal }: { call: DemoCall; webhooks: Entry[]; signal: AbortSignal },
): Promise<string> {
	const { webhookName, names, headers, body } = call
	if (!webhooks.some(({ name }) => name === webhookName)) {
		say(webhookName, `Left out: webhooks.json has no webhook ${webhookName}.`)
		return 'left out'
	}
	const response = await runner.call(webhookName, body, headers)
	const answer = await response.text()
	say(webhookName, `POST ${names}: ${response.status} ${answer}`)
	if (response.status !== 202) return 'refused'
	const [jobId = ''] = (JSON.parse(answer) as { JobIds: string[] }).JobIds
	const line = (streamType: string, text: string) => say(webhookName, text, streamType)
	const status = await followJob(runner, jobId, { line, signal })
	const { exception } = (await runner.job(jobId)).properties
	say(webhookName, exception ? `${status}: ${exception}` : status, status === 'Completed' ? 'Output' : 'Error')
	return status
}

/** What Azure is asked, without the many polls. */
function sayRequest({ operation, vm, watcher, capture, status }: RequestRecord): void {
	if (!operation || operation === 'poll' || operation === 'token') return
	say('azure', [operation, vm ?? capture ?? watcher, status].filter(Boolean).join(' '), 'azure')
}

function say(who: string, text: string, kind = ''): void {
	const colour = colours[kind as keyof typeof colours]
	for (const line of text.split(/\r?\n/)) {
		const shown = colour ? styleText(colour, line, { stream: process.stdout }) : line
		process.stdout.write(`${styleText('bold', who.padEnd(14), { stream: process.stdout })}${shown}\n`)
	}
}
