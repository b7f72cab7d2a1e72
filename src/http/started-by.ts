import type { Caller } from './authenticate.ts'

/** Who started or made something, as the audit trail names them. */
export function startedByOf(caller: Caller): string | null {
	return caller.kind === 'manager' ? caller.principal.name : null
}
