import { ASSETS_MAX } from '../limits.ts'
import type { AssetChange, AssetKind, AssetStore, KeptAsset } from './asset-store.ts'
import type { SecretKeys } from './secret-keys.ts'

export type AssetRefusal = { kind: 'badRequest' | 'notFound' | 'conflict'; message: string }
export type AssetOutcome = { kind: 'created' | 'kept'; asset: KeptAsset } | AssetRefusal
export type AssetParts = { store: Pick<AssetStore, 'get' | 'create' | 'change'>; keys: Pick<SecretKeys, 'seal'>; now: number }

/** A value that passed its checks; `isSecret`: it is kept sealed. */
type Value = { text: string; isSecret: boolean }
type Named = Pick<KeptAsset, 'kind' | 'name'>

/** Creates an asset. */
export async function createAsset(
	parts: AssetParts,
	given: Pick<KeptAsset, 'kind' | 'name' | 'userName' | 'description'>,
	value: Value,
): Promise<AssetOutcome> {
	const times = { creationTime: parts.now, lastModifiedTime: parts.now }
	const { asset, created } = await withValue(parts, given, value, async (kept) => {
		const asset: KeptAsset = { ...given, ...kept, ...times }
		return { asset, created: await parts.store.create(asset, ASSETS_MAX) }
	})
	switch (created) {
		case 'created':
			return { kind: 'created', asset }
		case 'tooMany':
			return { kind: 'conflict', message: `An account has at most ${ASSETS_MAX} ${given.kind}s.` }
		case 'nameTaken':
			return changedMeanwhile(given)
	}
}

/** Changes what is given of an asset; its value where there is one. */
export async function changeAsset(
	parts: AssetParts,
	named: Named,
	change: Omit<AssetChange, 'value'>,
	value: Value | undefined,
): Promise<AssetOutcome> {
	const write = (members: AssetChange) => parts.store.change(named.kind, named.name, members, parts.now)
	const changed = value ? await withValue(parts, named, value, (kept) => write({ ...change, value: kept })) : await write(change)
	return changed ? { kind: 'kept', asset: changed } : changedMeanwhile(named)
}

/** Hands the value over as it is to be kept. */
function withValue<Result>(
	{ keys }: AssetParts,
	{ kind, name }: Named,
	{ text, isSecret }: Value,
	write: (kept: { value: string; keyId: string | null }) => Promise<Result>,
): Promise<Result> {
	return isSecret ? keys.seal({ kind, name }, text, write) : write({ value: text, keyId: null })
}

export function noSuchAsset(kind: AssetKind, name: string): AssetRefusal {
	return { kind: 'notFound', message: `There is no ${kind} '${name.slice(0, 128)}'.` }
}

function changedMeanwhile({ kind, name }: Named): AssetRefusal {
	return {
		kind: 'conflict',
		message: `${kind === 'variable' ? 'Variable' : 'Credential'} '${name}' was changed by another request: look at it again.`,
	}
}
