import type { Protections } from './protections.ts'
import { signatureHeader } from './signature.ts'
import { carriesSecret } from './webhook-data.ts'

/**
 * Headers of a call for who looks at it later: what is likely a secret is `***`, and so is the signature, because with it and the body
 * the call could be made by anybody.
 */
export function maskedHeaders(headers: Record<string, string>, { signature }: Protections): Record<string, string> {
	const signed = signature && signatureHeader(signature)
	const isSecret = (name: string) => name.toLowerCase() === signed || carriesSecret(name)
	return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, isSecret(name) ? '***' : value]))
}
