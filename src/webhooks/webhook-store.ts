import type { Protections } from './protections.ts'
import type { NewWebhook, Webhook } from './webhook.ts'

/** What this folder needs kept. Every method may throw a StoreUnavailableError: then nothing was changed. */
export type WebhookStore = {
	/** The webhook that this token hash was ever issued for, also a deleted one. */
	findByTokenHash(tokenHash: string): Promise<Webhook | undefined>
	/** The webhook of that name that is called by its name, without a token; without regard to case. */
	findTokenless(name: string): Promise<Webhook | undefined>
	/** All webhooks whose URLs are valid at an instant: also those that were replaced. */
	listValid(at: number): Promise<Webhook[]>
	/** All webhooks that are not deleted, by name. */
	list(): Promise<Webhook[]>
	/** Writes a new webhook, and uses up its generated address; undefined when its name or its token hash is taken (a token hash for ever). */
	create(webhook: NewWebhook, at: number): Promise<Webhook | undefined>
	/** The webhook of that name that is not deleted, without regard to case. */
	findByName(name: string): Promise<Webhook | undefined>
	/** Changes what may change of an issued webhook, and of those that it replaced and whose URLs are still valid. */
	update(webhook: Pick<Webhook, 'webhookId' | 'name'>, change: WebhookChange, at: number): Promise<void>
	/** Forgets all of a webhook but its token hash; and of those that it replaced and whose URLs are still valid. */
	delete(webhook: Pick<Webhook, 'webhookId' | 'name'>, at: number): Promise<void>
	/** Writes a webhook's successor, bound as the webhook is; its own URL stays valid until `until`. undefined when it was replaced or deleted meanwhile. */
	replace(
		webhookId: number,
		successor: Pick<NewWebhook, 'tokenHash' | 'expiryTime'>,
		times: { at: number; until: number },
	): Promise<Webhook | undefined>
	/** Forgets all but the token hash of those that were replaced and whose overlap has ended. */
	forgetReplaced(at: number): Promise<void>
	/** Keeps the token hash of an address that was generated for a webhook to come; a bounded number, the newest. */
	keepGenerated(tokenHash: string, at: number): Promise<void>
	/** Whether an address was generated since an instant and is not in use. */
	isGenerated(tokenHash: string, since: number): Promise<boolean>
	/** Notes that a webhook was seen expired. */
	markExpired(webhookId: number, at: number): Promise<void>
	/** Notes that its operator is told that a webhook expires within so many days; whether nobody was told so before. */
	noteExpiryWarning(webhookId: number, days: number): Promise<boolean>
	/** Notes a call that made a job; may be written a little later. */
	noteInvoked(webhookId: number, at: number): void
}

export type WebhookChange = {
	isEnabled?: boolean
	isEnabledInFile?: boolean
	description?: string | null
	allowedOrigins?: readonly string[]
	protections?: Protections
}
