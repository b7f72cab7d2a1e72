import { RUNBOOK_CONTENT_BYTES_MAX } from '../limits.ts'
import { type Runbook, runbookNamePattern, runbookNameRule } from './runbook.ts'
import type { RunbookCatalog } from './runbook-catalog.ts'
import {
	FolderRefusedError,
	fileTimes,
	findRunbookFiles,
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
	runbooks: Pick<RunbookCatalog, 'find' | 'draft'>
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

export async function managedRunbook({ runbooks, settings }: RunbookParts, files: RunbookFiles): Promise<ManagedRunbook | undefined> {
	try {
		const { creationTime } = await fileTimes(files.published ?? files.draft!)
		const { lastModifiedTime } = await fileTimes(files.draft ?? files.published!)
		const runbook = files.published === undefined ? undefined : await runbooks.find(files.name)
		const state = files.published === undefined ? 'New' : files.draft === undefined ? 'Published' : 'Edit'
		return { files, state, runbook, settings: (await settings.get(files.name)) ?? noSettings, creationTime, lastModifiedTime }
	} catch (error) {
		// It went between the look at the folder and the look at it.
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
		throw error
	}
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

/** Creates a runbook with a first draft; of one that is there, sets what is given. `null` in `given` goes back to what the file declares. */
export async function putRunbook(
	parts: RunbookParts,
	name: string,
	given: Partial<RunbookSettings>,
): Promise<{ kind: 'created' | 'kept' } | RunbookRefusal> {
	if (!runbookNamePattern.test(name)) return invalidName(name)
	const files = await findRunbookFiles(parts.folder, name)
	if (files) {
		await setSettings(parts, files.name, given)
		return { kind: 'kept' }
	}
	const written = await inFolder(() => writeDraft(parts.folder, name, firstDraft))
	if (written.kind !== 'done') return written
	// Off is the default of those who create, not their word against what the content will declare.
	const { logVerbose, logProgress, ...others } = given
	await setSettings(parts, name, { ...others, logVerbose: logVerbose || null, logProgress: logProgress || null })
	return { kind: 'created' }
}

export async function patchRunbook(parts: RunbookParts, name: string, given: Partial<RunbookSettings>): Promise<RunbookOutcome> {
	const files = await findRunbookFiles(parts.folder, name)
	if (!files) return noSuchRunbook(name)
	await setSettings(parts, files.name, given)
	return { kind: 'done' }
}

/** Removes a runbook, its draft, what was set for it and its state. Its jobs stay, and so do its webhooks, which answer that it is gone. */
export async function deleteRunbook({ folder, settings, states }: RunbookParts, name: string): Promise<RunbookOutcome> {
	const files = await findRunbookFiles(folder, name)
	if (!files) return noSuchRunbook(name)
	// The draft first: if it stays, the runbook stays as it was.
	const removed = await inFolder(() => removeFiles(files.draft, files.published))
	if (removed.kind === 'done') {
		await settings.delete(files.name)
		await states.clear(files.name)
	}
	return removed
}

export async function replaceDraft({ folder }: RunbookParts, name: string, text: string): Promise<RunbookOutcome> {
	const files = await findRunbookFiles(folder, name)
	if (!files) return noSuchRunbook(name)
	if (Buffer.byteLength(text) > RUNBOOK_CONTENT_BYTES_MAX)
		return { kind: 'badRequest', message: `A runbook has at most ${RUNBOOK_CONTENT_BYTES_MAX} bytes.` }
	return inFolder(() => writeDraft(folder, files.name, text))
}

/** Throws the draft away; what is published stays. */
export async function undoEdit({ folder }: RunbookParts, name: string): Promise<RunbookOutcome> {
	const files = await findRunbookFiles(folder, name)
	if (!files) return noSuchRunbook(name)
	if (files.draft === undefined) return noDraft(files.name)
	if (files.published === undefined)
		return { kind: 'conflict', message: `Runbook '${files.name}' was never published: there is nothing to go back to. Delete it instead.` }
	return inFolder(() => removeFiles(files.draft))
}

/** Makes the draft the runbook that jobs are started with. One that does not load is refused. */
export async function publishRunbook({ folder, runbooks }: RunbookParts, name: string): Promise<RunbookOutcome> {
	const files = await findRunbookFiles(folder, name)
	if (!files) return noSuchRunbook(name)
	if (files.draft === undefined) return noDraft(files.name)
	const draft = await runbooks.draft(files)
	if ('fault' in draft) return { kind: 'badRequest', message: `The draft of runbook '${files.name}' cannot be published: ${draft.fault}` }
	return inFolder(() => publishDraft(folder, files))
}

async function setSettings({ settings }: RunbookParts, name: string, given: Partial<RunbookSettings>): Promise<void> {
	const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
	if (Object.keys(set).length === 0) return
	await settings.put(name, { ...((await settings.get(name)) ?? noSettings), ...set })
}

async function inFolder(change: () => Promise<void>): Promise<RunbookOutcome> {
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
