import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Clock } from '../clock.ts'
import { StartError } from '../errors.ts'
import { RUNBOOK_CHECK_INTERVAL, RUNBOOKS_MAX, START_LOAD_TIME_MAX } from '../limits.ts'
import type { Log } from '../log.ts'
import { nearNames } from '../near-names.ts'
import { isUnchanged, stampOf } from './file-stamp.ts'
import { filesOf, runbookOf } from './inspected-runbook.ts'
import { type Inspection, type InspectRunbook, type Runbook, type RunbookContent, runbookNamePattern, runbookNameRule } from './runbook.ts'
import type { RunbookContentStore } from './runbook-content-store.ts'

type Parts = { folder: string; inspect: InspectRunbook; contents: RunbookContentStore; madeWith: string; clock: Clock; log: Log } & {
	/** Told that another number of jobs of a runbook may run at once than before: some that wait may go on. */
	limitsChanged?: () => void
	/** Told which contents lie in the folder, whenever others do than before; whoever asks for a runbook is answered afterwards. */
	contentsChanged?: (contents: RunbookContent[]) => Promise<void>
}

/** A runbook with what tells that its files changed. */
type Entry = { runbook: Runbook; files: string[]; stamp: string; checkedTime: number; renewal?: Promise<Entry> | undefined }

/** A file that keeps changing while it is read is given this many tries before its state is taken as it is. */
const readTriesMax = 5
const keptContentsMax = 200
const loadedAtOnce = 4

/**
 * The runbooks of the folder, always as the files stand: a changed file is seen by the next look-up (within 20 ms under load).
 * A fault of one file stays with that file.
 */
export class RunbookCatalog {
	readonly #parts: Parts
	readonly #entries = new Map<string, Entry>()
	readonly #contents = new Map<string, RunbookContent>()
	#folderFault: string | undefined
	#isClosed = false
	readonly #ignored = new Set<string>()
	/** Of the last content that could be loaded: its jobs may still wait when the file is broken or gone. */
	readonly #limits = new Map<string, number>()

	/** Reads the whole folder; does not wait long for a runbook that does not load. Throws a StartError when there is no folder. */
	static async open(parts: Parts): Promise<RunbookCatalog> {
		try {
			readdirSync(parts.folder)
		} catch (cause) {
			throw new StartError(`The runbooks folder ${parts.folder} cannot be read: ${(cause as Error).message}.`, { cause })
		}
		const catalog = new RunbookCatalog(parts)
		const slow = new AbortController()
		const waited = parts.clock.sleep(START_LOAD_TIME_MAX, slow.signal).catch(() => undefined)
		await Promise.race([catalog.list(), waited]).finally(() => slow.abort())
		return catalog
	}

	private constructor(parts: Parts) {
		this.#parts = parts
	}

	/** A runbook that is still being loaded then is no longer told to have a fault: its sandbox is ended with the runner. */
	[Symbol.dispose](): void {
		this.#isClosed = true
	}

	/** The runbook of that name, without regard to case; undefined when there is no such file. */
	async find(name: string): Promise<Runbook | undefined> {
		const key = name.toLowerCase()
		const entry = this.#entries.get(key)
		if (entry) {
			// performance.now, because a clock that jumps must not hide a change.
			const now = performance.now()
			if (!entry.renewal && now - entry.checkedTime < RUNBOOK_CHECK_INTERVAL) return entry.runbook
			if (!entry.renewal && entry.stamp === stampOf(entry.files)) {
				entry.checkedTime = now
				return entry.runbook
			}
		}
		const file = this.#fileNames().find((candidate) => candidate.toLowerCase() === `${key}.ts`)
		if (file === undefined) {
			this.#forget(key)
			return undefined
		}
		return (await this.#renew(key, join(this.#parts.folder, file))).runbook
	}

	/** All runbooks, by name. */
	async list(): Promise<Runbook[]> {
		// Names that differ in case alone are one runbook: the first file of them.
		const names = [...new Set(this.#fileNames().map((file) => basename(file, '.ts').toLowerCase()))]
		if (this.isFolderThere()) for (const key of this.#entries.keys()) if (!names.includes(key)) this.#forget(key)
		const found: (Runbook | undefined)[] = []
		// A few at a time: each one that has to be loaded takes a process.
		for (let at = 0; at < names.length; at += loadedAtOnce)
			found.push(...(await Promise.all(names.slice(at, at + loadedAtOnce).map((name) => this.find(name)))))
		return found.filter((runbook) => runbook !== undefined)
	}

	/** Why there is no runbook of that name, with the names that may have been meant. */
	missingText(name: string): string {
		const asked = name.slice(0, 128)
		const near = nearNames(
			asked,
			this.#fileNames().map((file) => basename(file, '.ts')),
		)
		const hint = near.length > 0 ? ` Is it ${near.map((each) => `'${each}'`).join(' or ')}?` : ''
		return `There is no runbook '${asked}'.${hint}`
	}

	/** A runbook's file was changed by this program: the next look-up sees it. */
	changed(name: string): void {
		const entry = this.#entries.get(name.toLowerCase())
		if (entry) entry.checkedTime = 0
	}

	/** Jobs that may run at once of each runbook that declares a limit, as the files were last seen. */
	concurrencyLimits(): Map<string, number> {
		return new Map(this.#limits)
	}

	/** Whether the folder could be read at the last look. */
	isFolderThere(): boolean {
		return this.#folderFault === undefined
	}

	/** A content that a job was started with, also one that the folder no longer has. */
	async content(contentHash: string): Promise<RunbookContent | undefined> {
		const known = this.#contents.get(contentHash)
		if (known) return known
		const kept = await this.#parts.contents.get(contentHash)
		if (kept) this.#remember(kept)
		return kept
	}

	/** The file of a runbook is gone. */
	#forget(key: string): void {
		if (this.#entries.delete(key)) this.#tellContents().catch(() => undefined)
	}

	async #tellContents(): Promise<void> {
		const runbooks = [...this.#entries.values()].map(({ runbook }) => runbook)
		await this.#parts.contentsChanged?.(runbooks.flatMap((runbook) => ('content' in runbook ? [runbook.content] : [])))
	}

	/** While the folder is away, as in the middle of a deployment, there are no runbooks. */
	#fileNames(): string[] {
		try {
			const names = readdirSync(this.#parts.folder)
			this.#folderFault = undefined
			const runbooks = names.filter((name) => name.endsWith('.ts') && runbookNamePattern.test(basename(name, '.ts')))
			this.#tellIgnored(names)
			return runbooks.sort().slice(0, RUNBOOKS_MAX)
		} catch (error) {
			const { message } = error as Error
			if (message !== this.#folderFault) this.#parts.log.error('The runbooks folder cannot be read', { reason: message })
			this.#folderFault = message
			return []
		}
	}

	/** Files that look like runbooks and cannot be, once each. */
	#tellIgnored(names: string[]): void {
		for (const name of names) {
			const isOther = !name.endsWith('.ts') || name.startsWith('.') || /\.(draft|d)\.ts$/.test(name)
			if (isOther || runbookNamePattern.test(basename(name, '.ts')) || this.#ignored.has(name)) continue
			if (this.#ignored.size < RUNBOOKS_MAX) this.#ignored.add(name)
			this.#parts.log.warn('A file is no runbook because of its name', { file: name, allowed: runbookNameRule })
		}
	}

	/** Reads a changed file anew; those who ask meanwhile wait for the same reading. */
	#renew(key: string, file: string): Promise<Entry> {
		const entry = this.#entries.get(key)
		if (entry?.renewal) return entry.renewal
		const renewal = this.#read(file).then(
			async (fresh) => {
				this.#entries.set(key, fresh)
				if ('fault' in fresh.runbook && !this.#isClosed)
					this.#parts.log.warn('A runbook cannot be loaded', { runbookName: fresh.runbook.name, fault: fresh.runbook.fault })
				await this.#tellContents()
				return fresh
			},
			(error: unknown) => {
				this.#entries.delete(key)
				throw error
			},
		)
		const name = basename(file, '.ts')
		if (entry) entry.renewal = renewal
		else
			this.#entries.set(key, { runbook: { name, file, fault: 'It is being loaded.' }, files: [file], stamp: '', checkedTime: 0, renewal })
		return renewal
	}

	async #read(file: string): Promise<Entry> {
		const { folder, inspect, contents, madeWith, clock, log } = this.#parts
		const name = basename(file, '.ts')
		for (let tries = 1; ; tries++) {
			const kept = await contents.latest(name)
			if (kept) this.#noteLimit(kept)
			if (kept?.madeWith === madeWith && isUnchanged(folder, kept.files)) {
				const files = kept.files.map(({ path }) => join(folder, path))
				this.#remember(kept)
				return { runbook: { name, file, content: kept }, files, stamp: stampOf(files), checkedTime: performance.now() }
			}
			const before = stampOf([file])
			let inspection: Inspection
			try {
				inspection = await inspect(file)
			} catch (error) {
				// Says nothing of the file: with no stamp of it, the next look-up tries again.
				return {
					runbook: { name, file, fault: `It could not be loaded: ${(error as Error).message}` },
					files: [file],
					stamp: '',
					checkedTime: performance.now(),
				}
			}
			const files = filesOf(folder, file, inspection)
			const stamp = stampOf(files)
			if ((stampOf([file]) !== before || !isUnchanged(folder, inspection.files)) && tries < readTriesMax) continue
			const runbook = runbookOf(name, file, inspection)
			if ('content' in runbook) {
				await contents.put({ ...runbook.content, madeWith }, clock.now())
				this.#remember(runbook.content)
				this.#noteLimit(runbook.content)
				log.info('Runbook loaded', { runbookName: name, contentHash: runbook.content.contentHash.slice(0, 12) })
			}
			return { runbook, files, stamp, checkedTime: performance.now() }
		}
	}

	#noteLimit({ runbookName, definition }: RunbookContent): void {
		const before = this.#limits.get(runbookName) ?? null
		if (definition.concurrency === null) this.#limits.delete(runbookName)
		else this.#limits.set(runbookName, definition.concurrency)
		if (definition.concurrency !== before) this.#parts.limitsChanged?.()
	}

	#remember(content: RunbookContent): void {
		if (this.#contents.size >= keptContentsMax) this.#contents.delete(this.#contents.keys().next().value!)
		this.#contents.set(content.contentHash, content)
	}
}
