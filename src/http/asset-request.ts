import { z } from 'zod'
import type { AssetKind, AssetStore } from '../assets/asset-store.ts'
import { type AssetRefusal, noSuchAsset } from '../assets/manage-variable.ts'
import type { SecretKeys } from '../assets/secret-keys.ts'
import { type Operation, operation, type Reply, refuse } from './operation.ts'
import { chosenNamePattern, chosenNameRule } from './wire.ts'

/** What variables and credentials have in common in the API. */
export type AssetOperationParts = {
	assets: AssetStore
	secretKeys: SecretKeys
	accountPath: string
	publicUrl: () => string
}

export const descriptionSchema = z.string().max(1_024, 'must have at most 1024 characters').nullish()

/** Why a name cannot be an asset's; `named` is what the body says. */
export function nameFault(kind: AssetKind, name: string, named: string | null | undefined): string | undefined {
	if (!chosenNamePattern.test(name)) return `The name of a ${kind} has ${chosenNameRule}.`
	if (named == null || named.toLowerCase() === name.toLowerCase()) return undefined
	return `The body names '${named.slice(0, 128)}', the path '${name}'.`
}

export function wordedAsset({ kind, message }: AssetRefusal): Reply {
	const codes = { badRequest: 'BadRequest', notFound: 'NotFound', conflict: 'Conflict' } as const
	return refuse(codes[kind], message)
}

export function deleteOperation(kind: AssetKind, { assets }: AssetOperationParts): Operation {
	const word = kind === 'variable' ? 'Variable' : 'Credential'
	return operation(
		{
			operationId: `${word}_Delete`,
			method: 'delete',
			path: `/${kind}s/{${kind}}`,
			summary: `Delete a ${kind}.`,
			answers: { 200: { description: 'It is gone.' } },
		},
		async ({ names }) => ((await assets.delete(kind, names[kind]!)) ? { status: 200 } : wordedAsset(noSuchAsset(kind, names[kind]!))),
	)
}
