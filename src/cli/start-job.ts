import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { AutomationModels } from '@azure/arm-automation'
import type { Account } from './api-client.ts'
import { checkMandatory } from './check-mandatory.ts'
import { mayPass } from './failure.ts'
import { START_TRIES_MAX, START_WAIT } from './limits.ts'

/**
 * Starts a runbook. A request that got no answer is sent again under the same name: a server that had taken it answers with the job it
 * began then, so that there is never a second one. Throws what the last try threw.
 */
export async function startJob(
	account: Account,
	runbookName: string,
	parameters: Record<string, string> | undefined,
): Promise<AutomationModels.JobCreateResponse> {
	if (account.isAzure) await checkMandatory(account, runbookName, parameters ?? {}, { fromWebhook: false })
	const name = randomUUID()
	const request = { runbook: { name: runbookName }, ...(parameters ? { parameters } : {}) }
	for (let tries = 1; ; tries++) {
		try {
			return await account.client.job.create(...account.names, name, request)
		} catch (error) {
			// Where nobody listens the answer is known at once.
			if (tries >= START_TRIES_MAX || !mayPass(error) || (error as { code?: string }).code === 'ECONNREFUSED') throw error
			await wait(START_WAIT * tries)
		}
	}
}
