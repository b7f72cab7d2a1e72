import { WEBHOOK_BODY_BYTES_MAX } from '../limits.ts'
import type { CallOutcome } from '../webhooks/call-webhook.ts'
import type { ErrorCode } from './error-response.ts'

type Handshake = Extract<CallOutcome, { kind: 'validated' | 'consentAsked' }>
export type RefusedCall = Exclude<CallOutcome, { kind: 'accepted' | 'skipped' } | Handshake>

export function isRefusal(outcome: CallOutcome): outcome is RefusedCall {
	return !['accepted', 'skipped', 'validated', 'consentAsked'].includes(outcome.kind)
}

/** A refused call in the words that its sender is told. What the sender must not see is left to the log. */
export function callRefusal(outcome: RefusedCall): { code: ErrorCode; message: string; retryAfterSeconds?: number } {
	switch (outcome.kind) {
		case 'invalidToken':
			return { code: 'InvalidToken', message: outcome.message }
		case 'noSuchName':
			// Also of one that is called by a token: its name is nobody's business.
			return { code: 'WebhookNotFound', message: 'No webhook is called by this name.' }
		case 'webhookNotFound':
			return { code: 'WebhookNotFound', message: 'The webhook was deleted.' }
		case 'runbookNotFound':
			return { code: 'RunbookNotFound', message: 'The runbook of this webhook was not found.' }
		case 'expiredOrDisabled':
			// Azure's sentence, to the letter.
			return { code: 'WebhookExpiredOrDisabled', message: 'This webhook has expired or is disabled' }
		case 'addressNotAllowed':
			return { code: 'AddressNotAllowed', message: 'This webhook cannot be called from this address.' }
		case 'invalidParameters':
			// The fixed values are the operator's: the caller must not see them, the log says which one does not fit.
			return { code: 'InvalidParameters', message: 'The fixed parameter values of this webhook no longer fit its runbook.' }
		case 'bodyTooLarge':
			return {
				code: 'PayloadTooLarge',
				message: `The body is larger than ${outcome.webhook.protections.bodyBytesMax ?? WEBHOOK_BODY_BYTES_MAX} bytes.`,
			}
		case 'bodyIncomplete':
			return { code: 'BadRequest', message: 'The body ended before its announced length.' }
		case 'noRoom':
			return { code: 'ServiceUnavailable', message: 'Too many requests are under way. Try again later.' }
		case 'invalidSignature':
			return { code: 'InvalidSignature', message: 'The call is not signed as this webhook asks for.' }
		case 'invalidBearerToken':
			return { code: 'Unauthorized', message: 'This webhook asks for a bearer token of Microsoft Entra ID that is issued for it.' }
		case 'cannotCheck':
			return { code: 'ServiceUnavailable', message: 'The call cannot be checked now. Try again later.' }
		case 'tooManyCalls':
			return {
				code: 'TooManyRequests',
				message: 'This webhook is called too often. Try again later.',
				retryAfterSeconds: outcome.retryAfterSeconds,
			}
		case 'keyReused':
			return { code: 'IdempotencyKeyReused', message: 'The Idempotency-Key was used with another body before: choose another one.' }
		case 'keyInUse':
			return { code: 'ConcurrencyKeyInUse', message: `Job ${outcome.jobId} has not ended, and this webhook lets no call wait for it.` }
		case 'queueFull':
			return { code: 'ServiceUnavailable', message: 'As many jobs wait as may. Try again later.' }
	}
}
