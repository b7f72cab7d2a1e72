import { z } from 'zod'
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject, type ZodOpenApiResponsesObject } from 'zod-openapi'
import { actionName, rolesWith } from '../access/role.ts'
import { errorSchema, type Operation } from './operation.ts'

type Described = { version: string; publicUrl: string; inAccount: Operation[]; atRoot: Operation[] }

/** With names in braces: whoever reads the description need not be told what this account is called. */
const accountPath =
	'/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.Automation/automationAccounts/{automationAccount}'

const errorAnswer = { description: 'The request was refused.', content: { 'application/json': { schema: errorSchema } } }

/** The OpenAPI 3.1 document of the management API, made of the operations themselves. */
export function openApiDocument({ version, publicUrl, inAccount, atRoot }: Described) {
	const paths: ZodOpenApiPathsObject = {}
	const all = [...inAccount.map((each) => [accountPath, each] as const), ...atRoot.map((each) => ['', each] as const)]
	for (const [before, each] of all) {
		const path = `${before}${each.path}`.replace(/(?<=.)\/$/, '')
		paths[path] = { ...paths[path], [each.method]: operationObject({ ...each, path }) }
	}
	return createDocument({
		openapi: '3.1.0',
		info: {
			title: 'Runhook management API',
			version,
			description:
				"Azure Automation's REST API, served by Runhook. Any api-version is taken. The jobs operations are at /jobs of the server, too.",
		},
		servers: [{ url: publicUrl }],
		security: [{ bearer: [] }],
		components: {
			securitySchemes: {
				bearer: { type: 'http', scheme: 'bearer', description: 'The management token, an access token, or a token of Entra ID.' },
			},
		},
		paths,
	})
}

function operationObject({ operationId, action, summary, path, query, body, bodyIsText, answers }: Operation): ZodOpenApiOperationObject {
	const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name!, z.string()] as const)
	const mediaType = bodyIsText ? 'text/plain' : 'application/json'
	return {
		operationId,
		summary,
		description: `Needs the action ${actionName(action)}. Roles that have it: ${rolesWith(action).join(', ')}.`,
		requestParams: {
			...(names.length > 0 ? { path: z.object(Object.fromEntries(names)) } : {}),
			...(query instanceof z.ZodObject ? { query } : {}),
		},
		...(body ? { requestBody: { required: true, content: { [mediaType]: { schema: body } } } } : {}),
		responses: { ...responses(answers), default: errorAnswer },
	}
}

function responses(answers: Operation['answers']): ZodOpenApiResponsesObject {
	return Object.fromEntries(
		Object.entries(answers).map(([status, { description, schema, mediaType }]) => {
			const content = schema ? { 'application/json': { schema } } : mediaType ? { [mediaType]: { schema: z.string() } } : undefined
			return [status, { description, ...(content ? { content } : {}) }]
		}),
	)
}
