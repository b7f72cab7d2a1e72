// Secrets of an endpoint that are kept as assets: they stand in the request alone.
import type { RunbookContext } from 'runhook'
import { basicAuthorization, type DeclaredEndpoint, type Endpoint, isHeaderValue } from './endpoint.ts'

type UsedAsset = { kind: 'credential' | 'variable'; name: string }
type Assets = Pick<RunbookContext<unknown>, 'credential' | 'variable'>

/** The assets that an endpoint names. */
export function usedAssets({ headers, auth }: DeclaredEndpoint): UsedAsset[] {
	const variables = Object.values(headers).flatMap((value) => (typeof value === 'string' ? [] : [value.variable]))
	return [
		...variables.map((name): UsedAsset => ({ kind: 'variable', name })),
		...(typeof auth === 'object' ? [{ kind: 'credential', name: auth.credential } as const] : []),
	]
}

/** Puts the values of assets in the place of their names. Throws an Error for one that is not there, or is no value of a header. */
export async function withSecrets(endpoint: DeclaredEndpoint, { credential, variable }: Assets): Promise<Endpoint> {
	const headers: Record<string, string> = {}
	for (const [name, value] of Object.entries(endpoint.headers))
		headers[name] = typeof value === 'string' ? value : headerOf(await variable(value.variable), value.variable)
	const { auth } = endpoint
	if (typeof auth !== 'object') return { ...endpoint, headers, auth }
	const { userName, password } = await credential(auth.credential)
	return { ...endpoint, headers, auth: basicAuthorization(userName, password) }
}

function headerOf(value: unknown, name: string): string {
	if (typeof value === 'string' && value !== '' && isHeaderValue(value)) return value
	throw new Error(`The variable '${name}' is no value of a header: it must be a text of one line.`)
}
