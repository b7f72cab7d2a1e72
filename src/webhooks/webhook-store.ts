import type { NewWebhook, Webhook } from './webhook.ts'

/** What this folder needs kept. Every method may throw a StoreUnavailableError: then nothing was changed. */
export type WebhookStore = {
	/** The webhook that this token hash was ever issued for, also a deleted one. */
	findByTokenHash(tokenHash: string): Promise<Webhook | undefined>
	/** All webhooks that are not deleted, by name. */
	list(): Promise<Webhook[]>
	/** Writes a new webhook; undefined when its name or its token hash is taken (a token hash for ever). */
	create(webhook: NewWebhook, at: number): Promise<Webhook | undefined>
	/** Changes what may change of an issued webhook. */
	update(webhookId: number, change: WebhookChange, at: number): Promise<void>
	/** Forgets all of a webhook but its token hash. */
	delete(webhookId: number, at: number): Promise<void>
	/** Notes that a webhook was seen expired. */
	markExpired(webhookId: number, at: number): Promise<void>
	/** Notes a call that made a job; may be written a little later. */
	noteInvoked(webhookId: number, at: number): void
}

export type WebhookChange = { isEnabled?: boolean; isEnabledInFile?: boolean; description?: string | null }
