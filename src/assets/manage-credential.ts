import type { KeptAsset } from './asset-store.ts'
import { secretFault } from './secret-texts.ts'
import { type AssetOutcome, type AssetParts, type AssetRefusal, changeAsset, createAsset, noSuchAsset } from './write-asset.ts'

/** A credential as it is shown: the password never is. */
export type Credential = { name: string; userName: string; description: string | null; creationTime: number; lastModifiedTime: number }

/** What a request asks for; what is absent asks for nothing. */
export type CredentialRequest = {
	name: string
	userName?: string | undefined
	password?: string | undefined
	description?: string | null | undefined
}

export type CredentialOutcome = { kind: 'created' | 'kept'; credential: Credential } | AssetRefusal

export function credentialOf({ name, userName, description, creationTime, lastModifiedTime }: KeptAsset): Credential {
	return { name, userName: userName ?? '', description, creationTime, lastModifiedTime }
}

/** Creates a credential; of one that is there, changes all that is given. */
export async function putCredential(
	parts: AssetParts,
	request: CredentialRequest & { userName: string; password: string },
): Promise<CredentialOutcome> {
	const { name, userName, password, description = null } = request
	const existing = await parts.store.get('credential', name)
	if (existing) return changeCredential(parts, existing, request)
	const fault = passwordFault(password)
	if (fault) return fault
	return outcomeOf(await createAsset(parts, { kind: 'credential', name, userName, description }, { text: password, isSecret: true }))
}

export async function patchCredential(parts: AssetParts, request: CredentialRequest): Promise<CredentialOutcome> {
	const existing = await parts.store.get('credential', request.name)
	return existing ? changeCredential(parts, existing, request) : noSuchAsset('credential', request.name)
}

async function changeCredential(parts: AssetParts, { name }: KeptAsset, request: CredentialRequest): Promise<CredentialOutcome> {
	const { userName, password, description } = request
	const fault = password === undefined ? undefined : passwordFault(password)
	if (fault) return fault
	const given = { ...(userName === undefined ? {} : { userName }), ...(description === undefined ? {} : { description }) }
	const value = password === undefined ? undefined : { text: password, isSecret: true }
	return outcomeOf(await changeAsset(parts, { kind: 'credential', name }, given, value))
}

function outcomeOf(outcome: AssetOutcome): CredentialOutcome {
	return 'message' in outcome ? outcome : { kind: outcome.kind, credential: credentialOf(outcome.asset) }
}

function passwordFault(password: string): AssetRefusal | undefined {
	const message = secretFault(JSON.stringify(password), 'A password')
	return message === undefined ? undefined : { kind: 'badRequest', message }
}
