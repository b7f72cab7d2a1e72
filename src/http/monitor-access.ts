import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Action } from '../access/role.ts'
import { type Clock, within } from '../clock.ts'
import { HEALTH_CALLER_TIME_MAX } from '../limits.ts'
import type { Authenticate } from './authenticate.ts'
import { roleRefusal, unknownRefusal } from './authorize.ts'
import type { Refused } from './error-response.ts'
import type { GuardSignIn } from './guard-sign-in.ts'

/**
 * What a caller is told: all, or nothing but up or down, with the refusal where more was asked for. `refused`: what was presented is not valid,
 * and a monitor with an old key must not go on half blind.
 */
export type MonitorAccess = { kind: 'all' } | { kind: 'little' | 'refused'; refusal: Refused }

export type MonitorAccessParts = {
	authenticate: Authenticate
	guardSignIn: GuardSignIn
	accountPath: string
	clock: Clock
}

/** Health and metrics count what the account has and does, as its statistics do. */
const needed: Action = 'statistics/read'

/**
 * Tells who may see what is measured: the holder of a health key (the header `x-health-key`, or the query's `key` for tools that can send
 * no header), or whoever manages the account within a role that sees its statistics.
 */
export async function monitorAccess(
	request: IncomingMessage,
	keyHashes: readonly string[],
	parts: MonitorAccessParts,
): Promise<MonitorAccess> {
	const keys = presentedKeys(request)
	if (keys.length > 0) {
		const isKey = () => ({ kind: keys.every((key) => keyHashes.includes(hash('sha256', key))) ? ('key' as const) : ('nobody' as const) })
		const found = await parts.guardSignIn(request, keys.join(' '), isKey)
		if (found.kind === 'key') return { kind: 'all' }
		if (found.kind === 'tooMany') return { kind: 'little', refusal: unknownRefusal(found)! }
		return { kind: 'refused', refusal: { refused: 'Unauthorized', message: 'The health key is not valid here.' } }
	}
	if (request.headers.authorization !== undefined) return accessOfToken(request, parts)
	return { kind: 'little', refusal: { refused: 'Unauthorized', message: 'A health key or a management token is needed.' } }
}

async function accessOfToken(request: IncomingMessage, { authenticate, accountPath, clock }: MonitorAccessParts): Promise<MonitorAccess> {
	// Tokens may be looked up in a store that hangs: just then an answer is waited for.
	const caller = await within(clock, HEALTH_CALLER_TIME_MAX, authenticate(request)).catch(() => 'late' as const)
	if (caller === 'late') {
		const message = 'Whose token it is cannot be told now. A health key is checked without the store.'
		return { kind: 'little', refusal: { refused: 'ServiceUnavailable', message } }
	}
	switch (caller.kind) {
		case 'manager': {
			const refusal = roleRefusal(caller, { action: needed, path: '/statistics' }, { accountPath, names: {} })
			return refusal ? { kind: 'refused', refusal } : { kind: 'all' }
		}
		case 'tooMany':
		case 'unavailable':
			// Up or down is told to everybody: a monitor must not take the runner for down because somebody beside it tries tokens.
			return { kind: 'little', refusal: unknownRefusal(caller)! }
		default:
			return { kind: 'refused', refusal: { refused: 'Unauthorized', message: 'The token is not valid here.' } }
	}
}

function presentedKeys({ headers, url = '' }: IncomingMessage): string[] {
	const start = url.indexOf('?')
	const inQuery = start < 0 ? [] : new URLSearchParams(url.slice(start)).getAll('key')
	return [headers['x-health-key'] ?? [], inQuery].flat()
}
