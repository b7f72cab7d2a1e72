import { type Action, permits, type Role } from './role.ts'

/** Who manages the account: the holder of the management token, of an access token, or somebody whom Entra ID signed in. */
export type Principal = {
	kind: 'managementToken' | 'accessToken' | 'entra'
	/** What jobs and the audit trail know the caller by: the name of a token, the object id in Entra ID. */
	name: string
	/** Several only in Entra ID; each adds to what the others allow. */
	roles: readonly Role[]
	/** How Entra ID calls a person, for people to read: it may change, may be anybody's later, and decides nothing. */
	userName?: string
}

/** The holder of the token that was set, or made at the first start. No access token can have this name. */
export const managementPrincipal: Principal = { kind: 'managementToken', name: 'management token', roles: ['Owner'] }

export function mayDo({ roles }: Pick<Principal, 'roles'>, action: Action): boolean {
	return roles.some((role) => permits(role, action))
}
