import { z } from 'zod'
import type { AssetKind, AssetStore } from '../assets/asset-store.ts'
import type { SecretKeys } from '../assets/secret-keys.ts'
import { noSuchAsset } from '../assets/write-asset.ts'
import { type Operation, operation, worded } from './operation.ts'

/** What variables and credentials have in common in the API. */
export type AssetOperationParts = {
	assets: AssetStore
	secretKeys: SecretKeys
	accountPath: string
	publicUrl: () => string
}

export const descriptionSchema = z.string().max(1_024, 'must have at most 1024 characters').nullish()

export function deleteOperation(kind: AssetKind, { assets }: AssetOperationParts): Operation {
	const word = kind === 'variable' ? 'Variable' : 'Credential'
	return operation(
		{
			operationId: `${word}_Delete`,
			action: `${kind}s/delete`,
			method: 'delete',
			path: `/${kind}s/{${kind}}`,
			summary: `Delete a ${kind}.`,
			answers: { 200: { description: 'It is gone.' } },
		},
		async ({ names }) => ((await assets.delete(kind, names[kind]!)) ? { status: 200 } : worded(noSuchAsset(kind, names[kind]!))),
	)
}
