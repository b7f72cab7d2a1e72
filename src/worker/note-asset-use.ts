import type { AssetStore, AssetUse } from '../assets/asset-store.ts'
import type { AuditStore } from '../audit/audit-store.ts'
import { audited } from '../audit/audit-trail.ts'
import { ASSET_USES_MAX, ASSET_USES_REMEMBERED } from '../limits.ts'

/** Records that a job uses an asset, before it is handed over. */
export type NoteAssetUse = (
	jobId: string,
	use: Pick<AssetUse, 'kind' | 'name' | 'access' | 'source'> & { isSecret: boolean },
	at: number,
) => Promise<'noted' | 'tooMany'>

/** With the job; and in the audit trail, once a job, that it read a secret or set a variable. */
export function noteAssetUses(store: Pick<AssetStore, 'noteUse'>, audit: Pick<AuditStore, 'append'>): NoteAssetUse {
	const told = new Set<string>()
	return async (jobId, { isSecret, ...use }, at) => {
		const { kind, name, access, source } = use
		const note = () => store.noteUse(jobId, use, at, ASSET_USES_MAX)
		const key = JSON.stringify([jobId, kind, name.toLowerCase(), access])
		if (told.has(key) || (access === 'read' && !isSecret)) return note()
		const what = { action: `${kind}s/${access}`, resource: `${kind}s/${name}`, details: { source, isSecret } }
		const entry = { time: at, actor: { kind: 'job', name: jobId } as const, sourceAddress: null, ...what }
		const outcome = await audited(audit, entry, note, (noted) => noted === 'noted')
		if (outcome === 'noted') {
			// One that was forgotten is told of once more: better than too little.
			if (told.size >= ASSET_USES_REMEMBERED) told.delete(told.values().next().value!)
			told.add(key)
		}
		return outcome
	}
}
