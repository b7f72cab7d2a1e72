import type { Caller } from './authenticate.ts'

/** What jobs, access tokens and the audit trail know a caller by; null of one who manages nothing. */
export function callerName(caller: Caller): string | null {
	return caller.kind === 'manager' ? caller.principal.name : null
}
