import type { RunbookSettings } from './runbook-settings.ts'

/** What this folder needs kept. Every method may throw a StoreUnavailableError: then nothing was changed. */
export type RunbookSettingStore = {
	/** Those of a runbook, without regard to case; undefined when there are none. */
	get(runbookName: string): Promise<RunbookSettings | undefined>
	put(runbookName: string, settings: RunbookSettings): Promise<void>
	delete(runbookName: string): Promise<void>
}
