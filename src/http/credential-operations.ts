import { z } from 'zod'
import { type Credential, type CredentialOutcome, credentialOf, patchCredential, putCredential } from '../assets/manage-credential.ts'
import { noSuchAsset } from '../assets/write-asset.ts'
import { PASSWORD_LENGTH_MAX, USER_NAME_LENGTH_MAX } from '../limits.ts'
import { assetPage } from './asset-list.ts'
import { type AssetOperationParts, deleteOperation, descriptionSchema } from './asset-request.ts'
import { pageQuery, pageSchema } from './list-request.ts'
import { type Operation, operation, type Reply, refuse, worded, written } from './operation.ts'
import { nameFault, timeSchema, timeText, typeOf } from './wire.ts'

export const credentialSchema = z
	.object({
		id: z.string(),
		name: z.string(),
		type: z.string(),
		properties: z.object({
			userName: z.string(),
			creationTime: timeSchema,
			lastModifiedTime: timeSchema,
			description: z.string().nullable(),
		}),
	})
	.meta({ id: 'Credential' })

const text = (most: number) => z.string('is mandatory').max(most, `must have at most ${most} characters`)
const userName = text(USER_NAME_LENGTH_MAX)
const password = text(PASSWORD_LENGTH_MAX).describe('It goes in and never out.')

const putSchema = z
	.object({
		name: z.string().nullish(),
		properties: z.object({ userName: userName.min(1, 'must not be empty'), password, description: descriptionSchema }, 'is mandatory'),
	})
	.meta({ id: 'CredentialCreateOrUpdate' })

const patchSchema = z
	.object({
		name: z.string().nullish(),
		properties: z
			.object({
				userName: userName.min(1, 'must not be empty').nullish(),
				password: password.nullish(),
				description: descriptionSchema,
			})
			.nullish(),
	})
	.meta({ id: 'CredentialUpdate' })

const path = '/credentials/{credential}'

/** Credentials: create, change, read, list and delete. No answer has a password. */
export function credentialOperations(parts: AssetOperationParts): Operation[] {
	return [listOperation(parts), getOperation(parts), ...changeOperations(parts), deleteOperation('credential', parts)]
}

function listOperation({ assets, accountPath, publicUrl }: AssetOperationParts): Operation {
	return operation(
		{
			operationId: 'Credential_ListByAutomationAccount',
			action: 'credentials/read',
			method: 'get',
			path: '/credentials',
			summary: 'List credentials by name.',
			query: pageQuery,
			answers: { 200: { description: 'A page of credentials.', schema: pageSchema(credentialSchema) } },
		},
		async ({ request, query }) => {
			const base = `${publicUrl()}${accountPath}/credentials`
			const body = (asset: Parameters<typeof credentialOf>[0]) => bodyOf(credentialOf(asset), accountPath)
			return { status: 200, json: await assetPage(assets, 'credential', { request, query, base, body }) }
		},
	)
}

function getOperation({ assets, accountPath }: AssetOperationParts): Operation {
	return operation(
		{
			operationId: 'Credential_Get',
			action: 'credentials/read',
			method: 'get',
			path,
			summary: 'Get a credential, without its password.',
			answers: { 200: { description: 'The credential.', schema: credentialSchema } },
		},
		async ({ names }) => {
			const asset = await assets.get('credential', names.credential!)
			if (!asset) return worded(noSuchAsset('credential', names.credential!))
			return { status: 200, json: bodyOf(credentialOf(asset), accountPath) }
		},
	)
}

function changeOperations(parts: AssetOperationParts): Operation[] {
	const { assets, secretKeys } = parts
	const acting = (now: number) => ({ store: assets, keys: secretKeys, now })
	return [
		operation(
			{
				operationId: 'Credential_CreateOrUpdate',
				action: 'credentials/write',
				method: 'put',
				path,
				summary: 'Create a credential, or replace one that is there.',
				body: putSchema,
				bodyIsSecret: true,
				answers: {
					200: { description: 'The credential that was there.', schema: credentialSchema },
					201: { description: 'The new credential.', schema: credentialSchema },
				},
			},
			async ({ names, body, now }) => {
				const name = names.credential!
				const fault = nameFault('credential', name, body.name)
				if (fault !== undefined) return refuse('BadRequest', fault)
				return answer(await putCredential(acting(now), { name, ...body.properties }), parts)
			},
		),
		operation(
			{
				operationId: 'Credential_Update',
				action: 'credentials/write',
				method: 'patch',
				path,
				summary: 'Change user name, password or description of a credential.',
				body: patchSchema,
				bodyIsSecret: true,
				audited: ({ properties }) => ({ isPasswordSet: properties?.password != null }),
				answers: { 200: { description: 'The credential.', schema: credentialSchema } },
			},
			async ({ names, body, now }) => {
				const name = names.credential!
				const fault = nameFault('credential', name, body.name)
				if (fault !== undefined) return refuse('BadRequest', fault)
				const { userName: user, password: word, description } = body.properties ?? {}
				const request = { name, userName: user ?? undefined, password: word ?? undefined, description: description ?? undefined }
				return answer(await patchCredential(acting(now), request), parts)
			},
		),
	]
}

function answer(outcome: CredentialOutcome, { accountPath, publicUrl }: AssetOperationParts): Reply {
	if ('message' in outcome) return worded(outcome)
	const json = bodyOf(outcome.credential, accountPath)
	return written(json, { isNew: outcome.kind === 'created', publicUrl })
}

function bodyOf(credential: Credential, accountPath: string): z.infer<typeof credentialSchema> {
	return {
		id: `${accountPath}/credentials/${encodeURIComponent(credential.name)}`,
		name: credential.name,
		type: typeOf('Credentials'),
		properties: {
			userName: credential.userName,
			creationTime: timeText(credential.creationTime),
			lastModifiedTime: timeText(credential.lastModifiedTime),
			description: credential.description,
		},
	}
}
