import { randomUUID } from 'node:crypto'
import { link, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
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

/** The files of all runbooks in the folder, drafts without a published file included, by name. Throws as {@link writeDraft}. */
export async function listRunbookFiles(folder: string): Promise<RunbookFiles[]> {
	return (await scan(folder)).slice(0, RUNBOOKS_MAX)
}

/** While the folder is away, as in the middle of a deployment, there are no runbooks; one that cannot be read is no empty one. */
async function scan(folder: string): Promise<RunbookFiles[]> {
	const found = new Map<string, RunbookFiles>()
	const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return []
		throw folderError(error, 'read')
	})
	const files = names.sort()
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
	return [...found.values()]
}

/** The files of the runbook of that name, without regard to case; undefined when it has none. */
export async function findRunbookFiles(folder: string, name: string): Promise<RunbookFiles | undefined> {
	if (!runbookNamePattern.test(name)) return undefined
	return (await scan(folder)).find((files) => files.name.toLowerCase() === name.toLowerCase())
}

/** Whether there are as many runbooks as may be. */
export async function isFull(folder: string): Promise<boolean> {
	return (await scan(folder)).length >= RUNBOOKS_MAX
}

/** The text of a file; undefined when it is gone. Throws as {@link writeDraft}. */
export async function readRunbookFile(file: string): Promise<string | undefined> {
	try {
		return await readFile(file, 'utf8')
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
		throw folderError(error as NodeJS.ErrnoException, 'read')
	}
}

/** When a file was made and last changed, milliseconds since 1970; undefined when it is gone. */
export async function fileTimes(file: string): Promise<{ creationTime: number; lastModifiedTime: number } | undefined> {
	const found = await stat(file).catch(() => undefined)
	if (!found) return undefined
	const { birthtimeMs, mtimeMs } = found
	// A file system without a time of birth has 0 there, or the time of a copy after the change.
	return { creationTime: Math.round(Math.min(birthtimeMs || mtimeMs, mtimeMs)), lastModifiedTime: Math.round(mtimeMs) }
}

/**
 * Writes the draft of a runbook, whole and durably or not at all; `isFirst`: only where there is none, whether it did.
 * Throws a FolderRefusedError, or a StoreUnavailableError when the disk is full.
 */
export async function writeDraft(folder: string, name: string, text: string, isFirst = false): Promise<boolean> {
	const temporary = join(folder, `.${name}.${randomUUID()}`)
	const draft = join(folder, `${name}${draftEnd}`)
	try {
		return await changing(folder, async () => {
			await using file = await open(temporary, 'wx')
			await file.writeFile(text)
			await file.sync()
			if (!isFirst) await rename(temporary, draft)
			else if (!(await linked(temporary, draft))) return false
			return true
		})
	} finally {
		await rm(temporary, { force: true })
	}
}

async function linked(from: string, to: string): Promise<boolean> {
	try {
		await link(from, to)
		return true
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
		throw error
	}
}

/** Makes the draft the published file. Throws as {@link writeDraft}. */
export function publishDraft(folder: string, { name, draft, published }: RunbookFiles): Promise<void> {
	return changing(folder, () => rename(draft!, published ?? join(folder, `${name}.ts`)))
}

/** Removes files; those that are gone already are no fault. Throws as {@link writeDraft}. */
export async function removeFiles(folder: string, ...files: (string | undefined)[]): Promise<void> {
	for (const file of files) if (file !== undefined) await changing(folder, () => rm(file, { force: true }))
}

/** Resolves when the change would survive a loss of power. */
async function changing<Result>(folder: string, change: () => Promise<Result>): Promise<Result> {
	try {
		const result = await change()
		await using handle = await open(folder, 'r')
		await handle.sync()
		return result
	} catch (error) {
		throw folderError(error as NodeJS.ErrnoException, 'changed')
	}
}

const passing = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EIO'])

function folderError(cause: NodeJS.ErrnoException, what: 'changed' | 'read'): Error {
	const { code, message } = cause
	if (code !== undefined && passing.has(code))
		return new StoreUnavailableError(`The runbooks folder cannot be ${what} now: ${message}.`, { cause })
	return new FolderRefusedError(`The runbooks folder cannot be ${what}: ${message}.`, { cause })
}
