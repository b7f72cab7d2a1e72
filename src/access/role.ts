/** What a caller may be, in Azure's meaning; each has the actions of the Azure role it is called after. */
export const roles = ['Reader', 'Runbook Operator', 'Job Operator', 'Operator', 'Contributor', 'Owner'] as const
export type Role = (typeof roles)[number]

/** An action of Azure on the account or below it, without `Microsoft.Automation/automationAccounts/`: `jobs/write`. */
export type Action = 'read' | `${string}/${'read' | 'write' | 'delete' | 'action'}`

type Definition = { actions: readonly (Action | '*' | '*/read')[]; notActions?: readonly Action[] }

const jobOperator: Action[] = [
	'hybridRunbookWorkerGroups/read',
	...(['jobs/read', 'jobs/write', 'jobs/output/read', 'jobs/streams/read'] as const),
	...(['jobs/stop/action', 'jobs/suspend/action', 'jobs/resume/action'] as const),
]

/**
 * As Azure defines them: Reader; Automation Runbook Operator, Job Operator, Operator and Contributor; Owner. Only an Owner says who may
 * do what: a token that may make tokens would outlive its own expiry and its own deletion.
 * Source: learn.microsoft.com/azure/role-based-access-control/built-in-roles/management-and-governance
 */
const definitions: Record<Role, Definition> = {
	Reader: { actions: ['*/read'] },
	'Runbook Operator': { actions: ['runbooks/read'] },
	'Job Operator': { actions: jobOperator },
	Operator: {
		actions: [
			...jobOperator,
			...(['read', 'runbooks/read', 'schedules/read', 'schedules/write', 'jobSchedules/read', 'jobSchedules/write'] as const),
		],
	},
	Contributor: { actions: ['*'], notActions: ['accessTokens/write', 'accessTokens/delete'] },
	Owner: { actions: ['*'] },
}

/** Whether a role has an action. */
export function permits(role: Role, action: Action): boolean {
	const { actions, notActions = [] } = definitions[role]
	if (notActions.includes(action)) return false
	return actions.some((each) => each === '*' || each === action || (each === '*/read' && /(^|\/)read$/.test(action)))
}

/** The roles that have an action, the smallest first. */
export function rolesWith(action: Action): Role[] {
	return roles.filter((role) => permits(role, action))
}

/** An action in Azure's spelling. */
export function actionName(action: Action): string {
	return `Microsoft.Automation/automationAccounts/${action}`
}

/** The role of a name as people write it: without regard to case, to blanks, or to Azure's `Automation` before it. */
export function readRole(text: string): Role | undefined {
	const key = (name: string) => name.replaceAll(' ', '').toLowerCase()
	return roles.find((role) => [key(role), `automation${key(role)}`].includes(key(text)))
}
