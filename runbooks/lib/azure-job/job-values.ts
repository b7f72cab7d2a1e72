// What the job in Azure is given.
import type { ReceivedWebhookData } from 'runhook'

/** The parameters that a runbook in Azure declares, as the API has them. */
export type DeclaredParameters = Record<string, { isMandatory?: boolean }>

/**
 * The values as the API takes them: texts, and what is no text as its JSON. The request of a webhook call is passed on to a runbook that
 * declares WebhookData. Throws an Error that names every mandatory parameter without a value: Azure would find out only while the job runs.
 */
export function jobValues(
	given: Record<string, unknown>,
	{ declared, request }: { declared: DeclaredParameters; request: ReceivedWebhookData | null | undefined },
): Record<string, string> {
	const webhookData = Object.keys(declared).find((name) => name.toLowerCase() === 'webhookdata')
	const all = Object.entries(given).filter(([name]) => !request || name.toLowerCase() !== 'webhookdata')
	if (request && webhookData) all.push([webhookData, request])
	const names = new Set(all.map(([name]) => name.toLowerCase()))
	const missing = Object.entries(declared).filter(([name, { isMandatory }]) => isMandatory && !names.has(name.toLowerCase()))
	if (missing.length > 0) {
		const quoted = missing.map(([name]) => `'${name}'`).join(', ')
		throw new Error(`The runbook in Azure has mandatory parameters that Parameters gives no value: ${quoted}.`)
	}
	return Object.fromEntries(all.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]))
}
