import { ASSETS_MAX } from '../limits.ts'
import type { KeptAsset } from './asset-store.ts'
import { type AssetParts, type AssetRefusal, changedMeanwhile, noSuchAsset } from './manage-variable.ts'
import { secretFault } from './secret-texts.ts'

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
	const times = { creationTime: parts.now, lastModifiedTime: parts.now }
	const { asset, created } = await parts.keys.seal({ kind: 'credential', name }, password, async (sealed) => {
		const asset: KeptAsset = { kind: 'credential', name, userName, description, ...sealed, ...times }
		return { asset, created: await parts.store.create(asset, ASSETS_MAX) }
	})
	switch (created) {
		case 'created':
			return { kind: 'created', credential: credentialOf(asset) }
		case 'tooMany':
			return { kind: 'conflict', message: `An account has at most ${ASSETS_MAX} credentials.` }
		case 'nameTaken':
			return changedMeanwhile('credential', name)
	}
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
	const changed =
		password === undefined
			? await parts.store.change('credential', name, given, parts.now)
			: await parts.keys.seal({ kind: 'credential', name }, password, (sealed) =>
					parts.store.change('credential', name, { ...given, value: sealed }, parts.now),
				)
	return changed ? { kind: 'kept', credential: credentialOf(changed) } : changedMeanwhile('credential', name)
}

function passwordFault(password: string): AssetRefusal | undefined {
	const message = secretFault(JSON.stringify(password), 'A password')
	return message === undefined ? undefined : { kind: 'badRequest', message }
}
