import type { DefinedRunbook } from '../../src/runbooks/define-runbook.ts'
import { type SimulatedAzure, subscriptionId } from '../azure/simulated-azure.ts'
import { runRunbook, type Written, webhookData } from './run-runbook.ts'

type Outcome = { Name: string; ResourceGroup: string | null; Id: string | null; Result: string; Seconds: number; Error?: string }
type Summary = Record<'Started' | 'AlreadyRunning' | 'Stopped' | 'AlreadyStopped' | 'Failed', number> & { Results: Outcome[] }

/** What a run of start-vms or stop-vms wrote, and how it ended. */
export type MachineRun = Written & {
	/** The texts on the Output stream, without the first. */
	lines: string[]
	/** The last output, where there is one. */
	summary: Summary | undefined
	/** `name: Result` of every machine in it. */
	results: string[]
}

/** Runs start-vms or stop-vms against the simulator, with these parameter values. Its times are told as 0 s: machines differ in speed. */
export async function runOnMachines(runbook: DefinedRunbook, all: SimulatedAzure, values: Record<string, unknown>): Promise<MachineRun> {
	const written = await runRunbook(runbook, all, values)
	const outputs = written.outputs.map(withoutTimes)
	const summary = outputs.find((value) => typeof value === 'object') as Summary | undefined
	const results = summary?.Results.map(({ Name, Result }) => `${Name}: ${Result}`) ?? []
	const lines = outputs.filter((value) => typeof value === 'string').slice(1)
	return { ...written, outputs, lines, summary, results }
}

/** The same with a body as a webhook would send it. `values` are the parameters of the webhook. */
export async function callOnMachines(
	runbook: DefinedRunbook,
	all: SimulatedAzure,
	{ body, values = {} }: { body: unknown; values?: Record<string, unknown> },
): Promise<MachineRun> {
	return runOnMachines(runbook, all, { WebhookData: webhookData(body), SubscriptionId: subscriptionId, PollSeconds: 0.001, ...values })
}

function withoutTimes(output: unknown): unknown {
	if (typeof output === 'string') return output.replace(/ in \d+ s\.$/, ' in 0 s.')
	const { Results, ...counts } = output as Summary
	return { ...counts, Results: Results.map((result) => ({ ...result, Seconds: 0 })) }
}
