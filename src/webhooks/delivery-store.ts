import type { Delivery, DeliverySummary } from './delivery.ts'

export type NewDelivery = Omit<Delivery, 'bodyBytes'> & { webhookId: number }

/** How many deliveries are kept, and their bytes: of the accepted and of the refused ones of each webhook, and of all webhooks. */
type DeliveryBounds = { perWebhook: number; bytesPerWebhook: number; all: number; bytes: number }

/** How many calls of a webhook were accepted and refused. */
export type CallCount = { webhookName: string; accepted: number; refused: number }

/** What this folder needs kept of deliveries. Every method may throw a StoreUnavailableError: then nothing was changed. */
export type DeliveryStore = {
	/** Keeps deliveries, in their order, of webhooks that are not deleted. */
	append(deliveries: readonly NewDelivery[]): Promise<void>
	/** Forgets the oldest that are over the bounds: of these webhooks, and of all. */
	prune(webhookNames: readonly string[], bounds: DeliveryBounds): Promise<void>
	/** Adds up calls of webhooks on a day, which is told by its first millisecond. */
	addCalls(counts: readonly (CallCount & { day: number })[]): Promise<void>
	/** The calls since a day, by the webhook's name in lower case. */
	callsSince(day: number): Promise<Map<string, Omit<CallCount, 'webhookName'>>>
	/** Forgets those that came before an instant. */
	forgetBefore(time: number): Promise<void>
	/** Deliveries of a webhook, the newest first, after the key of the page before. */
	list(
		webhookName: string,
		page: { after: number | undefined; limit: number },
	): Promise<{ deliveries: DeliverySummary[]; next: number | undefined }>
	get(webhookName: string, deliveryId: string): Promise<Delivery | undefined>
}
