import { DESCRIPTION_LENGTH_MAX, WEBHOOK_VALIDITY_MAX } from '../limits.ts'
import type { ParameterTexts, RunbookResource, WebhookResource } from './account-content.ts'
import {
	byName,
	type ImportFacts,
	importedWebhooksFile,
	isChosenName,
	isRunbookName,
	type NewFile,
	nameSet,
	type PlanEntry,
	repeatedNames,
	runOnNote,
	same,
	webhooksFile,
} from './import-plan.ts'
import { carriedValue, parameterType } from './parameter-type.ts'

/**
 * Decides about webhooks. They go into webhooks.json, or into a file beside it where it is there; tokens stay behind, because Azure shows
 * them to nobody.
 */
export function planWebhooks(facts: ImportFacts): { entries: PlanEntry[]; file?: NewFile } {
	const { source, folder } = facts
	const file = folder.webhooks === undefined ? webhooksFile : importedWebhooksFile
	const webhooksThere = byName(source.webhooks)
	const repeated = repeatedNames(webhooksThere)
	const planned = webhooksThere.map((webhook) => planWebhook(webhook, { file, isRepeated: repeated.has(webhook) }, facts))
	const entries = planned.map(({ entry }) => entry)
	const webhooks = planned.flatMap(({ declared }) => declared ?? [])
	if (webhooks.length === 0) return { entries }
	return { entries, file: { file, text: `${JSON.stringify({ webhooks }, null, '\t')}\n` } }
}

type Placing = { file: string; isRepeated: boolean }

function planWebhook(webhook: WebhookResource, { file, isRepeated }: Placing, facts: ImportFacts): { entry: PlanEntry; declared?: object } {
	const { name, properties } = webhook
	const entry = (action: PlanEntry['action'], ...notes: string[]) => ({ entry: { kind: 'webhook', name, action, notes } as PlanEntry })
	const found = whereItIs(name, facts)
	if (found !== undefined) return entry('keep', ...found)
	const reason = isRepeated ? 'Another one has the same name but for case: here names differ otherwise.' : whyNot(webhook, facts)
	if (reason !== undefined) return entry('by hand', reason)
	const runbookName = properties.runbook!.name!
	const { description, parameters } = properties
	const values = fixedValues(
		parameters ?? {},
		facts.source.runbooks.find((runbook) => same(runbook.name, runbookName)),
	)
	const declared = {
		name,
		runbook: runbookName,
		expiryTime: new Date(properties.expiryTime).toISOString(),
		...(properties.isEnabled ? {} : { isEnabled: false }),
		...(Object.keys(values).length > 0 ? { parameters: values } : {}),
		...(description ? { description: description.slice(0, DESCRIPTION_LENGTH_MAX) } : {}),
	}
	const merge = file === webhooksFile ? [] : [`Put its entry from ${file} into ${webhooksFile}, which was left alone.`]
	const url = `Its URL of Azure cannot be carried over. The runner prints a new one when it takes up the entry: give that to those who call it.`
	const made = entry('create', ...merge, url, ...runOnNote(properties.runOn)).entry
	return { entry: { ...made, file }, declared }
}

/** Where a webhook of that name is already; nothing has to be said of one that is in force. */
function whereItIs(name: string, { target, folder }: ImportFacts): string[] | undefined {
	if (nameSet([...(folder.webhooks ?? []), ...target.webhooks.map((there) => there.name)]).has(name)) return []
	if (nameSet(folder.importedWebhooks ?? []).has(name)) return [`It stands in ${importedWebhooksFile}: put its entry into ${webhooksFile}.`]
	return undefined
}

function whyNot({ name, properties }: WebhookResource, { folder, now }: ImportFacts): string | undefined {
	const expiryTime = Date.parse(properties.expiryTime)
	if (Number.isNaN(expiryTime)) return `Its expiryTime '${properties.expiryTime}' is no time.`
	if (expiryTime <= now) return `It expired at ${properties.expiryTime}.`
	if (expiryTime - now > WEBHOOK_VALIDITY_MAX) return `It expires at ${properties.expiryTime}: at most ten years ahead are possible.`
	const runbookName = properties.runbook?.name
	if (!runbookName) return 'It has no runbook.'
	if (!isRunbookName(runbookName)) return `Its runbook '${runbookName}' cannot have this name here.`
	if (!isChosenName(name)) return 'No webhook can have this name here.'
	if (folder.webhooks !== undefined && folder.importedWebhooks !== undefined)
		return `${importedWebhooksFile} is there and was left alone: put its entries into ${webhooksFile}, delete it, and import again.`
	return undefined
}

/** Values as the parameters of the runbook in Azure take them. WebhookData comes with each call, so a value for it counts for nothing. */
function fixedValues(texts: ParameterTexts, runbook: RunbookResource | undefined): Record<string, unknown> {
	const given = Object.entries(texts).filter(([name]) => !same(name, 'WebhookData'))
	return Object.fromEntries(given.map(([name, text]) => [name, carriedValue(typeIn(runbook, name), text)]))
}

/** The type of a parameter by its name, in whatever case. */
export function typeIn(runbook: RunbookResource | undefined, name: string) {
	const [, facts] = Object.entries(runbook?.properties.parameters ?? {}).find(([declared]) => same(declared, name)) ?? []
	return parameterType(facts?.type)
}
