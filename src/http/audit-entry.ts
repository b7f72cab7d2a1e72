import type { AuditActor, AuditEntry } from '../audit/audit-event.ts'
import { AUDIT_TEXT_LENGTH_MAX } from '../limits.ts'
import type { Caller } from './authenticate.ts'
import type { Call, Operation } from './operation.ts'
import { resourceOf } from './resource.ts'
import type { AddressOf } from './source-address.ts'

type Asked = Pick<Call<unknown, never>, 'request' | 'names' | 'caller' | 'now' | 'body'>

/** What the audit trail tells of a request that is carried out. */
export function auditEntry(operation: Operation, { request, names, caller, now, body }: Asked, addressOf: AddressOf): AuditEntry {
	return {
		time: now,
		actor: actorOf(caller),
		sourceAddress: addressOf(request),
		action: operation.action,
		resource: resourceOf(operation, names),
		details: bounded(operation.audited?.(body) ?? {}),
	}
}

/** A caller, as the audit trail tells of them. */
export function actorOf(caller: Caller): AuditActor {
	if (caller.kind !== 'manager') throw new Error('Only those who manage the account change something.')
	const { kind, name } = caller.principal
	return { kind, name }
}

function bounded(details: AuditEntry['details']): AuditEntry['details'] {
	const cut = (value: string | number | boolean) => (typeof value === 'string' ? value.slice(0, AUDIT_TEXT_LENGTH_MAX) : value)
	return Object.fromEntries(Object.entries(details).map(([name, value]) => [name, cut(value)]))
}
