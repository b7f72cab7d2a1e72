import { STATE_BYTES_MAX } from '../limits.ts'

/** What this folder needs kept. Every method may throw a StoreUnavailableError: then nothing was changed. */
export type RunbookStateStore = {
	/** The JSON text that a runbook keeps under a key. */
	get(runbookName: string, key: string): Promise<string | undefined>
	/** Keeps a text under a key, null forgets it; or says that the runbook has as many keys as may be. */
	set(runbookName: string, key: string, json: string | null, keysMax: number): Promise<'kept' | 'tooMany'>
	/** Forgets all of a runbook. */
	clear(runbookName: string): Promise<void>
}

export function stateTooLargeText(key: string, bytes: number): string {
	return `What is kept under '${key}' has ${bytes} bytes as JSON: at most ${STATE_BYTES_MAX} are allowed.`
}
