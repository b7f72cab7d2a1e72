import type { RunbookContent } from './runbook.ts'

/** A content and what read it: another version of the program may read the same files differently. */
export type KeptContent = RunbookContent & { madeWith: string }

/** What this folder needs kept. Every method may throw a StoreUnavailableError: then nothing was changed. */
export type RunbookContentStore = {
	/** The content that a runbook had last. */
	latest(runbookName: string): Promise<KeptContent | undefined>
	get(contentHash: string): Promise<RunbookContent | undefined>
	/** Keeps a content that is not its runbook's latest: a draft's. */
	keep(content: KeptContent, at: number): Promise<void>
	/** Keeps a content as its runbook's latest. */
	put(content: KeptContent, at: number): Promise<void>
}
