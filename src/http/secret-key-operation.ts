import { z } from 'zod'
import type { AssetOperationParts } from './asset-request.ts'
import { type Operation, operation, refuse } from './operation.ts'

const answerSchema = z
	.object({
		keyId: z.string().describe('Names the new key; it tells nothing of it.'),
		resealedCount: z.int().describe('Values that are sealed with it now.'),
		damaged: z.array(z.object({ kind: z.string(), name: z.string() })).describe('Assets whose values could not be read: set them anew.'),
	})
	.meta({ id: 'SecretKeyRotation' })

/** Beyond Azure. The key itself is never in a request or an answer. */
export function secretKeyOperation({ secretKeys }: Pick<AssetOperationParts, 'secretKeys'>): Operation {
	return operation(
		{
			operationId: 'SecretKey_Rotate',
			action: 'rotateSecretKey/action',
			method: 'post',
			path: '/rotateSecretKey',
			summary: 'Make a new secret key, and seal all encrypted variables and passwords with it.',
			answers: { 200: { description: 'All is sealed with the new key.', schema: answerSchema } },
		},
		async () => {
			const { kind, ...outcome } = await secretKeys.rotate()
			return 'message' in outcome ? refuse('Conflict', outcome.message) : { status: 200, json: outcome }
		},
	)
}
