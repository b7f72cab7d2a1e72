import type { Request, Response } from 'express'
import { z } from 'zod'
import type { Action } from '../access/role.ts'
import type { AuditEntry } from '../audit/audit-event.ts'
import type { Caller } from './authenticate.ts'
import type { ErrorCode, Refused } from './error-response.ts'

type Method = 'get' | 'put' | 'patch' | 'post' | 'delete'

/** What an operation answers: a success, a refusal, or `sent` where it wrote the answer itself. */
export type Reply = { status: 200 | 201 | 202; json?: unknown; text?: string; headers?: Record<string, string> } | Refused | 'sent'

export type Call<Query, Body> = {
	request: Request
	response: Response
	/** The names in the path, decoded. */
	names: Record<string, string>
	query: Query
	body: Body
	caller: Caller
	/** Whether what let the caller in is valid still; for what goes on for long. */
	isLetInStill: () => Promise<boolean>
	/** When the request came, milliseconds since 1970. */
	now: number
}

/** An answer as the API description shows it. Without a schema its body is empty, or text of the media type. */
type Answer = { description: string; schema?: z.ZodType; mediaType?: string }

type Declared<Query, Body> = {
	/** Azure's, such as `Webhook_CreateOrUpdate`. */
	operationId: string
	/** What a caller's role has to have; in Azure's words, so that each role can do what it can do there. */
	action: Action
	method: Method
	/** Below the account, or from the root if `inAccount` is false; names in braces. */
	path: string
	inAccount?: false
	summary: string
	/** Members of the query beside api-version; those with a `$` that are not named here are refused. */
	query?: z.ZodType<Query>
	/** The body's schema; of a text that is taken as it is, when `bodyIsText`. */
	body?: z.ZodType<Body>
	bodyIsText?: true
	/** The body holds secrets: no part of it is quoted in a refusal. */
	bodyIsSecret?: true
	/** Whether the token of a webhook will do. */
	forWebhookToken?: true
	/** What the audit trail tells of a request beside action and resource; no secret. */
	audited?: (body: Body) => AuditEntry['details']
	answers: Record<number, Answer>
}

/** One operation of the management API: what is asked, what is answered, and what does it. Routes and OpenAPI are made of these. */
export type Operation = Omit<Declared<unknown, never>, 'query' | 'body'> & {
	query: z.ZodType | undefined
	body: z.ZodType | undefined
	handle(call: Call<never, never>): Promise<Reply> | Reply
}

/** Declares an operation; the types of query and body follow from their schemas. */
export function operation<Query = Record<string, never>, Body = undefined>(
	declared: Declared<Query, Body>,
	handle: (call: Call<Query, Body>) => Promise<Reply> | Reply,
): Operation {
	return { ...declared, query: declared.query, body: declared.body, handle }
}

export function refuse(refused: ErrorCode, message: string): Reply {
	return { refused, message }
}

/** A refusal of the inside in the words of http. */
export function worded({ kind, message }: { kind: 'badRequest' | 'notFound' | 'conflict'; message: string }): Reply {
	const codes = { badRequest: 'BadRequest', notFound: 'NotFound', conflict: 'Conflict' } as const
	return refuse(codes[kind], message)
}

/** The answer to a PUT or PATCH: the resource, and where it is if it is new. */
export function written(json: { id: string }, { isNew, publicUrl }: { isNew: boolean; publicUrl: () => string }): Reply {
	return isNew ? { status: 201, json, headers: { Location: `${publicUrl()}${json.id}` } } : { status: 200, json }
}

/** `{"code","message"}`: the form of every refusal. */
export const errorSchema = z
	.object({ code: z.string().describe('What was refused, in one word.'), message: z.string().describe('Why, and what is allowed.') })
	.meta({ id: 'Error' })

/** Whether the audit trail tells of an operation: of all but those that only read. */
export function isAudited({ method }: Pick<Operation, 'method'>): boolean {
	return method !== 'get'
}

/** The path of an operation in Express's spelling. */
export function expressPath({ path }: Pick<Operation, 'path'>): string {
	return path.replace(/\{(\w+)\}/g, ':$1')
}
