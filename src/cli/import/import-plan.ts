import type { AccountContent, EntryKind } from './account-content.ts'

/** One thing that the account in Azure holds, and what an import does about it. */
export type PlanEntry = {
	kind: EntryKind
	name: string
	/** `keep`: it is there already and is left alone. `by hand`: it is not carried over. */
	action: 'create' | 'keep' | 'by hand'
	/** What has to be known or done by hand. */
	notes: string[]
	/** The file that it comes to stand in, relative to the folder. */
	file?: string
	/** How it is created where it is no file: the body of a PUT below the account. */
	request?: { path: string; body: object }
}

/** A file that an import makes; one that is there is never written over. */
export type NewFile = { file: string; text: string }

/** Everything that an import does, decided beforehand: a dry run shows it, and a real one follows it. */
export type ImportPlan = { entries: PlanEntry[]; files: NewFile[] }

/** Names of the runbooks and of the declared webhooks in the folder. */
export type FolderContent = {
	runbooks: string[]
	/** Webhooks of webhooks.json, and of the file that an earlier import wrote beside it; undefined where there is no such file. */
	webhooks: string[] | undefined
	importedWebhooks: string[] | undefined
}

export type ImportFacts = {
	source: AccountContent
	target: AccountContent
	folder: FolderContent
	/** Milliseconds since 1970. */
	now: number
	/** Whether schedules are created as they are in Azure; otherwise disabled. */
	enableSchedules: boolean
}

export const runbooksFolder = 'runbooks'
export const webhooksFile = 'webhooks.json'
/** Where webhooks come to stand that cannot be written to webhooks.json, because it is there. */
export const importedWebhooksFile = 'webhooks.azure.json'

/** Whether a runner takes the name: those of runbooks are names of files, the others its users choose. */
export function isRunbookName(name: string): boolean {
	return /^[A-Za-z][A-Za-z0-9_-]{0,62}$/.test(name)
}

export function isChosenName(name: string): boolean {
	return /^[^\p{C}/\\]{1,128}$/u.test(name) && !/^\.+$/.test(name)
}

/** Those whose name another one before has, but for case. A runner takes both for one. */
export function repeatedNames<Named extends { name: string }>(resources: readonly Named[]): Set<Named> {
	const first = new Set<string>()
	return new Set(
		resources.filter(({ name }) => {
			const known = first.has(name.toLowerCase())
			first.add(name.toLowerCase())
			return known
		}),
	)
}

/** Names as Azure compares them. */
export function nameSet(names: readonly (string | null | undefined)[]): { has(name: string | null | undefined): boolean } {
	const set = new Set(names.map((name) => name?.toLowerCase()))
	return { has: (name) => set.has(name?.toLowerCase()) }
}

export function same(one: string | null | undefined, other: string | null | undefined): boolean {
	return one?.toLowerCase() === other?.toLowerCase()
}

/** A job that ran on a machine of a group runs where the runner does. */
export function runOnNote(runOn: string | null | undefined): string[] {
	return runOn
		? [`It ran on the hybrid worker group '${runOn}'. Here it runs where Runhook does: that machine has to reach the same things.`]
		: []
}

/** In an order that does not depend on the account's. */
export function byName<Named extends { name: string }>(resources: readonly Named[]): Named[] {
	return resources.toSorted((one, other) => one.name.localeCompare(other.name, 'en'))
}
