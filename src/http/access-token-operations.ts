import { z } from 'zod'
import type { AccessToken } from '../access/access-token.ts'
import type { AccessTokenStore } from '../access/access-token-store.ts'
import { createAccessToken } from '../access/manage-access-token.ts'
import { roles } from '../access/role.ts'
import { timeOf } from '../instant.ts'
import { callerName } from './caller-name.ts'
import { pageOfNamed, pageQuery, pageSchema } from './list-request.ts'
import { type Operation, operation, type Reply, refuse, written } from './operation.ts'
import { nameFault, nullableTimeSchema, timeSchema, timeText, typeOf } from './wire.ts'

type Parts = { accessTokens: AccessTokenStore; accountPath: string; publicUrl: () => string }

export const tokenSchema = z
	.object({
		id: z.string(),
		name: z.string(),
		type: z.string(),
		properties: z.object({
			role: z.string(),
			isEnabled: z.boolean(),
			expiryTime: timeSchema,
			creationTime: timeSchema,
			createdBy: z.string(),
			lastUsedTime: nullableTimeSchema.describe('Noted at most once a minute.'),
			description: z.string().nullable(),
			token: z.string().optional().describe('The token itself; in the answer that creates it, and nowhere else.'),
		}),
	})
	.meta({ id: 'AccessToken' })

const switches = {
	isEnabled: z.boolean('must be true or false').nullish(),
	description: z.string().max(512, 'must have at most 512 characters').nullish(),
}
const putSchema = z
	.object({
		name: z.string().nullish(),
		properties: z.object(
			{
				role: z.string('is mandatory').describe(roles.filter((role) => role !== 'Owner').join(', ')),
				expiryTime: z.string('is mandatory').describe('When it stops working, at most two years ahead. Fixed.'),
				...switches,
			},
			'is mandatory',
		),
	})
	.meta({ id: 'AccessTokenCreate' })
const patchSchema = z.object({ name: z.string().nullish(), properties: z.object(switches).nullish() }).meta({ id: 'AccessTokenUpdate' })

const path = '/accessTokens/{accessToken}'

/** Beyond Azure: named tokens that manage the account within a role. */
export function accessTokenOperations(parts: Parts): Operation[] {
	return [listOperation(parts), createOperation(parts), ...itemOperations(parts)]
}

function listOperation({ accessTokens, accountPath, publicUrl }: Parts): Operation {
	return operation(
		{
			operationId: 'AccessToken_List',
			action: 'accessTokens/read',
			method: 'get',
			path: '/accessTokens',
			summary: 'List access tokens by name.',
			query: pageQuery,
			answers: { 200: { description: 'A page of access tokens.', schema: pageSchema(tokenSchema) } },
		},
		async ({ request, query }) => {
			const base = `${publicUrl()}${accountPath}/accessTokens`
			const body = (token: AccessToken) => bodyOf(token, accountPath)
			return { status: 200, json: pageOfNamed(await accessTokens.list(), query, { request, base, body }) }
		},
	)
}

function createOperation({ accessTokens, accountPath, publicUrl }: Parts): Operation {
	return operation(
		{
			operationId: 'AccessToken_Create',
			action: 'accessTokens/write',
			method: 'put',
			path,
			summary: 'Create an access token; its text is in this answer alone.',
			body: putSchema,
			audited: ({ properties: { role, expiryTime, isEnabled } }) => ({ role, expiryTime, ...(isEnabled == null ? {} : { isEnabled }) }),
			answers: { 201: { description: 'The new access token.', schema: tokenSchema } },
		},
		async ({ names, body, caller, now }) => {
			const name = names.accessToken!
			const fault = nameFault('access token', name, body.name)
			if (fault !== undefined) return refuse('BadRequest', fault)
			const { role, expiryTime, isEnabled, description } = body.properties
			const request = { name, role, expiryTime: timeOf(expiryTime), isEnabled: isEnabled ?? true, description: description ?? null }
			const outcome = await createAccessToken({ accessTokens, createdBy: callerName(caller) ?? '', now }, request)
			if (outcome.kind !== 'created') return refuse(outcome.kind === 'conflict' ? 'Conflict' : 'BadRequest', outcome.message)
			return written(bodyOf(outcome.accessToken, accountPath, outcome.token), { isNew: true, publicUrl })
		},
	)
}

function itemOperations({ accessTokens, accountPath }: Parts): Operation[] {
	const shown = (token: AccessToken | undefined, name: string): Reply =>
		token ? { status: 200, json: bodyOf(token, accountPath) } : noSuchToken(name)
	return [
		operation(
			{
				operationId: 'AccessToken_Get',
				action: 'accessTokens/read',
				method: 'get',
				path,
				summary: 'Get an access token, without its text.',
				answers: { 200: { description: 'The access token.', schema: tokenSchema } },
			},
			async ({ names }) => shown(await accessTokens.find(names.accessToken!), names.accessToken!),
		),
		operation(
			{
				operationId: 'AccessToken_Update',
				action: 'accessTokens/write',
				method: 'patch',
				path,
				summary: 'Enable, disable or describe an access token. Role and expiry are fixed.',
				body: patchSchema,
				audited: ({ properties }) => (properties?.isEnabled == null ? {} : { isEnabled: properties.isEnabled }),
				answers: { 200: { description: 'The access token.', schema: tokenSchema } },
			},
			async ({ names, body }) => {
				const fault = nameFault('access token', names.accessToken!, body.name)
				if (fault !== undefined) return refuse('BadRequest', fault)
				const { isEnabled, description } = body.properties ?? {}
				const change = { ...(isEnabled == null ? {} : { isEnabled }), ...(description === undefined ? {} : { description }) }
				return shown(await accessTokens.change(names.accessToken!, change), names.accessToken!)
			},
		),
		operation(
			{
				operationId: 'AccessToken_Delete',
				action: 'accessTokens/delete',
				method: 'delete',
				path,
				summary: 'Delete an access token: it is refused from then on.',
				answers: { 200: { description: 'It is gone.' } },
			},
			async ({ names }) => ((await accessTokens.delete(names.accessToken!)) ? { status: 200 } : noSuchToken(names.accessToken!)),
		),
	]
}

function noSuchToken(name: string): Reply {
	return refuse('NotFound', `There is no access token '${name.slice(0, 128)}'.`)
}

function bodyOf(token: AccessToken, accountPath: string, text?: string): z.infer<typeof tokenSchema> {
	return {
		id: `${accountPath}/accessTokens/${encodeURIComponent(token.name)}`,
		name: token.name,
		type: typeOf('AccessTokens'),
		properties: {
			role: token.role,
			isEnabled: token.isEnabled,
			expiryTime: timeText(token.expiryTime),
			creationTime: timeText(token.creationTime),
			createdBy: token.createdBy,
			lastUsedTime: timeText(token.lastUsedTime),
			description: token.description,
			...(text === undefined ? {} : { token: text }),
		},
	}
}
