import { hash } from 'node:crypto'
import type { FoundCredential } from '../assets/asset-source.ts'
import { UnreadableAssetError } from '../assets/asset-store.ts'
import type { ServicePrincipal } from '../runbooks/azure.ts'
import { type AnswerParts, type JobAssets, tooManyUsesText } from './answer-asset-question.ts'

/** What a job signs in to Azure with. Jobs of different keys must not share a process: the Azure clients keep tokens for all of it. */
export type DeclaredIdentity = { principal: ServicePrincipal | null; key: string }

const userNamePattern = /^([\w.-]+)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i

/** The identity that a runbook declares by the name of a credential; its use is recorded. Or why the job cannot have it. */
export async function declaredIdentity(
	name: string | null,
	{ jobId, assets, clock }: Omit<AnswerParts, 'secrets'>,
): Promise<DeclaredIdentity | { fault: string }> {
	if (name === null) return { principal: null, key: '' }
	const read = await readPrincipal(name, assets)
	if ('fault' in read) return { fault: `The runbook's identity: ${read.fault}` }
	const { principal, found } = read
	const use = { kind: 'credential', name: found.name, access: 'read', source: found.source, isSecret: true } as const
	const noted = await assets.noteUse(jobId, use, clock.now())
	if (noted === 'tooMany') return { fault: `The runbook's identity: ${tooManyUsesText}` }
	const { tenantId, clientId, clientSecret } = principal
	return { principal, key: hash('sha256', JSON.stringify([tenantId, clientId, clientSecret])) }
}

/** What a credential says to sign in with, and where it was found; or why it cannot be used. */
export async function readPrincipal(
	name: string,
	{ source }: Pick<JobAssets, 'source'>,
): Promise<{ principal: ServicePrincipal; found: FoundCredential } | { fault: string }> {
	try {
		const found = await source.credential(name)
		if (!found) return { fault: await source.missingText('credential', name) }
		const [, tenantId, clientId] = userNamePattern.exec(found.userName) ?? []
		if (tenantId === undefined || clientId === undefined)
			return { fault: `the user name of credential '${found.name}' must be <tenant id>/<client id>.` }
		return { principal: { tenantId, clientId, clientSecret: found.password }, found }
	} catch (error) {
		if (error instanceof UnreadableAssetError) return { fault: error.message }
		throw error
	}
}
