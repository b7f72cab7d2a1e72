import { account, group } from './automation-client.ts'
import type { AzureRunner } from './azure-runner.ts'
import { runbookText } from './runbook-text.ts'
import { type Runner, startRunner } from './runner.ts'

const declares = 'logVerbose: true, logProgress: true, logDebug: true,'
/** Runbooks that stand for those in Azure. */
export const runbooks = {
	writes: runbookText(
		`output('Hello ' + parameters.name); warning('Mind.'); error('Oh.'); verbose('Said.'); debug('Seen.')
		progress({ activity: 'Copying', status: '1 of 2', percentComplete: 50 })
		output({ list: parameters.list, body: parameters.WebhookData?.RequestBody }); output(7)
		for (let at = 0; at < parameters.count; at++) output('line ' + at)`,
		{
			declares: `${declares} parameters: z.object({ name: z.string(), list: z.array(z.number()).default([]), count: z.number().default(0), WebhookData: WebhookData.optional() }),`,
		},
	),
	ticks: runbookText(
		`for (let at = 0; at < 600 && !signal.aborted; at++) { output('tick ' + at); await new Promise((go) => setTimeout(go, 100)) }`,
	),
	fails: runbookText(`output('before'); throw new Error('The disk is full.')`),
}

const place = {
	SubscriptionId: '00000000-0000-0000-0000-000000000000',
	ResourceGroupName: group,
	AutomationAccountName: account,
	PollSeconds: 0.1,
}

/** A runner that starts runbooks in the other one; its webhooks are called as their runbook there. */
export function openStarter(azure: AzureRunner, webhooks: Record<string, object>): Promise<Runner> {
	return startRunner({
		webhooks: Object.entries(webhooks).map(([name, given]) => ({
			name,
			runbook: 'start-azure-runbook',
			parameters: { ...place, RunbookName: name, ...given },
		})),
		environment: { RUNHOOK_ARM_ENDPOINT: azure.url },
	})
}

/** The jobs in Azure. */
export async function jobsThere({ client }: AzureRunner) {
	return [...(await client.job.listByAutomationAccount(group, account))]
}

/** Requests to start one. */
export function started(azure: AzureRunner): string[] {
	return azure.asked().filter((line) => line.startsWith('PUT /jobs/'))
}
