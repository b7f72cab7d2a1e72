import type { AccountContent, RunbookResource, VariableResource } from './account-content.ts'
import {
	byName,
	type ImportFacts,
	type ImportPlan,
	isChosenName,
	isRunbookName,
	type NewFile,
	nameSet,
	type PlanEntry,
	repeatedNames,
	runbooksFolder,
	same,
} from './import-plan.ts'
import { planJobSchedules, planSchedules } from './plan-schedules.ts'
import { planTold } from './plan-told.ts'
import { planWebhooks } from './plan-webhooks.ts'
import { skeleton } from './skeleton.ts'

/** Decides what an import does. What the target or the folder has of the same name, in whatever case, is left alone. */
export function planImport(facts: ImportFacts): ImportPlan {
	const { source, target } = facts
	const variables = byName(source.variables).map((variable) => planVariable(variable, target))
	const runbooksThere = byName(source.runbooks)
	const repeated = repeatedNames(runbooksThere)
	const runbooks = runbooksThere.map((runbook) => planRunbook(runbook, facts, repeated.has(runbook)))
	const webhooks = planWebhooks(facts)
	const schedules = planSchedules(facts)
	const servable = nameSet([
		...target.runbooks.map(({ name }) => name),
		...runbooks.flatMap(({ entry }) => (entry.action === 'by hand' ? [] : [entry.name])),
	])
	const jobSchedules = planJobSchedules(facts, { schedules, servable })
	return {
		entries: [
			...variables,
			...runbooks.map(({ entry }) => entry),
			...webhooks.entries,
			...schedules,
			...jobSchedules,
			...planTold(source, target),
		],
		files: [...runbooks.flatMap(({ file }) => file ?? []), ...(webhooks.file ? [webhooks.file] : [])],
	}
}

function planRunbook(runbook: RunbookResource, { target, folder }: ImportFacts, isRepeated: boolean): { entry: PlanEntry; file?: NewFile } {
	const { name, properties } = runbook
	const file = `${runbooksFolder}/${name}.ts`
	const entry = (action: PlanEntry['action'], ...notes: string[]): PlanEntry => ({ kind: 'runbook', name, action, notes })
	if (nameSet([...folder.runbooks, ...target.runbooks.map((there) => there.name)]).has(name)) return { entry: entry('keep') }
	if (same(properties.runbookType, 'TypeScript'))
		return { entry: entry('by hand', 'It is written in TypeScript already: copy its file, with those that it imports.') }
	if (!isRunbookName(name)) return { entry: entry('by hand', 'No file of a runbook can have this name.') }
	if (isRepeated) return { entry: entry('by hand', 'Another one has the same name but for case: here names differ otherwise.') }
	const { text, notes } = skeleton(runbook)
	const toWrite = `What it does has to be written, in ${file}: until then its jobs fail.`
	return { entry: { ...entry('create', toWrite, ...notes), file }, file: { file, text } }
}

function planVariable({ name, properties }: VariableResource, target: AccountContent): PlanEntry {
	const { value, isEncrypted, description } = properties
	const entry = (action: PlanEntry['action'], ...notes: string[]): PlanEntry => ({ kind: 'variable', name, action, notes })
	const there = target.variables.find((variable) => same(variable.name, name))
	if (there) {
		const differs = !isEncrypted && !there.properties.isEncrypted && there.properties.value !== (value ?? 'null')
		return entry('keep', ...(differs ? ['Its value is another one than in Azure: it was left alone.'] : []))
	}
	if (!isChosenName(name)) return entry('by hand', 'No variable can have this name here.')
	if (isEncrypted) return entry('by hand', 'It is encrypted, and Azure does not give its value: create it.')
	if (!isJson(value ?? 'null')) return entry('by hand', 'Its value is no JSON: create it.')
	const kept = { value: value ?? 'null', isEncrypted: false, ...(description ? { description } : {}) }
	return { ...entry('create'), request: { path: `/variables/${encodeURIComponent(name)}`, body: { name, properties: kept } } }
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text)
		return true
	} catch {
		return false
	}
}
