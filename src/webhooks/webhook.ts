import { MILLISECONDS_PER_DAY, UNUSED_WEBHOOK_DAYS } from '../limits.ts'
import type { Protections } from './protections.ts'

/** A runbook and fixed parameter values behind a tokenised, expiring URL. All times are milliseconds since 1970, UTC. */
export type Webhook = {
	webhookId: number
	name: string
	/** `sha256:<64 hex>` of the token's text; the token itself is kept nowhere. */
	tokenHash: string
	runbookName: string
	/** The values that the caller cannot override, as declared. */
	parameters: Record<string, unknown>
	description: string | null
	/** Senders of CloudEvents that may use it: host names, `*` for any. */
	allowedOrigins: readonly string[]
	/** What guards it beside its token. */
	protections: Protections
	/** Who owns it: webhooks.json, or the management API. */
	origin: 'file' | 'api'
	/** The operator's switch. */
	isEnabled: boolean
	/** The switch in webhooks.json; true for one of the API. Callable only while both are on. */
	isEnabledInFile: boolean
	expiryTime: number
	/** When it was first seen to be expired: from then on it stays so, whatever the clock says later. */
	expiredTime: number | null
	creationTime: number
	lastModifiedTime: number
	lastInvokedTime: number | null
	/** A deleted webhook is remembered by its token's hash alone. One that was replaced is deleted at an instant ahead. */
	deletedTime: number | null
}

export type NewWebhook = Pick<
	Webhook,
	| 'name'
	| 'tokenHash'
	| 'runbookName'
	| 'parameters'
	| 'description'
	| 'allowedOrigins'
	| 'protections'
	| 'origin'
	| 'isEnabled'
	| 'isEnabledInFile'
	| 'expiryTime'
>

/** Whether a call may start a job now. */
export type Callable = 'callable' | 'deleted' | 'disabled' | 'expired'

export function callability(webhook: Webhook, now: number): Callable {
	if (isDeleted(webhook, now)) return 'deleted'
	if (!isEffectivelyEnabled(webhook)) return 'disabled'
	return hasExpired(webhook, now) ? 'expired' : 'callable'
}

export function isDeleted({ deletedTime }: Pick<Webhook, 'deletedTime'>, now: number): boolean {
	return deletedTime !== null && now >= deletedTime
}

export function isEffectivelyEnabled(webhook: Pick<Webhook, 'isEnabled' | 'isEnabledInFile'>): boolean {
	return webhook.isEnabled && webhook.isEnabledInFile
}

export function hasExpired(webhook: Pick<Webhook, 'expiryTime' | 'expiredTime'>, now: number): boolean {
	return webhook.expiredTime !== null || now >= webhook.expiryTime
}

/** Whether nobody called it for long. */
export function isUnused({ creationTime, lastInvokedTime }: Pick<Webhook, 'creationTime' | 'lastInvokedTime'>, now: number): boolean {
	return now - Math.max(creationTime, lastInvokedTime ?? 0) >= UNUSED_WEBHOOK_DAYS * MILLISECONDS_PER_DAY
}
