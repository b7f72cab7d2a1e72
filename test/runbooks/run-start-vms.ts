import startVms from '../../runbooks/start-vms.ts'
import type { RunbookContext } from '../../src/runbooks/define-runbook.ts'
import { type SimulatedAzure, subscriptionId } from '../azure/simulated-azure.ts'

type Outcome = { Name: string; ResourceGroup: string | null; Id: string | null; Result: string; Seconds: number; Error?: string }
type Summary = { Started: number; AlreadyRunning: number; Failed: number; Results: Outcome[] }

/** What a run of start-vms wrote, and how it ended. */
export type Run = {
	outputs: unknown[]
	/** The texts on the Output stream, without the first. */
	lines: string[]
	warnings: string[]
	errors: string[]
	verbose: string[]
	/** The last output, where there is one. */
	summary: Summary | undefined
	/** `name: Result` of every machine in it. */
	results: string[]
	/** Undefined when the runbook completed. */
	exception: string | undefined
}

/** Runs start-vms with a body as a webhook would, against the simulator. `values` are the parameters of the webhook. */
export async function startVmsWith(all: SimulatedAzure, body: unknown, values: Record<string, unknown> = {}): Promise<Run> {
	const RequestBody = typeof body === 'string' ? body : JSON.stringify(body)
	const WebhookData = { WebhookName: 'StartVms', RequestHeader: { from: 'me@example.com' }, RequestBody }
	return runStartVms(all, { WebhookData, SubscriptionId: subscriptionId, PollSeconds: 0.001, ...values })
}

export async function runStartVms({ azure, job }: SimulatedAzure, values: Record<string, unknown>): Promise<Run> {
	const checked = await startVms.parameters?.['~standard'].validate(values)
	if (!checked || checked.issues) throw new Error(`The parameters were refused: ${JSON.stringify(checked)}`)
	const written = { outputs: [] as unknown[], warnings: [] as string[], errors: [] as string[], verbose: [] as string[] }
	const context: RunbookContext<unknown> = {
		parameters: checked.value,
		output: (value) => written.outputs.push(value),
		warning: (message) => written.warnings.push(String(message)),
		error: (message) => written.errors.push(String(message)),
		verbose: (message) => written.verbose.push(String(message)),
		debug: () => undefined,
		progress: () => undefined,
		job: { jobId: '1', runbookName: 'start-vms', webhookName: 'StartVms', creationTime: '2026-01-01T00:00:00Z', tryCount: 1 },
		signal: job.signal,
		azure,
		state: { get: async () => undefined, set: async () => undefined },
	}
	const exception = await Promise.resolve(startVms.run(context)).then(
		() => undefined,
		(error: Error) => error.message,
	)
	const summary = written.outputs.find((value) => typeof value === 'object') as Summary | undefined
	const results = summary?.Results.map(({ Name, Result }) => `${Name}: ${Result}`) ?? []
	const lines = written.outputs.filter((value) => typeof value === 'string').slice(1)
	return { ...written, lines, summary, results, exception }
}
