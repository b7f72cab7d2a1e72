import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type Clock, within } from '../clock.ts'
import { HEALTH_CALLER_TIME_MAX } from '../limits.ts'
import { type Authenticate, sessionId } from './authenticate.ts'

/** What a caller is told: all, nothing but up or down, or that what was presented is not valid. */
export type MonitorAccess = 'all' | 'little' | 'refused'

type Parts = { authenticate: Authenticate; keyHashes: () => readonly string[]; clock: Clock }

/**
 * Tells who may see what is measured: the holder of a health key (the header `x-health-key`, or the query's `key` for tools that can send
 * no header) or of a management token. Whoever presents something else is told so: a monitor with an old key must not go on half blind.
 */
export async function monitorAccess(request: IncomingMessage, { authenticate, keyHashes, clock }: Parts): Promise<MonitorAccess> {
	const keys = presentedKeys(request)
	if (keys.length > 0) return keys.every((key) => keyHashes().includes(hash('sha256', key))) ? 'all' : 'refused'
	if (request.headers.authorization === undefined && sessionId(request) === undefined) return 'little'
	// Tokens may be looked up in a store that hangs: just then an answer is waited for.
	const caller = await within(clock, HEALTH_CALLER_TIME_MAX, authenticate(request)).catch(() => 'late' as const)
	return caller !== 'late' && caller.kind === 'manager' ? 'all' : 'refused'
}

function presentedKeys({ headers, url = '' }: IncomingMessage): string[] {
	const start = url.indexOf('?')
	const inQuery = start < 0 ? [] : new URLSearchParams(url.slice(start)).getAll('key')
	return [headers['x-health-key'] ?? [], inQuery].flat()
}
