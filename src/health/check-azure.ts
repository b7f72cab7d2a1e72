import { HEALTH_AZURE_INTERVAL, HEALTH_AZURE_TIME_MAX, HEALTH_IDENTITIES_MAX } from '../limits.ts'
import type { ServicePrincipal } from '../runbooks/azure.ts'
import type { Runbook } from '../runbooks/runbook.ts'
import { down, type HealthCheck, up } from './health-check.ts'

type Parts = {
	runbooks: { list(): Promise<Runbook[]> }
	/** Whether a job of a runbook is kept. */
	hasRun: (runbookName: string) => Promise<boolean>
	/** What a runbook that declares this identity signs in with; null: what the runner itself has. Or why it cannot. */
	principalOf: (identity: string | null) => Promise<{ principal: ServicePrincipal | null } | { fault: string }>
	/** Signs in; undefined, or why it could not. Bounded in time by itself. */
	signIn: (principal: ServicePrincipal | null) => Promise<string | undefined>
}

/**
 * Whether the identities that runbooks use can sign in to Azure. Used is one when a job is kept of a runbook that has it and imports an
 * Azure package: the runbooks that are shipped do so in installations, too, that have no Azure.
 */
export function azureCheck({ runbooks, hasRun, principalOf, signIn }: Parts): HealthCheck {
	const identitiesInUse = async (): Promise<(string | null)[]> => {
		const used = new Set<string | null>()
		for (const runbook of await runbooks.list()) {
			if ('fault' in runbook || !runbook.content.definition.packages.some((name) => name.startsWith('@azure/'))) continue
			const { identity } = runbook.content.definition
			if (used.size < HEALTH_IDENTITIES_MAX && !used.has(identity) && (await hasRun(runbook.name))) used.add(identity)
		}
		return [...used]
	}
	const faultOf = async (identity: string | null): Promise<string | undefined> => {
		const found = await principalOf(identity)
		const fault = 'fault' in found ? found.fault : await signIn(found.principal)
		return fault === undefined ? undefined : `${identity === null ? "The runner's own identity" : `Identity '${identity}'`}: ${fault}`
	}
	return {
		part: 'azure',
		interval: HEALTH_AZURE_INTERVAL,
		timeMax: HEALTH_AZURE_TIME_MAX,
		async look() {
			const identities = await identitiesInUse()
			const faults = (await Promise.all(identities.map(faultOf))).filter((fault) => fault !== undefined)
			const facts = { identities: identities.length }
			return faults.length > 0 ? down(faults.join(' '), facts) : up(facts)
		},
	}
}
