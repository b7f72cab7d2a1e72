import type { Reading } from './alert.ts'
import { listOf, member, textsOf, wordOf } from './json-member.ts'

/** A part of an id. Characters that would end the path of a URL, or step back in it, make it none. */
const segment = String.raw`(?!\.{1,2}(?:/|$))[^/\\?#%\p{Cc}]+`
const machineId = new RegExp(
	`^/subscriptions/${segment}/resourceGroups/${segment}/providers/Microsoft\\.Compute/virtualMachines/${segment}$`,
	'iu',
)

/** Whether a value is the id of a resource in a subscription, or of the subscription. */
export function isArmId(value: unknown): value is string {
	return typeof value === 'string' && beginsAsId.test(value)
}

const beginsAsId = /^\/subscriptions\/[^/]/i

/** Labels of Prometheus alerts in which Azure names the resource. */
export function labelledIds(labels: unknown): string[] {
	return [member(labels, 'microsoft.resourceid'), member(labels, 'resourceid')].filter(isArmId)
}

const idDimensions = new Set(['resourceid', '_resourceid', 'microsoft.resourceid'])

/** What the dimensions that a rule is split by say of machines. `ResourceId` may hold a GUID of its own instead of an id of Azure. */
export function machinesInDimensions(dimensions: unknown[]): { machineIds: unknown[]; machineNames: unknown[] } {
	const named = dimensions.map((dimension) => ({ name: wordOf(member(dimension, 'name')), value: member(dimension, 'value') }))
	return {
		machineIds: named.filter(({ name }) => idDimensions.has(name)).map(({ value }) => value),
		machineNames: named.filter(({ name }) => name === 'computer').map(({ value }) => value),
	}
}

/** All dimensions of a metric or log condition. */
export function dimensionsOf(condition: unknown): unknown[] {
	return listOf(member(condition, 'allOf')).flatMap((criterion) => listOf(member(criterion, 'dimensions')))
}

/** The machines among what was found: those known by id, and names that belong to no known id. */
export function machinesOf(found: Reading): { vmIds: string[]; vmNames: string[] } {
	const { resourceIds = [], machineIds = [], machineNames = [], configurationItems = [] } = found
	const vmIds = distinct([...resourceIds, ...textsOf(machineIds)].filter((id) => machineId.test(id)))
	// The names of targets are configuration items, too: those of other types are no machines.
	const targets = new Set(resourceIds.map(nameIn))
	const machines = new Set(vmIds.map(nameIn))
	const items = namesOf(configurationItems).filter((name) => !targets.has(name.toLowerCase()))
	const vmNames = [...items, ...namesOf(machineNames)].filter((name) => !machines.has(name.toLowerCase()))
	return { vmIds, vmNames: distinct(vmNames) }
}

/** The names in a place that is not for ids: of the id of a machine, which can stand there all the same, the name alone. */
function namesOf(values: unknown[]): string[] {
	return textsOf(values)
		.filter((text) => machineId.test(text) || !beginsAsId.test(text))
		.map((text) => (machineId.test(text) ? text.slice(text.lastIndexOf('/') + 1) : text))
}

/** Last part of an id, in lower case. */
function nameIn(id: string): string {
	return (id.split('/').at(-1) ?? '').toLowerCase()
}

/** Each text once, without regard to case, as it came first. */
export function distinct(texts: string[]): string[] {
	const first = new Map<string, string>()
	for (const text of texts) if (!first.has(text.toLowerCase())) first.set(text.toLowerCase(), text)
	return [...first.values()]
}
