import { hash } from 'node:crypto'
import { UnreadableAssetError } from '../assets/asset-store.ts'
import type { ServicePrincipal } from '../runbooks/azure.ts'
import { type AnswerParts, tooManyUsesText } from './answer-asset-question.ts'

/** What a job signs in to Azure with. Jobs of different keys must not share a process: the Azure clients keep tokens for all of it. */
export type DeclaredIdentity = { principal: ServicePrincipal | null; key: string }

const userNamePattern = /^([\w.-]+)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i

/** The identity that a runbook declares by the name of a credential; its use is recorded. Or why the job cannot have it. */
export async function declaredIdentity(
	name: string | null,
	{ jobId, assets, clock }: Omit<AnswerParts, 'secrets'>,
): Promise<DeclaredIdentity | { fault: string }> {
	if (name === null) return { principal: null, key: '' }
	try {
		const found = await assets.source.credential(name)
		if (!found) return { fault: `The runbook's identity: ${await assets.source.missingText('credential', name)}` }
		const [, tenantId, clientId] = userNamePattern.exec(found.userName) ?? []
		if (tenantId === undefined || clientId === undefined)
			return { fault: `The runbook's identity: the user name of credential '${found.name}' must be <tenant id>/<client id>.` }
		const use = { kind: 'credential', name: found.name, access: 'read', source: found.source, isSecret: true } as const
		const noted = await assets.noteUse(jobId, use, clock.now())
		if (noted === 'tooMany') return { fault: `The runbook's identity: ${tooManyUsesText}` }
		const clientSecret = found.password
		return { principal: { tenantId, clientId, clientSecret }, key: hash('sha256', JSON.stringify([tenantId, clientId, clientSecret])) }
	} catch (error) {
		if (error instanceof UnreadableAssetError) return { fault: `The runbook's identity: ${error.message}` }
		throw error
	}
}
