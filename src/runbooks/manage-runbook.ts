import { RUNBOOKS_MAX } from '../limits.ts'
import type { NameLock } from './name-lock.ts'
import { type Runbook, runbookNamePattern, runbookNameRule } from './runbook.ts'
import type { RunbookCatalog } from './runbook-catalog.ts'
import type { RunbookDrafts } from './runbook-drafts.ts'
import {
	FolderRefusedError,
	fileTimes,
	findRunbookFiles,
	isFull,
	listRunbookFiles,
	publishDraft,
	type RunbookFiles,
	removeFiles,
	writeDraft,
} from './runbook-folder.ts'
import type { RunbookSettingStore } from './runbook-setting-store.ts'
import { noSettings, type RunbookSettings } from './runbook-settings.ts'
import type { RunbookStateStore } from './runbook-state-store.ts'

export type RunbookParts = {
	folder: string
	runbooks: Pick<RunbookCatalog, 'find' | 'changed'>
	drafts: RunbookDrafts
	lock: NameLock
	/** Whether the folder is one of several that have to be the same: then nothing in it is changed here. */
	isShared: boolean
	settings: RunbookSettingStore
	states: RunbookStateStore
}

/** A runbook as the folder and the operator have it. `runbook` is what the published file declares; absent before the first publish. */
export type ManagedRunbook = {
	files: RunbookFiles
	state: 'New' | 'Edit' | 'Published'
	runbook: Runbook | undefined
	settings: RunbookSettings
	creationTime: number
	lastModifiedTime: number
}

export type RunbookRefusal = { kind: 'badRequest' | 'notFound' | 'conflict'; message: string }
export type RunbookOutcome = { kind: 'done' } | RunbookRefusal

/** The runbook of that name, without regard to case. */
export async function getRunbook(parts: RunbookParts, name: string): Promise<ManagedRunbook | undefined> {
	const files = await findRunbookFiles(parts.folder, name)
	return files && managedRunbook(parts, files)
}

/** All runbooks, by name. */
export async function listRunbooks(parts: RunbookParts): Promise<RunbookFiles[]> {
	return listRunbookFiles(parts.folder)
}

/** undefined when its files went meanwhile. */
export async function managedRunbook({ runbooks, settings }: RunbookParts, files: RunbookFiles): Promise<ManagedRunbook | undefined> {
	const first = await fileTimes(files.published ?? files.draft!)
	const last = await fileTimes(files.draft ?? files.published!)
	if (!first || !last) return undefined
	const runbook = files.published === undefined ? undefined : await runbooks.find(files.name)
	const state = files.published === undefined ? 'New' : files.draft === undefined ? 'Published' : 'Edit'
	const set = (await settings.get(files.name)) ?? noSettings
	return { files, state, runbook, settings: set, creationTime: first.creationTime, lastModifiedTime: last.lastModifiedTime }
}

/** What a new runbook begins as: it loads, and says what to do. */
const firstDraft = `import { defineRunbook } from 'runhook'

export default defineRunbook({
	description: '',
	async run({ output }) {
		output('This runbook does nothing yet.')
	},
})
`

/** Creates a runbook with a first draft; of one that is there, sets what is given. */
export async function putRunbook(
	parts: RunbookParts,
	name: string,
	given: Partial<RunbookSettings>,
): Promise<{ kind: 'created' | 'kept' } | RunbookRefusal> {
	if (!runbookNamePattern.test(name)) return invalidName(name)
	const { folder, lock, settings } = parts
	return lock.run(name, async () => {
		const files = await findRunbookFiles(folder, name)
		if (files) {
			await setSettings(parts, files.name, given)
			return { kind: 'kept' }
		}
		if (await isFull(folder)) return { kind: 'conflict', message: `There are as many runbooks as may be: ${RUNBOOKS_MAX}.` }
		const written = await inFolder(parts, async () => void (await writeDraft(folder, name, firstDraft, true)))
		if (written.kind !== 'done') return written
		// Off is the default of those who create, not their word against what the content will declare.
		const { logVerbose, logProgress, ...others } = given
		await settings.put(name, { ...noSettings, ...others, logVerbose: logVerbose || null, logProgress: logProgress || null })
		return { kind: 'created' }
	})
}

/** Sets what is given; null goes back to what the file declares. */
export function patchRunbook(parts: RunbookParts, name: string, given: Partial<RunbookSettings>): Promise<RunbookOutcome> {
	return withFiles(parts, name, async (files) => {
		await setSettings(parts, files.name, given)
		return { kind: 'done' }
	})
}

/** Removes a runbook, its draft, what was set for it and its state. Its jobs stay, and so do its webhooks, which answer that it is gone. */
export function deleteRunbook(parts: RunbookParts, name: string): Promise<RunbookOutcome> {
	const { folder, runbooks, settings, states } = parts
	return withFiles(parts, name, async (files) => {
		// The draft first: if it stays, the runbook stays as it was.
		const removed = await inFolder(parts, () => removeFiles(folder, files.draft, files.published))
		if (removed.kind !== 'done') return removed
		runbooks.changed(files.name)
		await settings.delete(files.name)
		await states.clear(files.name)
		return removed
	})
}

/** Puts the text of a draft. Resolves with the runbook's name as the folder has it. */
export function replaceDraft(parts: RunbookParts, name: string, text: string): Promise<{ kind: 'done'; name: string } | RunbookRefusal> {
	return withFiles(parts, name, async (files) => {
		const written = await inFolder(parts, async () => void (await writeDraft(parts.folder, files.name, text)))
		return written.kind === 'done' ? { kind: 'done', name: files.name } : written
	})
}

/** Throws the draft away; what is published stays. */
export function undoEdit(parts: RunbookParts, name: string): Promise<RunbookOutcome> {
	return withFiles(parts, name, async (files) => {
		if (files.draft === undefined) return noDraft(files.name)
		if (files.published !== undefined) return inFolder(parts, () => removeFiles(parts.folder, files.draft))
		const message = `Runbook '${files.name}' was never published: there is nothing to go back to. Delete it instead.`
		return { kind: 'conflict', message }
	})
}

/** Makes the draft the runbook that jobs are started with, from the next job on. One that does not load is refused. */
export function publishRunbook(parts: RunbookParts, name: string): Promise<RunbookOutcome> {
	const { folder, runbooks, drafts } = parts
	return withFiles(parts, name, async (files) => {
		if (files.draft === undefined) return noDraft(files.name)
		const draft = await drafts.find(files.name, files.draft)
		if ('fault' in draft) return { kind: 'badRequest', message: `The draft of runbook '${files.name}' cannot be published: ${draft.fault}` }
		const published = await inFolder(parts, () => publishDraft(folder, files))
		runbooks.changed(files.name)
		return published
	})
}

/** Does something with the files of a runbook while nothing else is done with them. */
export function withFiles<Outcome>(
	{ folder, lock }: Pick<RunbookParts, 'folder' | 'lock'>,
	name: string,
	act: (files: RunbookFiles) => Promise<Outcome>,
): Promise<Outcome | RunbookRefusal> {
	return lock.run(name, async () => {
		const files = await findRunbookFiles(folder, name)
		return files ? act(files) : noSuchRunbook(name)
	})
}

async function setSettings({ settings }: RunbookParts, name: string, given: Partial<RunbookSettings>): Promise<void> {
	const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
	if (Object.keys(set).length > 0) await settings.put(name, { ...((await settings.get(name)) ?? noSettings), ...set })
}

async function inFolder({ isShared }: RunbookParts, change: () => Promise<void>): Promise<RunbookOutcome> {
	if (isShared) return { kind: 'conflict', message: 'Runbooks are deployed with the program on a cluster.' }
	try {
		await change()
		return { kind: 'done' }
	} catch (error) {
		if (error instanceof FolderRefusedError) return { kind: 'conflict', message: error.message }
		throw error
	}
}

function invalidName(name: string): RunbookRefusal {
	return { kind: 'badRequest', message: `'${name.slice(0, 128)}' cannot be the name of a runbook; allowed is ${runbookNameRule}.` }
}

export function noSuchRunbook(name: string): RunbookRefusal {
	return { kind: 'notFound', message: `There is no runbook '${name.slice(0, 128)}'.` }
}

export function noDraft(name: string): RunbookRefusal {
	return { kind: 'conflict', message: `Runbook '${name}' has no draft.` }
}
