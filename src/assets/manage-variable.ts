import { VARIABLE_LENGTH_MAX } from '../limits.ts'
import type { KeptAsset } from './asset-store.ts'
import { secretFault } from './secret-texts.ts'
import { type AssetOutcome, type AssetParts, type AssetRefusal, changeAsset, createAsset, noSuchAsset } from './write-asset.ts'

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

export type VariableOutcome = { kind: 'created' | 'kept'; variable: Variable } | AssetRefusal

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
	const created = await createAsset(parts, { kind: 'variable', name, userName: null, description }, { text: value, isSecret: isEncrypted })
	return outcomeOf(created)
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
	const changed = await changeAsset(
		parts,
		{ kind: 'variable', name },
		description === undefined ? {} : { description },
		value === undefined ? undefined : { text: value, isSecret: isEncrypted },
	)
	return outcomeOf(changed)
}

function outcomeOf(outcome: AssetOutcome): VariableOutcome {
	return 'message' in outcome ? outcome : { kind: outcome.kind, variable: variableOf(outcome.asset) }
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
