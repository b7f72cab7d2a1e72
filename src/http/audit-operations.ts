import { z } from 'zod'
import { type AuditEvent, type AuditHead, entryOf } from '../audit/audit-event.ts'
import type { AuditFilter, AuditStore } from '../audit/audit-store.ts'
import { checkAuditTrail } from '../audit/check-audit-trail.ts'
import { AUDIT_CHECKS_MAX } from '../limits.ts'
import { type FilterFields, readFilter, textsOf, timeOperators, timeRange } from './filter.ts'
import { faultySkipToken, filteredPageQuery, numberKeyOf, page, pageSchema } from './list-request.ts'
import { type Operation, operation, refuse } from './operation.ts'
import { timeSchema, timeText, typeOf } from './wire.ts'

type Parts = { audit: AuditStore; accountPath: string; publicUrl: () => string }

const headSchema = z.object({ sequence: z.int(), hash: z.string() })
export const eventSchema = z
	.object({
		id: z.string(),
		name: z.string(),
		type: z.string(),
		properties: z.object({
			...headSchema.shape,
			previousHash: z.string(),
			eventTime: timeSchema,
			caller: z.object({ kind: z.string(), name: z.string() }),
			sourceAddress: z.string().nullable(),
			action: z.string(),
			resource: z.string(),
			details: z.record(z.string(), z.unknown()),
			text: z.string().describe('hash is the SHA-256, in hex, of previousHash, sequence and this text with line feeds between.'),
		}),
	})
	.meta({ id: 'AuditEvent' })

const checkSchema = z
	.object({
		isIntact: z.boolean(),
		count: z.int(),
		first: headSchema.nullable(),
		head: headSchema.nullable(),
		faults: z.array(z.string()),
	})
	.meta({ id: 'AuditCheck' })

const filterFields: FilterFields = {
	'properties/eventTime': { operators: timeOperators, kind: 'time' },
	'properties/caller/name': { operators: ['eq'], kind: 'text' },
	'properties/action': { operators: ['eq'], kind: 'text' },
}

const headPattern = /^(\d{1,15}):([0-9a-f]{64})$/i

/** Beyond Azure: who did what. */
export function auditOperations(parts: Parts): Operation[] {
	return [listOperation(parts), checkOperation(parts)]
}

function listOperation({ audit, accountPath, publicUrl }: Parts): Operation {
	return operation(
		{
			operationId: 'AuditEvent_List',
			action: 'auditEvents/read',
			method: 'get',
			path: '/auditEvents',
			summary: 'List the entries of the audit trail, the newest first.',
			query: filteredPageQuery,
			answers: { 200: { description: 'A page of entries.', schema: pageSchema(eventSchema) } },
		},
		async ({ request, query }) => {
			const filter = readFilter(query.$filter, filterFields)
			if (filter.kind === 'refused') return refuse('BadRequest', filter.message)
			const before = numberKeyOf(query)
			if (before === 'faulty') return refuse('BadRequest', faultySkipToken)
			const { terms } = filter
			const [actor, ...actors] = new Set(textsOf(terms, 'properties/caller/name'))
			const [action, ...actions] = new Set(textsOf(terms, 'properties/action'))
			if (actors.length + actions.length > 0) return { status: 200, json: { value: [] } }
			const asked: AuditFilter = {
				time: timeRange(terms, 'properties/eventTime'),
				...(actor === undefined ? {} : { actor }),
				...(action === undefined ? {} : { action }),
			}
			const listed = await audit.list({ before, limit: query.$top, filter: asked })
			const items = listed.events.map((event) => bodyOf(event, accountPath))
			return { status: 200, json: page(items, listed.next?.toString(), { request, base: `${publicUrl()}${accountPath}/auditEvents` }) }
		},
	)
}

function checkOperation({ audit }: Parts): Operation {
	let underWay = 0
	return operation(
		{
			operationId: 'AuditEvent_Verify',
			action: 'auditEvents/read',
			method: 'get',
			path: '/auditEvents/verify',
			summary: 'Check that no entry of the audit trail was changed, removed, exchanged or cut off.',
			query: z.object({ head: z.string().regex(headPattern, 'must be <sequence>:<hash>').optional().describe('A head that was noted.') }),
			answers: { 200: { description: 'What was found.', schema: checkSchema } },
		},
		async ({ query: { head } }) => {
			if (underWay >= AUDIT_CHECKS_MAX) return refuse('ServiceUnavailable', 'As many checks are under way as may. Try again later.')
			underWay++
			const check = await checkAuditTrail(audit, readHead(head)).finally(() => underWay--)
			return { status: 200, json: { isIntact: check.faults.length === 0, ...check } }
		},
	)
}

function readHead(text: string | undefined): AuditHead | undefined {
	const [, sequence, hash] = headPattern.exec(text ?? '') ?? []
	return hash === undefined ? undefined : { sequence: Number(sequence), hash: hash.toLowerCase() }
}

function bodyOf(event: AuditEvent, accountPath: string): z.infer<typeof eventSchema> {
	const { time, actor, sourceAddress, action, resource, details } = entryOf(event)
	return {
		id: `${accountPath}/auditEvents/${event.sequence}`,
		name: String(event.sequence),
		type: typeOf('AuditEvents'),
		properties: { ...event, eventTime: timeText(time), caller: actor, sourceAddress, action, resource, details },
	}
}
