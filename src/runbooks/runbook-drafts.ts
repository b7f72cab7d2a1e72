import type { Clock } from '../clock.ts'
import { StoreUnavailableError } from '../errors.ts'
import { stampOf } from './file-stamp.ts'
import { filesOf, runbookOf } from './inspected-runbook.ts'
import type { Inspection, InspectRunbook, Runbook, RunbookContent } from './runbook.ts'
import type { RunbookContentStore } from './runbook-content-store.ts'

type Parts = { folder: string; inspect: InspectRunbook; contents: RunbookContentStore; madeWith: string; clock: Clock }

/** A draft as it was looked at, with what tells that it changed. */
type Draft = { files: string[]; stamp: string; looked: Promise<{ runbook: Runbook; files: string[] }> }

const draftsMax = 100

/** The drafts of runbooks: what they declare. No job but a test job is started with one. */
export class RunbookDrafts {
	readonly #parts: Parts
	readonly #drafts = new Map<string, Draft>()

	constructor(parts: Parts) {
		this.#parts = parts
	}

	/** What the draft in a file declares, or its fault. It is looked at again when it or a file that it imports has changed. */
	async find(name: string, file: string): Promise<Runbook> {
		const known = this.#drafts.get(file)
		if (known && known.stamp === stampOf(known.files)) return (await known.looked).runbook
		if (this.#drafts.size >= draftsMax) this.#drafts.delete(this.#drafts.keys().next().value!)
		const entry: Draft = { files: [file], stamp: stampOf([file]), looked: this.#look(name, file) }
		this.#drafts.set(file, entry)
		try {
			const { runbook, files } = await entry.looked
			if (stampOf([file]) === entry.stamp) Object.assign(entry, { files, stamp: stampOf(files) })
			return runbook
		} catch (error) {
			this.#drafts.delete(file)
			throw error
		}
	}

	/** Keeps the content of a draft for a job that is started with it. */
	async keep(content: RunbookContent): Promise<void> {
		const { contents, madeWith, clock } = this.#parts
		await contents.keep({ ...content, madeWith }, clock.now())
	}

	async #look(name: string, file: string): Promise<{ runbook: Runbook; files: string[] }> {
		const { folder, inspect } = this.#parts
		const inspection = await inspect(file).catch((error: Error): Inspection => {
			if (error instanceof StoreUnavailableError) throw error
			return { files: [], fault: `It could not be loaded: ${error.message}` }
		})
		return { runbook: runbookOf(name, file, inspection), files: filesOf(folder, file, inspection) }
	}
}
