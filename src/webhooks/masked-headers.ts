import type { Protections } from './protections.ts'
import { signatureHeader } from './signature.ts'

/** Names of headers that are likely to carry a secret of some sender's own, or what a call could be sent again with. */
const secretName = /token|secret|passw|credential|signature|authorization|jwt|(^|[-_])(api-?|functions-|subscription-|sas-)?key$/i
/** A name of the delivery, and no key to anything. */
const harmlessName = /^idempotency-key$/i

/**
 * Headers of a call for who looks at it later: what is likely a secret is `***`, and so is the signature, because with it and the body
 * the call could be made by anybody.
 */
export function maskedHeaders(headers: Record<string, string>, { signature }: Protections): Record<string, string> {
	const signed = signature && signatureHeader(signature)
	const isSecret = (name: string) => name.toLowerCase() === signed || (secretName.test(name) && !harmlessName.test(name))
	return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, isSecret(name) ? '***' : value]))
}
