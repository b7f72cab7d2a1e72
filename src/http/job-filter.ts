import type { JobFilter } from '../jobs/job-store.ts'
import { SEARCH_TEXTS_MAX } from '../limits.ts'
import { type FilterFields, type FilterTerm, textsOf, timeOperators, timeRange } from './filter.ts'

/** What lists of jobs can be restricted by. */
export const jobFilterFields: FilterFields = {
	'properties/runbook/name': { operators: ['eq'], kind: 'text' },
	'properties/webhook/name': { operators: ['eq'], kind: 'text' },
	'properties/status': {
		operators: ['eq'],
		kind: 'text',
		values: [
			...['New', 'Activating', 'Running', 'Completed', 'Failed', 'Stopped', 'Blocked', 'Suspended', 'Disconnected'],
			...['Suspending', 'Stopping', 'Resuming', 'Removing'],
		],
	},
	'properties/startTime': { operators: timeOperators, kind: 'time' },
	'properties/endTime': { operators: timeOperators, kind: 'time' },
	properties: { operators: ['contains'], kind: 'text', most: SEARCH_TEXTS_MAX },
}

/** What a list is restricted to; undefined where no job can be in it. */
export function jobFilterOf(terms: FilterTerm[]): JobFilter | undefined {
	const lowerCase = (field: string) => new Set(textsOf(terms, field).map((name) => name.toLowerCase()))
	const runbookNames = lowerCase('properties/runbook/name')
	const webhookNames = lowerCase('properties/webhook/name')
	const statuses = new Set(textsOf(terms, 'properties/status'))
	const texts = textsOf(terms, 'properties', 'contains').filter((text) => text !== '')
	// PostgreSQL has no such character in a text, and refuses to look for it.
	if (texts.some((text) => text.includes('\0'))) return undefined
	if (runbookNames.size > 1 || webhookNames.size > 1 || statuses.size > 1) return undefined
	const [runbookName] = runbookNames
	const [webhookName] = webhookNames
	const [status] = statuses
	const has = (field: string) => terms.some((term) => term.field === field)
	return {
		...(runbookName === undefined ? {} : { runbookName }),
		...(webhookName === undefined ? {} : { webhookName }),
		...(status === undefined ? {} : { status }),
		...(texts.length > 0 ? { texts } : {}),
		...(has('properties/startTime') ? { startTime: timeRange(terms, 'properties/startTime') } : {}),
		...(has('properties/endTime') ? { endTime: timeRange(terms, 'properties/endTime') } : {}),
	}
}
