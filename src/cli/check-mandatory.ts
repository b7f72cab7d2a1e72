import type { Account } from './api-client.ts'
import { checkName } from './api-client.ts'
import { ServerError } from './server-error.ts'

/**
 * Refuses values that lack a mandatory parameter of the runbook, as a runner does. For Azure, which takes them and fails when the runbook runs.
 * `fromWebhook`: WebhookData comes with the call. Throws a ServerError that names what is missing.
 */
export async function checkMandatory(
	{ client, names }: Account,
	runbookName: string,
	given: Record<string, string>,
	{ fromWebhook }: { fromWebhook: boolean },
): Promise<void> {
	const { parameters = {} } = await client.runbook.get(...names, checkName(runbookName))
	const known = new Set([...Object.keys(given), ...(fromWebhook ? ['WebhookData'] : [])].map((name) => name.toLowerCase()))
	const missing = Object.keys(parameters).filter((name) => parameters[name]!.isMandatory && !known.has(name.toLowerCase()))
	if (missing.length === 0) return
	const sentences = missing.map((name) => `Parameter '${name}' is mandatory and has no value.`)
	throw new ServerError(400, { code: 'BadRequest', message: sentences.join(' ') })
}
