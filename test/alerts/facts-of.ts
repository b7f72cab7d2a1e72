import type { Alert } from '../../src/alerts/alert.ts'
import { parseAlert } from '../../src/alerts/parse-alert.ts'

/** What is found in a body, which is given as the value it holds. */
export function alertOf(body: unknown, headers: Record<string, string> = {}): Alert {
	return parseAlert(JSON.stringify(body), headers)
}

/** The named facts of a body. */
export function factsOf<Name extends keyof Alert>(body: unknown, names: Name[], headers: Record<string, string> = {}): Pick<Alert, Name> {
	const alert = alertOf(body, headers)
	return Object.fromEntries(names.map((name) => [name, alert[name]])) as Pick<Alert, Name>
}

/** The id of a virtual machine of that name. */
export function vm(name: string): string {
	return `/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-app/providers/Microsoft.Compute/virtualMachines/${name}`
}

/** The id of a Log Analytics workspace. */
export const workspace =
	'/subscriptions/11111111-1111-1111-1111-111111111111/resourcegroups/rg-app/providers/microsoft.operationalinsights/workspaces/logs'
