import { RUNBOOKS_MAX } from '../../limits.ts'
import type { RunbookSettingStore } from '../../runbooks/runbook-setting-store.ts'
import type { RunbookSettings } from '../../runbooks/runbook-settings.ts'

/** Keeps settings in memory once they were read: this runner is the only one that writes them, and every job asks for them. */
export function cacheRunbookSettings(store: RunbookSettingStore): RunbookSettingStore {
	const known = new Map<string, RunbookSettings | undefined>()
	const forgetting = async (runbookName: string, written: Promise<void>): Promise<void> => {
		await written
		known.delete(runbookName.toLowerCase())
	}
	return {
		async get(runbookName) {
			const key = runbookName.toLowerCase()
			if (known.has(key)) return known.get(key)
			const settings = await store.get(runbookName)
			if (known.size >= RUNBOOKS_MAX) known.clear()
			known.set(key, settings)
			return settings
		},
		put: (runbookName, settings) => forgetting(runbookName, store.put(runbookName, settings)),
		delete: (runbookName) => forgetting(runbookName, store.delete(runbookName)),
	}
}
