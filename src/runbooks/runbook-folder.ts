import { randomUUID } from 'node:crypto'
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StoreUnavailableError } from '../errors.ts'
import { RUNBOOKS_MAX } from '../limits.ts'
import { runbookNamePattern } from './runbook.ts'

/** The files of one runbook, as they are on the disk: the published one and its draft, by absolute path; undefined where there is none. */
export type RunbookFiles = { name: string; published: string | undefined; draft: string | undefined }

/** The folder refused a change for a reason that stays: not writable, read-only, not a folder. */
export class FolderRefusedError extends Error {
	override name = 'FolderRefusedError'
}

/** The draft of a runbook stands beside it under a name that is no runbook's. */
const draftEnd = '.draft.ts'

/** The files of all runbooks in the folder, drafts without a published file included, by name. */
export async function listRunbookFiles(folder: string): Promise<RunbookFiles[]> {
	const found = new Map<string, RunbookFiles>()
	const files = (await readdir(folder).catch(() => [])).sort()
	for (const file of files) {
		const isDraft = file.endsWith(draftEnd)
		const name = file.slice(0, isDraft ? -draftEnd.length : -'.ts'.length)
		if (!file.endsWith('.ts') || !runbookNamePattern.test(name)) continue
		const key = name.toLowerCase()
		const entry = found.get(key) ?? { name, published: undefined, draft: undefined }
		if (isDraft) entry.draft ??= join(folder, file)
		else entry.published ??= join(folder, file)
		found.set(key, entry)
	}
	return [...found.values()].slice(0, RUNBOOKS_MAX)
}

/** The files of the runbook of that name, without regard to case; undefined when it has none. */
export async function findRunbookFiles(folder: string, name: string): Promise<RunbookFiles | undefined> {
	return (await listRunbookFiles(folder)).find((files) => files.name.toLowerCase() === name.toLowerCase())
}

export function readRunbookFile(file: string): Promise<string> {
	return readFile(file, 'utf8')
}

/** When a file was made and last changed, milliseconds since 1970. */
export async function fileTimes(file: string): Promise<{ creationTime: number; lastModifiedTime: number }> {
	const { birthtimeMs, mtimeMs } = await stat(file)
	// A file system without a time of birth has 0 there, or the time of a copy after the change.
	return { creationTime: Math.round(Math.min(birthtimeMs || mtimeMs, mtimeMs)), lastModifiedTime: Math.round(mtimeMs) }
}

/** Writes the draft of a runbook, whole or not at all. Throws a FolderRefusedError, or a StoreUnavailableError when the disk is full. */
export async function writeDraft(folder: string, name: string, text: string): Promise<void> {
	const temporary = join(folder, `.${name}.${randomUUID()}`)
	try {
		await changing(async () => {
			await writeFile(temporary, text, { flag: 'wx' })
			await rename(temporary, join(folder, `${name}${draftEnd}`))
		})
	} finally {
		await rm(temporary, { force: true })
	}
}

/** Makes the draft the published file. Throws as {@link writeDraft}. */
export function publishDraft(folder: string, { name, draft, published }: RunbookFiles): Promise<void> {
	return changing(() => rename(draft!, published ?? join(folder, `${name}.ts`)))
}

/** Removes files; those that are gone already are no fault. Throws as {@link writeDraft}. */
export async function removeFiles(...files: (string | undefined)[]): Promise<void> {
	for (const file of files) if (file !== undefined) await changing(() => rm(file, { force: true }))
}

const passing = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EIO'])

async function changing(change: () => Promise<void>): Promise<void> {
	try {
		await change()
	} catch (cause) {
		const { code, message } = cause as NodeJS.ErrnoException
		if (code !== undefined && passing.has(code))
			throw new StoreUnavailableError(`The runbooks folder takes nothing: ${message}.`, { cause })
		throw new FolderRefusedError(`The runbooks folder cannot be changed: ${message}.`, { cause })
	}
}
