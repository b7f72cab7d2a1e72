import { ASSETS_MAX, VARIABLE_LENGTH_MAX } from '../limits.ts'
import type { AssetStore, KeptAsset } from './asset-store.ts'
import type { SecretKeys } from './secret-keys.ts'
import { secretFault } from './secret-texts.ts'

/** A variable as it is shown: the value of an encrypted one never is. */
export type Variable = {
	name: string
	/** JSON text; null where it is encrypted. */
	value: string | null
	isEncrypted: boolean
	description: string | null
	creationTime: number
	lastModifiedTime: number
}

/** What a request asks for; what is absent asks for nothing. */
export type VariableRequest = {
	name: string
	/** JSON text. */
	value?: string | undefined
	description?: string | null | undefined
	isEncrypted?: boolean | undefined
}

export type AssetRefusal = { kind: 'badRequest' | 'notFound' | 'conflict'; message: string }
export type VariableOutcome = { kind: 'created' | 'kept'; variable: Variable } | AssetRefusal
export type AssetParts = { store: Pick<AssetStore, 'get' | 'create' | 'change'>; keys: Pick<SecretKeys, 'seal'>; now: number }

export function variableOf({ name, value, keyId, description, creationTime, lastModifiedTime }: KeptAsset): Variable {
	const isEncrypted = keyId !== null
	return { name, value: isEncrypted ? null : value, isEncrypted, description, creationTime, lastModifiedTime }
}

/** Creates a variable; of one that is there, changes value and description. */
export async function putVariable(parts: AssetParts, request: VariableRequest): Promise<VariableOutcome> {
	const existing = await parts.store.get('variable', request.name)
	if (existing) return changeVariable(parts, existing, request)
	const { name, value = 'null', isEncrypted = false, description = null } = request
	const fault = valueFault(value, isEncrypted)
	if (fault !== undefined) return { kind: 'badRequest', message: fault }
	const times = { creationTime: parts.now, lastModifiedTime: parts.now }
	const outcome = await withValue(parts, { name, value, isEncrypted }, async (sealed) => {
		const asset: KeptAsset = { kind: 'variable', name, userName: null, description, ...sealed, ...times }
		return { asset, created: await parts.store.create(asset, ASSETS_MAX) }
	})
	switch (outcome.created) {
		case 'created':
			return { kind: 'created', variable: variableOf(outcome.asset) }
		case 'tooMany':
			return { kind: 'conflict', message: `An account has at most ${ASSETS_MAX} variables.` }
		case 'nameTaken':
			return changedMeanwhile('variable', name)
	}
}

export async function patchVariable(parts: AssetParts, request: VariableRequest): Promise<VariableOutcome> {
	const existing = await parts.store.get('variable', request.name)
	return existing ? changeVariable(parts, existing, request) : noSuchAsset('variable', request.name)
}

async function changeVariable(parts: AssetParts, existing: KeptAsset, request: VariableRequest): Promise<VariableOutcome> {
	const { name } = existing
	const isEncrypted = existing.keyId !== null
	if (request.isEncrypted !== undefined && request.isEncrypted !== isEncrypted)
		return { kind: 'badRequest', message: `Property 'isEncrypted' cannot be updated. Delete the variable and create it anew.` }
	const { value, description } = request
	const fault = value === undefined ? undefined : valueFault(value, isEncrypted)
	if (fault !== undefined) return { kind: 'badRequest', message: fault }
	const described = description === undefined ? {} : { description }
	const changed =
		value === undefined
			? await parts.store.change('variable', name, described, parts.now)
			: await withValue(parts, { name, value, isEncrypted }, (sealed) =>
					parts.store.change('variable', name, { ...described, value: sealed }, parts.now),
				)
	return changed ? { kind: 'kept', variable: variableOf(changed) } : changedMeanwhile('variable', name)
}

type Kept = { value: string; keyId: string | null }

/** Hands the value over as it is to be kept. */
function withValue<Result>(
	{ keys }: AssetParts,
	{ name, value, isEncrypted }: { name: string; value: string; isEncrypted: boolean },
	write: (kept: Kept) => Promise<Result>,
): Promise<Result> {
	return isEncrypted ? keys.seal({ kind: 'variable', name }, value, write) : write({ value, keyId: null })
}

/** Why a text cannot be the value; nothing of a secret stands in it. */
function valueFault(value: string, isEncrypted: boolean): string | undefined {
	if (value.length > VARIABLE_LENGTH_MAX) return `The value of a variable has at most ${VARIABLE_LENGTH_MAX} characters.`
	try {
		JSON.parse(value)
	} catch {
		// Azure's words: people look for them.
		return isEncrypted ? 'Invalid JSON primitive: a text is sent in quotation marks.' : `Invalid JSON primitive: ${value.slice(0, 64)}.`
	}
	return isEncrypted ? secretFault(value, 'The value of an encrypted variable') : undefined
}

export function noSuchAsset(kind: KeptAsset['kind'], name: string): AssetRefusal {
	return { kind: 'notFound', message: `There is no ${kind} '${name.slice(0, 128)}'.` }
}

export function changedMeanwhile(kind: KeptAsset['kind'], name: string): AssetRefusal {
	return {
		kind: 'conflict',
		message: `${kind === 'variable' ? 'Variable' : 'Credential'} '${name}' was changed by another request: look at it again.`,
	}
}
