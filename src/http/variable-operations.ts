import { z } from 'zod'
import {
	patchVariable,
	putVariable,
	type Variable,
	type VariableOutcome,
	type VariableRequest,
	variableOf,
} from '../assets/manage-variable.ts'
import { noSuchAsset } from '../assets/write-asset.ts'
import { VARIABLE_LENGTH_MAX } from '../limits.ts'
import { assetPage } from './asset-list.ts'
import { type AssetOperationParts, deleteOperation, descriptionSchema } from './asset-request.ts'
import { pageQuery, pageSchema } from './list-request.ts'
import { type Operation, operation, type Reply, refuse, worded, written } from './operation.ts'
import { nameFault, timeSchema, timeText, typeOf } from './wire.ts'

export const variableSchema = z
	.object({
		id: z.string(),
		name: z.string(),
		type: z.string(),
		properties: z.object({
			value: z.string().optional().describe('JSON text; absent where the variable is encrypted.'),
			isEncrypted: z.boolean(),
			creationTime: timeSchema,
			lastModifiedTime: timeSchema,
			description: z.string().nullable(),
		}),
	})
	.meta({ id: 'Variable' })

const requestSchema = z
	.object({
		name: z.string().nullish(),
		properties: z
			.object({
				value: z
					.string('must be a string that holds JSON')
					.nullish()
					.describe(`JSON text: a text is sent in quotation marks of its own. At most ${VARIABLE_LENGTH_MAX} characters.`),
				isEncrypted: z.boolean('must be true or false').nullish().describe('Fixed once the variable is created.'),
				description: descriptionSchema,
			})
			.nullish(),
	})
	.meta({ id: 'VariableCreateOrUpdate' })

const path = '/variables/{variable}'

/** Variables: create, change, read, list and delete. The value of an encrypted one goes in and never out. */
export function variableOperations(parts: AssetOperationParts): Operation[] {
	return [listOperation(parts), getOperation(parts), ...changeOperations(parts), deleteOperation('variable', parts)]
}

function listOperation({ assets, accountPath, publicUrl }: AssetOperationParts): Operation {
	return operation(
		{
			operationId: 'Variable_ListByAutomationAccount',
			action: 'variables/read',
			method: 'get',
			path: '/variables',
			summary: 'List variables by name.',
			query: pageQuery,
			answers: { 200: { description: 'A page of variables.', schema: pageSchema(variableSchema) } },
		},
		async ({ request, query }) => {
			const base = `${publicUrl()}${accountPath}/variables`
			const json = await assetPage(assets, 'variable', { request, query, base, body: (asset) => bodyOf(variableOf(asset), accountPath) })
			return { status: 200, json }
		},
	)
}

function getOperation({ assets, accountPath }: AssetOperationParts): Operation {
	return operation(
		{
			operationId: 'Variable_Get',
			action: 'variables/read',
			method: 'get',
			path,
			summary: 'Get a variable.',
			answers: { 200: { description: 'The variable.', schema: variableSchema } },
		},
		async ({ names }) => {
			const asset = await assets.get('variable', names.variable!)
			if (!asset) return worded(noSuchAsset('variable', names.variable!))
			return { status: 200, json: bodyOf(variableOf(asset), accountPath) }
		},
	)
}

function changeOperations(parts: AssetOperationParts): Operation[] {
	const { assets, secretKeys } = parts
	const acting = (now: number) => ({ store: assets, keys: secretKeys, now })
	return [
		operation(
			{
				operationId: 'Variable_CreateOrUpdate',
				action: 'variables/write',
				method: 'put',
				path,
				summary: 'Create a variable, or change one that is there.',
				body: requestSchema,
				bodyIsSecret: true,
				audited: ({ properties }) => ({ isValueSet: properties?.value != null }),
				answers: {
					200: { description: 'The variable that was there.', schema: variableSchema },
					201: { description: 'The new variable.', schema: variableSchema },
				},
			},
			async ({ names, body, now }) => {
				const request = requestOf(names.variable!, body)
				return 'message' in request ? refuse('BadRequest', request.message) : answer(await putVariable(acting(now), request), parts)
			},
		),
		operation(
			{
				operationId: 'Variable_Update',
				action: 'variables/write',
				method: 'patch',
				path,
				summary: 'Change the value or the description of a variable.',
				body: requestSchema,
				bodyIsSecret: true,
				audited: ({ properties }) => ({ isValueSet: properties?.value != null }),
				answers: { 200: { description: 'The variable.', schema: variableSchema } },
			},
			async ({ names, body, now }) => {
				const request = requestOf(names.variable!, body)
				if ('message' in request) return refuse('BadRequest', request.message)
				const description = request.description ?? undefined
				return answer(await patchVariable(acting(now), { ...request, description }), parts)
			},
		),
	]
}

function requestOf(name: string, { name: named, properties }: z.infer<typeof requestSchema>): VariableRequest | { message: string } {
	const fault = nameFault('variable', name, named)
	if (fault !== undefined) return { message: fault }
	const { value, isEncrypted, description } = properties ?? {}
	return { name, value: value ?? undefined, isEncrypted: isEncrypted ?? undefined, description }
}

function answer(outcome: VariableOutcome, { accountPath, publicUrl }: AssetOperationParts): Reply {
	if ('message' in outcome) return worded(outcome)
	const json = bodyOf(outcome.variable, accountPath)
	return written(json, { isNew: outcome.kind === 'created', publicUrl })
}

function bodyOf(variable: Variable, accountPath: string): z.infer<typeof variableSchema> {
	return {
		id: `${accountPath}/variables/${encodeURIComponent(variable.name)}`,
		name: variable.name,
		type: typeOf('Variables'),
		properties: {
			...(variable.value === null ? {} : { value: variable.value }),
			isEncrypted: variable.isEncrypted,
			creationTime: timeText(variable.creationTime),
			lastModifiedTime: timeText(variable.lastModifiedTime),
			description: variable.description,
		},
	}
}
