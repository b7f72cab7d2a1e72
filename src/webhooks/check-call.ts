import type { IncomingHttpHeaders } from 'node:http'
import { type AddressRanges, addressRanges } from '../address-ranges.ts'
import type { EntraTokens } from './entra-token.ts'
import type { RateStore } from './rate-store.ts'
import { signatureFault } from './signature.ts'
import type { Webhook } from './webhook.ts'
import type { WebhookSecrets } from './webhook-secrets.ts'

/** What a webhook's protections are checked with. */
export type Guard = { secrets: WebhookSecrets; entra: EntraTokens; rates: RateStore }

/** Why a call does not pass. `detail` is for the operator. */
export type ProtectionRefusal =
	| { kind: 'addressNotAllowed' | 'bodyTooLarge' | 'invalidSignature' | 'invalidBearerToken'; detail: string }
	/** What the call would be checked with cannot be had: nobody is let in, and the sender is asked to come again. */
	| { kind: 'cannotCheck'; detail: string }
	| { kind: 'tooManyCalls'; detail: string; retryAfterSeconds: number }

const ranges = new WeakMap<readonly string[], AddressRanges>()

/** Whether a call comes from where it may. An address that is not known is not allowed. */
export function addressRefusal({ protections: { allowedAddresses } }: Webhook, address: string | null): ProtectionRefusal | undefined {
	if (!allowedAddresses) return undefined
	const allowed = ranges.get(allowedAddresses) ?? addressRanges(allowedAddresses)
	ranges.set(allowedAddresses, allowed)
	if (address !== null && allowed.has(address)) return undefined
	return { kind: 'addressNotAllowed', detail: `${address ?? 'An address that is not known'} is not one of the allowed addresses.` }
}

/** Whether a call has the signature that the webhook asks for. Throws a StoreUnavailableError. */
export async function signatureRefusal(
	{ secrets }: Guard,
	{ protections: { signature } }: Webhook,
	call: { headers: IncomingHttpHeaders; body: Uint8Array; now: number },
): Promise<ProtectionRefusal | undefined> {
	if (!signature) return undefined
	const { texts, faults } = await secrets.of(signature)
	const fault = texts.length === 0 ? '' : signatureFault(signature, texts, call)
	if (fault === undefined) return undefined
	// While one of two secrets cannot be had, nobody can tell whether it is the one that the call is signed with.
	return faults.length > 0 ? { kind: 'cannotCheck', detail: faults.join(' ') } : { kind: 'invalidSignature', detail: fault }
}

/** Whether a call has the bearer token that the webhook asks for. */
export async function entraRefusal(
	{ entra }: Guard,
	{ protections: { entraId } }: Webhook,
	headers: IncomingHttpHeaders,
): Promise<ProtectionRefusal | undefined> {
	if (!entraId) return undefined
	const verdict = await entra.check(entraId, headers)
	if (verdict.kind === 'valid') return undefined
	return { kind: verdict.kind === 'unavailable' ? 'cannotCheck' : 'invalidBearerToken', detail: verdict.detail }
}

/** Counts a call, and says whether it is one too many. Throws a StoreUnavailableError. */
export async function rateRefusal(
	{ rates }: Guard,
	{ name, protections: { rateLimit } }: Webhook,
	now: number,
): Promise<ProtectionRefusal | undefined> {
	if (!rateLimit) return undefined
	const retryAfterSeconds = await rates.take(name, rateLimit, now)
	if (retryAfterSeconds === undefined) return undefined
	const detail = `There were more than ${rateLimit.calls} calls in ${rateLimit.seconds} s.`
	return { kind: 'tooManyCalls', detail, retryAfterSeconds }
}
